// The page as an app: accessible, light, unhurried on its main thread, in four languages, installable, there without a network.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { DIST, fixture, newPage, serve, test } from "./harness.mjs";
import { drop, file, open, openWith, paint, press, pressPaint, unfold, until, waitForState } from "./studio.mjs";
import { catalogue } from "./words.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const SMALL = { size: 64, effort: 0.1 };

const here = fixture();

/** What axe finds against WCAG 2.2 AA, one line each. */
async function violations(page) {
  if (!await page.evaluate(() => Boolean(globalThis.axe))) await page.evaluate(await readFile(AXE, "utf8"));
  const found = await page.evaluate(async () => {
    const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(" | ")}`);
  });
  return found;
}

for (const [name, options] of [["light", { colorScheme: "light" }], ["dark and narrow", { colorScheme: "dark", viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }]]) {
  test(`axe finds nothing in any state: ${name}`, async () => {
    const { page, close } = await newPage(here.browser, { ...options, bypassCSP: true });
    const states = {
      ready: () => openWith(page, here.site.url, SMALL),
      unfolded: async () => {
        await unfold(page);
        await page.fill("#second-share", "50");
        for (const id of ["masked", "placed"]) await page.check(`#${id}`);
      },
      painted: async () => {
        await page.reload();
        await waitForState(page, "ready");
        await paint(page);
      },
      comparing: () => press(page, "compare"),
      saving: () => press(page, "save-as"),
      variations: async () => {
        await page.keyboard.press("Escape");
        await press(page, "open-variations");
      },
      methods: async () => {
        await page.keyboard.press("Escape");
        await press(page, "open-methods");
        await page.waitForFunction(() => document.querySelector("#methods table"));
      },
      "making a style": async () => {
        await page.keyboard.press("Escape");
        await press(page, "make-style");
        await page.waitForFunction(() => document.querySelector("#style-making dialog[open]"));
      },
      "a camera that is not there": async () => {
        await page.keyboard.press("Escape");
        await press(page, "open-camera");
        await page.waitForFunction(() => /camera/i.test(document.querySelector("#moving [role=status]")?.textContent));
      },
      complaining: async () => {
        await page.keyboard.press("Escape");
        await drop(page, "photo", { name: "no.jpg", bytes: Buffer.from("no picture") });
        await page.waitForFunction(() => document.getElementById("messages").textContent !== "");
      },
    };
    for (const [state, reach] of Object.entries(states)) {
      await reach();
      assert.deepEqual(await violations(page), [], state);
    }
    await close();
  });
}

test("it comes quickly, weighs little, and nothing jumps", async () => {
  const { page, close } = await newPage(here.browser);
  await watchShifts(page);
  const before = here.site.requests.length;
  await open(page, here.site.url);
  const paths = [...new Set(here.site.requests.slice(before).filter(({ status }) => status === 200).map(({ path }) => path))];
  const compressed = await Promise.all(paths.map(async (path) => {
    const bytes = await readFile(join(DIST, path === "/" ? "index.html" : path));
    // What is compressed already, a host sends as it is.
    return /\.(jpg|png|webp)$/.test(path) ? bytes.length : brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  }));
  const model = compressed[paths.indexOf("/weights/student.safetensors")];
  const total = compressed.reduce((sum, bytes) => sum + bytes, 0) - model;
  const heaviest = paths.map((path, index) => [compressed[index], path]).sort(([a], [b]) => b - a).slice(0, 6);
  const paint = await page.evaluate(() => Math.round(performance.getEntriesByName("first-contentful-paint")[0].startTime));
  console.log(`first contentful paint ${paint} ms, ${total} bytes compressed and ${model} of the model in ${paths.length} files (${heaviest.map(([bytes, path]) => `${path} ${bytes}`).join(", ")})`);
  assert.ok(total <= 720_000, `${total} bytes before Paint`);
  assert.ok(model <= 450_000, `${model} bytes of the built-in model`);
  await press(page, "paint");
  await page.waitForFunction(() => document.getElementById("losses").points?.length > 2);
  await assertNothingMoved(page);
  await close();

  // A slow network shows the page long before its scripts come: all that they fill in has its place by then.
  for (const [width, height] of [[360, 740], [1280, 720]]) {
    const slow = await newPage(here.browser, { viewport: { width, height } });
    await watchShifts(slow.page);
    let arrive;
    const arrived = new Promise((resolve) => { arrive = resolve; });
    await slow.page.route("**/main.js", async (route) => {
      await arrived;
      await route.continue();
    });
    await slow.page.goto(here.site.url, { waitUntil: "commit" });
    await slow.page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length === 1);
    // All that comes without scripts is there, and was drawn.
    await slow.page.waitForFunction(() => [...document.images].every(({ complete, loading }) => complete || loading === "lazy"));
    await slow.page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
    arrive();
    await waitForState(slow.page, "ready");
    await assertNothingMoved(slow.page);
    await slow.close();
  }
});

/** Notes in the page whatever moves without the person's doing. */
function watchShifts(page) {
  return page.addInitScript(() => {
    const rounded = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join();
    const told = ({ node, previousRect, currentRect }) => `${node?.id || node?.nodeName} ${rounded(previousRect)} -> ${rounded(currentRect)}`;
    globalThis.shifts = [];
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value, sources }) => ({ value, what: sources.map(told) }))))
      .observe({ type: "layout-shift", buffered: true });
  });
}

/** Nothing has moved; 0.1 still counts as good elsewhere. What is left is for the parser, which may show half a row of buttons. */
async function assertNothingMoved(page) {
  const shifts = await page.evaluate(() => globalThis.shifts);
  assert.ok(shifts.reduce((sum, { value }) => sum + value, 0) < 0.002, JSON.stringify(shifts));
}

test("the main thread never works for more than 50 ms at a stretch while it paints", async () => {
  const { page, close } = await newPage(here.browser);
  await openWith(page, here.site.url, { size: 128, effort: 0.1 });
  const session = await page.context().newCDPSession(page);
  const tasks = [];
  session.on("Tracing.dataCollected", ({ value }) => tasks.push(...value));
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["disabled-by-default-devtools.timeline", "devtools.timeline"] } });
  await pressPaint(page);
  await page.waitForFunction(() => document.getElementById("losses").points?.length >= 16);
  await press(page, "stop");
  await waitForState(page, "done");
  const ended = new Promise((resolve) => { session.once("Tracing.tracingComplete", resolve); });
  await session.send("Tracing.end");
  await ended;
  const names = tasks.filter(({ name }) => name === "thread_name");
  const main = names.filter(({ args }) => args.name === "CrRendererMain").map(({ pid, tid }) => `${pid}.${tid}`);
  // By the thread's own clock: on a machine whose cores paint, a task also waits for its turn.
  const own = tasks.filter(({ name, pid, tid }) => name === "RunTask" && main.includes(`${pid}.${tid}`)).map(({ tdur, dur }) => (tdur ?? dur) / 1000)
    .filter(Number.isFinite); // one may be at work when the trace ends
  console.log(`${own.length} tasks, the longest ${Math.max(...own).toFixed(1)} ms of processor time`);
  assert.ok(own.length > 20, "tasks were seen");
  assert.ok(Math.max(...own) <= 50, `${Math.max(...own)} ms`);
  await close();
});

test("the page speaks the browser's language", async () => {
  const { words } = await catalogue();
  for (const [locale, paint, settings] of [["de-DE", words.Paint[0], words.Settings[0]], ["es-MX", words.Paint[1], words.Settings[1]], ["zh-CN", words.Paint[2], words.Settings[2]]]) {
    const { page, complaints, close } = await newPage(here.browser, { locale, viewport: { width: 360, height: 740 } });
    await open(page, here.site.url);
    assert.equal((await page.textContent("#paint")).trim(), paint);
    assert.equal(await page.textContent("#settings-heading"), settings);
    assert.equal(await page.getAttribute("html", "lang"), locale.slice(0, 2));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360, `${locale} is too wide`);
    await drop(page, "photo", { name: "no.jpg", bytes: Buffer.from("no picture") });
    await page.waitForFunction(() => document.getElementById("messages").textContent !== "");
    assert.ok(!(await page.textContent("#messages")).includes("This is not"), "the engine's sentence too");
    const constructed = () => import(new URL("language/words.js", document.baseURI).href).then(({ t }) => t("constructor"));
    assert.equal(await page.evaluate(constructed), "constructor", "what every object has is no word");
    assert.deepEqual(complaints(), []);
    await close();
  }
});

test("it opens without a network, and a new version asks first", async () => {
  const folder = await mkdtemp(join(tmpdir(), "scumble-"));
  const extra = {};
  const own = await serve(DIST, { extra });
  const { page, context, close } = await newPage(here.browser);
  await openWith(page, own.url, SMALL);
  await paint(page);
  await page.waitForFunction(() => navigator.serviceWorker.controller, undefined, { timeout: 120_000 });
  await context.setOffline(true);
  await page.reload();
  await waitForState(page, "ready");
  await paint(page);
  await context.setOffline(false);

  const precache = join(folder, "precache.js");
  await writeFile(precache, (await readFile(join(DIST, "precache.js"), "utf8")).replace(/version: '\w+'/, "version: 'next'"));
  extra["precache.js"] = precache;
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  await page.waitForFunction(() => /new version/.test(document.getElementById("messages").textContent), undefined, { timeout: 120_000 });
  const caches = () => page.evaluate(async () => (await globalThis.caches.keys()).filter((name) => name.startsWith("scumble-site")).sort());
  assert.equal((await caches()).length, 2, "the old one stays until the person agrees");
  await Promise.all([page.waitForEvent("load"), page.evaluate(() => document.querySelector("#messages .link").click())]);
  await waitForState(page, "ready");
  await until(page, async () => (await globalThis.caches.keys()).filter((name) => name.startsWith("scumble-site")).join() === "scumble-site-next");
  await close();
  await own.close();
  await rm(folder, { recursive: true });
});

test("what is shared to it lies in the wells", async () => {
  // A share sheet is no form of the page, whose policy allows none; this is as near as a test comes to one.
  const { page, close } = await newPage(here.browser, { bypassCSP: true });
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  await page.waitForFunction(() => navigator.serviceWorker.controller, undefined, { timeout: 120_000 });
  const { bytes } = await file(join(DIST, "samples/still-life.jpg"));
  const share = (name) => Promise.all([page.waitForEvent("load"), page.evaluate(({ base64, name, action }) => {
    const picture = new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type: "image/jpeg" });
    const transfer = new DataTransfer();
    transfer.items.add(picture);
    const form = Object.assign(document.createElement("form"), { method: "post", action, enctype: "multipart/form-data" });
    const input = Object.assign(document.createElement("input"), { type: "file", name: "pictures" });
    input.files = transfer.files;
    form.append(input);
    document.body.append(form);
    form.submit();
  }, { base64: bytes.toString("base64"), name, action: `${here.site.url}?share` })]);
  await share("shared fruit.jpg");
  await page.waitForFunction(() => document.querySelector("picture-well[name=photo]").textContent.includes("shared fruit"));

  const other = await serve();
  const posts = here.site.requests.length;
  await page.route(other.url, (route) => route.fulfill({ contentType: "text/html", body: "<title>Another site</title>" }));
  await page.goto(other.url);
  await share("strange fruit.jpg");
  await waitForState(page, "ready");
  assert.equal(new URL(page.url()).origin, new URL(here.site.url).origin);
  await page.waitForFunction(() => document.querySelector("picture-well[name=photo]").textContent.includes("Mountain lake"));
  assert.ok(!here.site.requests.slice(posts).some(({ method }) => method === "POST"), "nothing was sent to the host");
  assert.equal(await page.evaluate(() => globalThis.caches.has("scumble-shared")), false, "nothing of it is kept");
  await other.close();
  await close();
});
