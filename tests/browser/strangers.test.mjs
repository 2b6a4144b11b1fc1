// What a stranger's file may do to this device: nothing that lasts, and nothing that asks another.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIST, fixture, newPage, serve, test } from "./harness.mjs";
import { open, paint } from "./studio.mjs";

const here = fixture();

/** The header that `cargo xtask build` tells hosts to send. */
async function policy() {
  return (await readFile(join(DIST, "_headers"), "utf8")).match(/Content-Security-Policy: (.*)/)[1];
}

/** What code in the worker can reach: the names of attempts that went through. */
function attempts(other) {
  const tried = {
    eval: () => eval("1"),
    "indirect eval": () => (0, globalThis.eval)("1"),
    Function: () => new Function("return 1")(),
    "constructor of functions": () => (() => {}).constructor("return 1")(),
    "constructor of asynchronous functions": () => (async () => {}).constructor("return 1")(),
    "constructor of generators": () => (function* () {}).constructor("return 1")(),
    "a text for a timer": () => new Promise((resolve, reject) => { setTimeout("globalThis.rang = true"); setTimeout(() => (globalThis.rang ? resolve() : reject()), 100); }),
    fetch: () => fetch(other, { mode: "no-cors" }),
    "fetch of a request": () => fetch(new Request(other, { mode: "no-cors" })),
    "fetch of the prototype": () => WorkerGlobalScope.prototype.fetch.call(globalThis, other, { mode: "no-cors" }),
    XMLHttpRequest: () => {
      const request = new XMLHttpRequest();
      request.open("GET", other);
      request.send();
    },
    WebSocket: () => new WebSocket(other.replace("http", "ws")),
    WebTransport: () => new WebTransport(other.replace("http:", "https:")),
    EventSource: () => new EventSource(other),
    indexedDB: () => indexedDB.open("notes"),
    "a worker of its own": () => new Worker(URL.createObjectURL(new Blob(["1"]))),
    "a cache that fetches": async () => (await caches.open("stolen")).add(new Request(other, { mode: "no-cors" })),
    font: () => new FontFace("stolen", `url(${other})`).load(),
  };
  return Promise.all(Object.entries(tried).map(async ([name, attempt]) => {
    try { await attempt(); return name; } catch { return undefined; }
  })).then((names) => names.filter(Boolean));
}

for (const [name, hasHeader] of [["a host that sends no header", false], ["a host that sends the policy", true]]) {
  test(`the painter's worker asks nobody and runs no text: ${name}`, async () => {
    const other = await serve(DIST);
    // Nobody can evaluate anything in this worker, so what a stranger would do comes with its modules.
    const folder = await mkdtemp(join(tmpdir(), "scumble-"));
    const store = join(folder, "weight-store.js");
    await writeFile(store, `${await readFile(join(DIST, "engine/weight-store.js"), "utf8")}
      const attempts = ${attempts};
      addEventListener("message", async (event) => {
        const { data } = event;
        if (!data.attempt) return;
        event.stopImmediatePropagation();
        data.answer.postMessage({
          through: await attempts(data.attempt),
          isOurs: (await fetch("../icon.svg")).ok,
          imported: await import(data.late).then(() => true, () => false),
        });
      });`);
    const site = await serve(DIST, { extra: { "engine/weight-store.js": store }, headers: hasHeader ? { "Content-Security-Policy": await policy() } : {} });
    const { page, close } = await newPage(here.browser);
    await page.addInitScript(() => { globalThis.Worker = class extends Worker { constructor(...given) { super(...given); globalThis.painter = this; } }; });
    await open(page, site.url);
    const { through, isOurs, imported } = await page.evaluate(({ attempt, late }) => new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      globalThis.painter.postMessage({ attempt, late, answer: port2 }, [port2]);
    }), { attempt: `${other.url}icon.svg`, late: `${other.url}language/words.js` });
    assert.deepEqual(through, []);
    assert.equal(isOurs, true, "its own site answers");
    assert.deepEqual(other.requests.filter(({ path }) => path !== "/language/words.js"), [], "the other host was never asked");
    if (hasHeader) assert.deepEqual([imported, other.requests], [false, []], "the policy holds for imports, too");
    await close();
    await site.close();
    await other.close();
    await rm(folder, { recursive: true });
  });
}

test("a stranger's findings are forgotten with the run that they came with", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, `${here.site.url}#size=64&effort=0.1`);
  await paint(page);
  const found = await page.evaluate(async () => {
    const { Painter } = await import(new URL("engine/painter.js", document.baseURI).href);
    const { read } = await import(new URL("settings/settings.js", document.baseURI).href);
    const kept = async () => (await (await (await caches.open("scumble-device")).matchAll())[0].text());
    const blob = async (path) => (await fetch(path)).blob();
    const painter = new Painter();
    const canvas = new OffscreenCanvas(1, 1);
    await painter.ask("open", { canvas }, [canvas]);
    await painter.ask("setPicture", { which: "photo", blob: await blob("samples/street.jpg") });
    await painter.ask("setPicture", { which: "painting", blob: await blob("samples/street.jpg") });
    const settings = read(document.getElementById("settings"));
    const start = async (findings) => {
      const { findings: used } = await painter.ask("start", { settings, findings });
      await painter.ask("stop");
      return used;
    };
    const before = await kept();
    const answer = JSON.parse(before)["reach of products"] === 1 ? 0 : 1;
    const strange = JSON.stringify({ "reach of products": answer });
    const told = { before, strange, own: await start(), theirs: await start(strange), again: await start(strange) };
    told.whileTheirs = await kept();
    told.after = await start();
    told.nonsense = await start(JSON.stringify({ "reach of products": 77, another: 1 }));
    told.last = await start();
    told.kept = await kept();
    painter.dismiss();
    return told;
  });
  assert.deepEqual([found.theirs, found.again], [found.strange, found.strange], "their run is painted as it was");
  assert.ok(/^\{"reach of products":\d\}$/.test(found.nonsense), found.nonsense);
  // How long a trial took may be found out again, beside other work.
  const variants = (text) => Object.entries(JSON.parse(text)).filter(([name]) => name.startsWith("reach"));
  for (const own of ["own", "whileTheirs", "after", "last", "kept"]) assert.deepEqual(variants(found[own]), variants(found.before), own);
  assert.deepEqual(complaints(), []);
  await close();
});
