// One version of the site after another: tabs keep theirs, what is broken is not taken, or given up, and what is mended is found.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DIST, fixture, newPage, test } from "./harness.mjs";
import { BROKEN, agree, host, isOffered, marked, settled, standing, taken, text, update } from "./host.mjs";
import { openWith, press, until, waitForState } from "./studio.mjs";

const here = fixture();
const HASH = "#size=64&effort=0.1";

/** A page without WebGPU: it stands at once, and for most of this the engine is no matter. */
async function plainPage() {
  const opened = await newPage(here.browser);
  await opened.context.addInitScript(() => Object.defineProperty(Navigator.prototype, "gpu", { get: () => undefined }));
  return opened;
}

const kept = (page) => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith("scumble-site-")).sort());

test("a tab keeps its version while another takes the new one", async () => {
  const site = await host();
  await site.deploy("first", await marked("of the first"));
  const { page, context, complaints, close } = await newPage(here.browser);
  await settled(page, site.url + HASH);
  const other = await context.newPage();
  await openWith(other, site.url, { size: 64, effort: 0.1 });

  // In the new version a file has gone, and what the worker imports can be read by nobody of the old one.
  const { "sketches/sketchbook.js": late } = await marked("of the second");
  await site.deploy("second", { "sketches/sketchbook.js": late, "engine/training.js": `${await readFile(join(DIST, "engine/training.js"), "utf8")}\n// of the second\n` });
  await update(other);
  await taken(other, "of the second");
  await waitForState(other, "ready");
  await until(other, async () => (await (await caches.match("./notes.json", { cacheName: "scumble-versions" })).json()).started === "second");
  assert.match(await text(other, "sketches/sketchbook.js"), /of the second/);
  assert.deepEqual(await kept(page), ["scumble-site-first", "scumble-site-second"]);

  assert.match(await text(page, "sketches/sketchbook.js"), /of the first/);
  await press(page, "open-variations");
  await page.waitForFunction(() => document.querySelector("#variations dialog[open]") && document.querySelectorAll("#variations canvas").length === 9);
  const inItsWorker = await page.evaluate(async () => {
    const { Painter } = await import(new URL("engine/painter.js", document.baseURI).href);
    const painter = new Painter(); // a worker of the old tab, begun after the update
    await painter.ask("pause");
    painter.dismiss();
    return (await fetch("engine/training.js")).text();
  });
  assert.doesNotMatch(inItsWorker, /of the second/);
  const versions = await page.evaluate(async () => Object.values((await (await caches.match("./notes.json", { cacheName: "scumble-versions" })).json()).clients));
  assert.ok(versions.filter((version) => version === "first").length >= 3, `the tab, its worker and a new worker are of the first: ${versions}`);

  // What the old one's cache has lost is taken from wherever it still is the same, and from nowhere else.
  await page.evaluate(async () => {
    const cache = await caches.open("scumble-site-first");
    await Promise.all(["sketches/xray.js", "sketches/sketchbook.js"].map((path) => cache.delete(path)));
  });
  assert.equal(await text(page, "sketches/xray.js"), await readFile(join(DIST, "sketches/xray.js"), "utf8"));
  await assert.rejects(text(page, "sketches/sketchbook.js"), /Failed to fetch/);

  assert.deepEqual(complaints().filter((text) => !text.includes("sketchbook.js")), []);
  await page.close();
  await other.reload();
  await waitForState(other, "ready");
  await until(other, async () => !(await caches.has("scumble-site-first")));
  assert.deepEqual(await kept(other), ["scumble-site-second"]);
  await close();
  await site.close();
});

test("a site that is half replaced is not taken", async () => {
  const site = await host();
  await site.deploy("first");
  const { page, context, close } = await plainPage();
  await settled(page, site.url + HASH);
  const wasm = Buffer.concat([await readFile(join(DIST, "pkg/scumble_bg.wasm")), Buffer.from([0, 1, 0])]); // and an empty section
  const { "sketches/sketchbook.js": late } = await marked("of the next");
  const wrong = {
    "an old file": ["sketches/sketchbook.js", late, await readFile(join(DIST, "sketches/sketchbook.js"))],
    "a page in place of a script": ["sketches/sketchbook.js", late, "<!doctype html><title>Not found</title>"],
    "half of the engine": ["pkg/scumble_bg.wasm", wasm, wasm.subarray(0, wasm.length / 2)],
  };
  for (const [name, [path, right, found]] of Object.entries(wrong)) {
    await site.deploy(name.replaceAll(" ", "-"), { [path]: right }, { [path]: found });
    const state = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      const found = new Promise((resolve) => { registration.addEventListener("updatefound", () => resolve(registration.installing), { once: true }); });
      await registration.update();
      const worker = await found;
      for (; !["installed", "redundant", "activated"].includes(worker.state);) await new Promise((resolve) => { worker.addEventListener("statechange", resolve, { once: true }); });
      return worker.state;
    });
    assert.equal(state, "redundant", name);
    assert.deepEqual(await kept(page), ["scumble-site-first"], name);
    await page.reload();
    await standing(page);
  }
  await context.setOffline(true);
  await page.reload();
  await standing(page);
  await context.setOffline(false);
  await site.deploy("mended", await marked("mended"));
  await update(page);
  await taken(page, "mended");
  await close();
  await site.close();
});

const failing = {
  "whose page throws": [plainPage, "loading"],
  "whose engine is no engine": [() => newPage(here.browser), "unsupported"],
};
for (const [what, [opened, state]] of Object.entries(failing)) {
  test(`a version ${what} is given up, and a mended one is taken`, async () => {
    const site = await host();
    await site.deploy("first");
    const { page, close } = await opened();
    await settled(page, site.url + HASH);
    await site.deploy("broken", BROKEN[what]);
    await update(page);
    await agree(page);
    const fails = () => waitForState(page, state);
    await fails();
    await page.reload();
    await fails();
    await page.reload();
    await standing(page);
    await page.reload();
    await standing(page);
    assert.equal(await text(page, "main.js"), await readFile(join(DIST, "main.js"), "utf8"));
    await update(page);
    assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).waiting), null, "it is not offered again");

    await site.deploy("mended", await marked("mended"));
    await update(page);
    await taken(page, "mended");
    await until(page, async () => (await caches.keys()).filter((name) => name.startsWith("scumble-site-")).join() === "scumble-site-mended");
    await close();
    await site.close();
  });
}

test("a mended version needs nobody's word while a broken one is tried", async () => {
  const site = await host();
  await site.deploy("first");
  const { page, close } = await plainPage();
  await settled(page, site.url + HASH);
  await site.deploy("broken", BROKEN["whose page throws"]);
  await update(page);
  await agree(page);
  await site.deploy("mended");
  await update(page);
  // It begins with forgetting who tried the one before.
  await until(page, async () => (await (await caches.match("./notes.json", { cacheName: "scumble-versions" })).json()).tried.length === 0);
  await page.reload();
  await standing(page);
  await until(page, async () => (await caches.keys()).filter((name) => name.startsWith("scumble-site-")).join() === "scumble-site-mended");
  await close();
  await site.close();
});

test("tabs that open at once, or out of sight, are no sign of a broken version", async () => {
  const site = await host();
  await site.deploy("first");
  const { page, context, close } = await plainPage();
  await settled(page, site.url + HASH);
  await site.deploy("second", await marked("of the second"));
  await update(page);
  await isOffered(page);
  const pages = await Promise.all([1, 2, 3, 4].map(() => context.newPage()));
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).waiting.postMessage("take over"));
  await until(page, async () => (await navigator.serviceWorker.getRegistration()).waiting === null);
  await Promise.all(pages.map((page) => page.goto(site.url, { waitUntil: "commit" })));
  for (const page of pages) await standing(page);
  for (const page of pages) assert.match(await text(page, "sketches/sketchbook.js"), /of the second/);
  await close();
  await site.close();
});
