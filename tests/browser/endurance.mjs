// Lets a page paint for a long time, saves, pauses and steers it now and then, and writes down what it holds: the heaps of page and
// worker after a collection, the engine's own memory, and what it counted on the graphics device.
//
//   node tests/browser/endurance.mjs [--minutes 60] [--json FILE]

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { UNCACHED, rewritten } from "./fragile.mjs";
import { launch, serve } from "./harness.mjs";
import { open, press, pressPaint, save, slide } from "./studio.mjs";

const RUN = { size: 64, "stop-early": false };
const EVERY_MS = 20_000;
const SETTLED_MS = 60_000; // from then on nothing grows
const MIB = 2 ** 20;

// The worker tells of its own memory after every step: while one is at work, its engine cannot be asked.
const ENDLESS = "{ ...settings, iterations: 100_000 }"; // no control of the page asks for so many
const CHANGES = [
  [/JSON\.stringify\(settings\)/g, `JSON.stringify(${ENDLESS})`],
  ["await init();", "engineOfWasm = await init();"],
  ["run.progress = progress;", "run.progress = progress; postMessage({ event: 'memory', detail: { wasm: engineOfWasm.memory.buffer.byteLength, gpu: studio.held } });"],
];

/** @typedef {{seconds: number, step: number, page: number, worker: number, wasm: number, gpu: number}} Held Bytes, after so many seconds and steps. */

/** Paints for so long; tells what was held now and then. @returns {Promise<Held[]>} */
export async function endured({ minutes, told = () => {} }) {
  const site = await serve();
  const browser = await launch();
  const page = await browser.newPage(UNCACHED);
  page.setDefaultTimeout(240_000);
  await rewritten(page, (script) => CHANGES.reduce((changed, [from, to]) => {
    if (changed === changed.replace(from, "")) throw new Error(`The worker has no ${from} any more.`);
    return changed.replace(from, to);
  }, `let engineOfWasm;${script}`));
  await page.addInitScript(() => {
    globalThis.listenToEngine = ({ event, detail }) => {
      if (event === "progress") globalThis.step = detail.iteration;
      if (event === "memory") globalThis.memory = detail;
    };
  });
  await open(page, `${site.url}#${new URLSearchParams(RUN)}`);
  const heaps = await heapsOf(page);
  await pressPaint(page);
  await page.waitForFunction(() => globalThis.step > 3);

  const all = [];
  const began = Date.now(), end = began + minutes * 60_000;
  for (let round = 0; Date.now() < end; round++) {
    await page.waitForTimeout(EVERY_MS);
    const step = await page.evaluate(() => globalThis.step);
    const held = { seconds: Math.round((Date.now() - began) / 1000), step, ...await page.evaluate(() => globalThis.memory), ...await heaps() };
    all.push(held);
    told(held);
    if (round % 3 === 0) await save(page);
    if (round % 3 === 1) await slide(page, "strength", 30 + (round * 7) % 40);
    if (round % 3 === 2) {
      await press(page, "pause");
      await page.waitForTimeout(1000);
      await press(page, "pause");
    }
    await page.waitForFunction((step) => globalThis.step > step, step);
  }
  await browser.close();
  await site.close();
  return all;
}

/** What the heaps of a page and of its worker hold, after a collection. */
async function heapsOf(page) {
  const session = await page.context().newCDPSession(page);
  const answers = new Map();
  let worker, number = 0;
  session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => { if (targetInfo.type === "worker") worker = sessionId; });
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const { id, result } = JSON.parse(message);
    answers.get(id)?.(result);
  });
  await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  const ofWorker = (method) => new Promise((resolve) => {
    answers.set(++number, resolve);
    session.send("Target.sendMessageToTarget", { sessionId: worker, message: JSON.stringify({ id: number, method }) });
  });
  return async () => {
    await session.send("HeapProfiler.collectGarbage");
    await ofWorker("HeapProfiler.collectGarbage");
    const [own, workers] = [await session.send("Runtime.getHeapUsage"), await ofWorker("Runtime.getHeapUsage")];
    return { page: own.usedSize, worker: workers.usedSize };
  };
}

/** What each of them held at most in the second minute, and at most later. @param {Held[]} all */
export function growth(all) {
  const most = (held, key) => Math.max(...held.map((own) => own[key]));
  const settled = all.filter(({ seconds }) => seconds * 1000 > SETTLED_MS);
  const first = settled.filter(({ seconds }) => seconds * 1000 <= 2 * SETTLED_MS);
  return ["page", "worker", "wasm", "gpu"].map((key) => ({ key, second_minute: most(first, key), later: most(settled, key) }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { minutes: { type: "string", default: "60" }, json: { type: "string" } } });
  const mib = (bytes) => (bytes / MIB).toFixed(2);
  const kept = [];
  const all = await endured({
    minutes: Number(values.minutes),
    told(held) {
      kept.push(held);
      console.log(`${held.seconds} s, step ${held.step}: page ${mib(held.page)}, worker ${mib(held.worker)}, wasm ${mib(held.wasm)}, graphics ${mib(held.gpu)} MiB`);
      if (values.json) writeFileSync(values.json, JSON.stringify(kept)); // whoever ends it has what there is
    },
  });
  for (const { key, second_minute, later } of growth(all)) console.log(`${key}: ${mib(second_minute)} MiB in the second minute, at most ${mib(later)} later`);
}
