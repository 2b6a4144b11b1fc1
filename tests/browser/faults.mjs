// The rig of faults: drives a real Chromium through seeded random faults while pictures are made ready, painted, paused, saved
// and sketched, and counts the pictures that are lost and the seconds of work that are done twice.
//
//   node tests/browser/faults.mjs [--count 200] [--seed 1] [--json FILE]

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { UNCACHED, breakable, broken } from "./fragile.mjs";
import { launch, newPage, serve } from "./harness.mjs";
import { open, press, pressPaint, save, waitForState } from "./studio.mjs";

const RUN = { size: 64, effort: 2, "stop-early": false }; // 150 steps
const CHANGE_AFTER = 12; // faults: then a fresh browser
const PATIENCE_MS = 300_000; // for one fault

/** When it happens: each brings the page there. */
const MOMENTS = {
  idle: async () => {},
  preparing: pressPaint,
  painting: async (page, random) => {
    await pressPaint(page);
    await page.waitForFunction((step) => globalThis.seen.at >= step, 2 + Math.floor(70 * random()));
  },
  paused: async (page, random) => {
    await MOMENTS.painting(page, random);
    await press(page, "pause");
  },
  saving: (page, random) => MOMENTS.painting(page, random), // and then Save is pressed
  sketching: async (page, random) => {
    await MOMENTS.painting(page, random);
    await press(page, "open-variations");
    await page.waitForTimeout(500 + 1500 * random());
  },
};

/** Calls of the wasm that a moment comes to, where the engine can break. */
const CALLS = {
  idle: ["plan", "setPicture", "thumbnail", "beginSketch"],
  preparing: ["start", "thumbnail", "step"],
  painting: ["step", "snapshot", "checkpoint", "steer"],
  paused: ["step", "checkpoint"],
  saving: ["save", "step"],
  sketching: ["beginSketch", "stepSketch", "lookAtSketch"],
};

/** What happens. Each resolves to the page that is there afterwards. */
const FAULTS = {
  trap: breaks("trap"),
  "trap unheard": breaks("late"),
  "device lost": breaks("loses"),
  hang: breaks("hang"),
  "worker terminated": async ({ page }) => {
    await page.evaluate(() => globalThis.engine.terminate());
    return page;
  },
  "graphics process crashed": async ({ page, browser }) => {
    const session = await browser.newBrowserCDPSession();
    await session.send("Browser.crashGpuProcess").catch(() => {}); // it does not answer any more
    return page;
  },
  reload: async ({ page }) => {
    await page.reload();
    return page;
  },
  "tab closed": ({ page, context, url }) => page.close().then(() => fresh(context, url)),
  "tab crashed": async ({ page, context, url }) => {
    const session = await context.newCDPSession(page);
    const crashed = new Promise((resolve) => { page.once("crash", resolve); });
    session.send("Page.crash").catch(() => {}); // it does not answer any more
    await crashed;
    page.close().catch(() => {}); // nor does its tab
    return fresh(context, url);
  },
  "notes spoiled": (given) => closedAnd(given, "notes"),
  "checkpoint spoiled": (given) => closedAnd(given, "checkpoint"),
  "files evicted": async ({ page }) => {
    await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry("visits", { recursive: true }).catch(() => {}));
    return page;
  },
  "storage full": async ({ page }) => {
    await page.evaluate(() => {
      const { createWritable } = FileSystemFileHandle.prototype;
      FileSystemFileHandle.prototype.createWritable = () => Promise.reject(new DOMException("No room.", "QuotaExceededError"));
      setTimeout(() => { FileSystemFileHandle.prototype.createWritable = createWritable; }, 5000); // somebody makes room
    });
    await page.waitForTimeout(6000);
    return page;
  },
  "caches refused": async ({ page }) => {
    await page.evaluate(() => {
      for (const name of ["open", "match", "keys", "delete"]) CacheStorage.prototype[name] = () => Promise.reject(new DOMException("No.", "SecurityError"));
    });
    return page;
  },
  "manifest is a page": async ({ page, context }) => {
    await context.route("**/weights/manifest.json", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>Not here." }));
    await page.reload();
    await context.unroute("**/weights/manifest.json");
    return page;
  },
  "second tab": async ({ page, context, url }) => {
    const other = await fresh(context, url);
    await pressPaint(other);
    await other.waitForFunction(() => globalThis.seen.at > 3);
    await other.close();
    return page;
  },
  offline: async ({ page, context }) => {
    await context.setOffline(true);
    await page.waitForTimeout(1000);
    await context.setOffline(false);
    return page;
  },
};

const BREAKS = ["trap", "trap unheard", "device lost", "hang"];

function breaks(how) {
  return async ({ page, moment, random }) => {
    const calls = CALLS[moment];
    const name = calls[Math.floor(calls.length * random())];
    await broken(page, how, name);
    // Something has to call it.
    if (moment === "paused") await press(page, "pause");
    if (moment === "saving") await press(page, "save");
    if (name === "setPicture" || name === "thumbnail") await page.evaluate(() => [...document.querySelectorAll("sample-shelf[name=painting] button")].at(-1).click());
    else await page.evaluate(() => document.getElementById("settings").dispatchEvent(new Event("input")));
    if (name === "steer") await page.fill("#strength", String(30 + Math.floor(40 * random())));
    return page;
  };
}

/** The tab is closed, and the newest of the two files spoiled, before it is opened again. */
async function closedAnd({ page, context, url }, kind) {
  await page.close();
  const other = await context.newPage();
  await other.goto(`${url}icon.svg`);
  await other.evaluate(async (kind) => {
    const root = await navigator.storage.getDirectory();
    const visits = await root.getDirectoryHandle("visits").catch(() => undefined);
    if (!visits) return;
    for await (const [, visit] of visits.entries()) {
      const files = [];
      for await (const [name, handle] of visit.entries()) if (name.startsWith(`${kind}-`)) files.push([handle, await handle.getFile()]);
      if (files.length < 2) continue;
      const [handle, file] = files.sort(([, a], [, b]) => b.lastModified - a.lastModified)[0];
      const writable = await handle.createWritable({ keepExistingData: true });
      await writable.write({ type: "write", position: Math.floor(file.size / 2), data: "spoiled" });
      await writable.close();
    }
  }, kind);
  await other.close();
  return fresh(context, url);
}

/** A page that can be broken, and that tells how far its engines came. */
async function fresh(context, url, page) {
  page ??= await context.newPage();
  page.setDefaultTimeout(240_000);
  await breakable(page);
  await page.addInitScript(() => {
    globalThis.seen = { at: 0, first: 0, gaps_ms: [] };
    const { Worker, setInterval } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        globalThis.seen.isNew = true;
        let last;
        this.addEventListener("message", ({ data: { event, detail } }) => {
          if (event !== "progress") return;
          const now = performance.now();
          const { seen } = globalThis;
          if (seen.isNew) seen.first = detail.iteration;
          else if (last) seen.gaps_ms.push(now - last);
          [seen.isNew, seen.at, last] = [false, detail.iteration, now];
        });
      }
    };
    globalThis.setInterval = (work, ms) => setInterval(work, ms === 5000 ? 2000 : ms); // the page's patience is a minute
  });
  await open(page, `${url}#${new URLSearchParams(RUN)}`);
  return page;
}

/** mulberry32 */
function randomOf(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pictures = (page) => page.evaluate(() => document.getElementById("runs").options.length);

/** Presses the first button of the message bar that leads back to work, if there is one. */
const accept = (page) => page.evaluate(() => {
  const button = [...document.querySelectorAll("#messages button")].find(({ textContent }) => ["Go on", "Bring them back", "Start again"].includes(textContent));
  button?.click();
  return Boolean(button);
});

/** Waits until the page is done or ready, and presses what it offers on the way. */
async function settle(page, isDone) {
  const end = Date.now() + 200_000;
  for (;;) {
    await accept(page);
    const { state } = await page.evaluate(() => ({ ...document.documentElement.dataset }));
    if (state === "unsupported") await press(page, "again");
    if (state === "paused") await press(page, "pause");
    if (await page.evaluate(() => Boolean(document.querySelector("sketch-dialog dialog[open]")))) await page.keyboard.press("Escape");
    if (await isDone(state)) return;
    if (Date.now() > end) throw new Error(`the page stays ${state}: ${await page.textContent("#messages")} ${await page.textContent("#notice")}`);
    await page.waitForTimeout(300);
  }
}

/**
 * One fault; resolves to what came of it.
 * @returns {Promise<{fault: string, moment: string, repeated_s: number, lost: string | undefined}>}
 */
async function suffer(given, fault, moment) {
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, PATIENCE_MS, "nothing happens any more"); });
  const lost = (why) => ({ fault, moment, repeated_s: 0, lost: String(why).split("\n")[0] });
  const outcome = await Promise.race([endured(given, fault, moment).catch((error) => lost(error.message)), late.then(lost)]);
  clearTimeout(timer);
  return outcome;
}

async function endured(given, fault, moment) {
  const { page: before, random } = given;
  const had = await pictures(before);
  await before.evaluate(() => Object.assign(globalThis.seen, { at: 0, first: 0, gaps_ms: [] }));
  await MOMENTS[moment](before, random);
  await before.waitForTimeout(300 + 3000 * random());
  const { at } = await before.evaluate(() => globalThis.seen);
  const engines = await before.evaluate(() => { globalThis.isSame = true; return globalThis.engines; });
  const wasPainting = await before.evaluate(() => ["painting", "paused"].includes(document.documentElement.dataset.state));
  if (moment === "saving" && !BREAKS.includes(fault)) await press(before, "save");
  const page = await FAULTS[fault]({ ...given, moment });
  given.page = page;
  const isBack = async (state) => {
    if (!["ready", "done"].includes(state)) return false;
    return (await pictures(page)) >= had + (moment === "idle" || at === 0 ? 0 : 1);
  };
  await settle(page, isBack);
  // A reload begins to count anew; an engine that took another's place tells its first step.
  const { first, gaps_ms } = await page.evaluate(() => globalThis.seen);
  const isNew = await page.evaluate((engines) => !globalThis.isSame || globalThis.engines > engines, engines);
  const repeated = isNew && wasPainting && first > 0 && first <= at ? at - first + 1 : 0;
  const step_ms = gaps_ms.sort((a, b) => a - b)[Math.floor(gaps_ms.length / 2)] ?? 0; // pauses do not count
  const repeated_s = repeated * step_ms / 1000;
  if ((await pictures(page)) > 0) await save(page);
  return { fault, moment, repeated_s, repeated, lost: undefined };
}

/** So many faults. @returns {Promise<{fault: string, moment: string, repeated_s: number, lost: string | undefined}[]>} */
export async function suffered({ count, seed, begun = () => {}, told = () => {} }) {
  const random = randomOf(seed);
  const site = await serve();
  const results = [];
  let given, browser;
  const kinds = Object.keys(FAULTS);
  for (let index = 0; index < count; index++) {
    if (index % CHANGE_AFTER === 0) {
      await browser?.close();
      browser = await launch();
      const { page, context } = await newPage(browser, UNCACHED);
      given = { browser, context, url: site.url, random, page: await fresh(context, site.url, page) };
    }
    const fault = kinds[(index + Math.floor(kinds.length * random())) % kinds.length];
    const moments = Object.keys(MOMENTS);
    const moment = moments[Math.floor(moments.length * random())];
    begun({ fault, moment }, index);
    const result = await suffer(given, fault, moment);
    results.push(result);
    told(result, index);
    if (result.lost) { // what comes next shall not suffer from it
      await browser.close();
      browser = await launch();
      const { page, context } = await newPage(browser, UNCACHED);
      given = { browser, context, url: site.url, random, page: await fresh(context, site.url, page) };
    }
  }
  await browser.close();
  await site.close();
  return results;
}

/** A table of what came of each kind of fault. */
export function table(results) {
  const rows = Object.keys(FAULTS).map((fault) => {
    const own = results.filter((result) => result.fault === fault);
    const most = Math.max(0, ...own.map(({ repeated_s }) => repeated_s));
    return `| ${fault} | ${own.length} | ${own.filter(({ lost }) => lost).length} | ${most.toFixed(1)} |`;
  });
  return ["| fault | times | pictures lost | most seconds repeated |", "|---|---|---|---|", ...rows].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { count: { type: "string", default: "200" }, seed: { type: "string", default: "1" }, json: { type: "string" } } });
  const results = await suffered({
    count: Number(values.count), seed: Number(values.seed),
    begun: ({ fault, moment }, index) => process.stdout.write(`${index + 1}: ${fault}, ${moment}`),
    told: ({ repeated_s, lost }) => console.log(`: ${lost ? `LOST: ${lost}` : `${repeated_s.toFixed(1)} s repeated`}`),
  });
  console.log(table(results));
  if (values.json) await writeFile(values.json, JSON.stringify(results));
  process.exitCode = results.some(({ lost }) => lost) ? 1 : 0;
}
