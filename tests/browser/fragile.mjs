// This turns the page's engine into one that falls when a test says so.

/** Of a page whose engine can be broken: a service worker would bring the whole one. */
export const UNCACHED = { serviceWorkers: "block" };

/**
 * Before the page is opened: lets the engine be broken. It counts what struck in `globalThis.strikes`.
 * @param {import("playwright-core").Page} page
 */
export async function breakable(page) {
  await rewritten(page, (script) => BREAKABLE + script);
  await page.addInitScript(() => {
    globalThis.listenToEngine = ({ event }) => { if (event === "struck") globalThis.strikes = (globalThis.strikes ?? 0) + 1; };
  });
}

/**
 * Before the page is opened: gives it another script for its engine. The newest worker is `globalThis.engine` of the page,
 * `globalThis.engines` counts them, and `globalThis.listenToEngine`, if there is one, hears all that they say.
 * @param {import("playwright-core").Page} page @param {(script: string) => string} change
 */
export async function rewritten(page, change) {
  await page.route("**/engine/painter-worker.js", async (route) => {
    try {
      const response = await route.fetch();
      await route.fulfill({ response, body: change(await response.text()) });
    } catch (error) {
      if (!/disposed|closed/.test(error.message)) throw error; // its browser was killed meanwhile
    }
  });
  await page.addInitScript(() => {
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        globalThis.engine = this;
        globalThis.engines = (globalThis.engines ?? 0) + 1;
        this.addEventListener("message", ({ data }) => globalThis.listenToEngine?.(data));
      }
    };
  });
}

// Imports are hoisted: the class is there when the message comes.
const BREAKABLE = `
const HOW = {
  trap: () => { throw new WebAssembly.RuntimeError('unreachable'); },
  late: () => new Promise(() => { setTimeout(HOW.trap); }),
  hang: () => new Promise(() => {}),
  dawdle: async function (...given) { await new Promise((resolve) => setTimeout(resolve, 15_000)); return this.step(...given); },
  loses: () => { throw Object.assign(new Error('Some driver said so.'), { name: 'DeviceLost' }); },
  short: () => { throw Object.assign(new Error('Out of memory.'), { name: 'Gpu' }); },
  lacks: () => { throw Object.assign(new Error('The painting in progress is missing. Choose one first.'), { name: 'Missing' }); },
  fails: () => { throw new Error('It could not be done.'); },
  setback: async function (...given) { return { ...await this.step(...given), setbacks: 1 }; },
  runsAway: () => { throw Object.assign(new Error('The numbers grew beyond all bounds.'), { name: 'RanAway' }); },
};
let mend = () => {};
addEventListener('message', (event) => {
  const { how, name } = event.data;
  if (!how) return;
  event.stopImmediatePropagation();
  mend();
  const where = name === 'open' ? Studio : Studio.prototype;
  const { [name]: whole } = where;
  mend = () => { where[name] = whole; };
  if (!HOW[how]) return;
  where[name] = function (...given) {
    mend();
    postMessage({ event: 'struck' });
    return HOW[how].apply(this, given);
  };
});
`;

/** What can happen at a call. */
export const WAYS = ["trap", "late", "hang", "loses"];

/** Whether what `broken` asked for happens within a minute; if not, it will not happen any more. */
export async function struck(page) {
  const before = await page.evaluate(() => globalThis.awaited);
  for (const end = Date.now() + 60_000; Date.now() < end; await page.waitForTimeout(200)) {
    if (await page.evaluate((before) => (globalThis.strikes ?? 0) > before, before)) return true;
  }
  await page.evaluate(() => globalThis.engine.postMessage({ how: "not", name: "step" }));
  return false;
}

/** Breaks the engine at the next call of a function of the wasm: "trap", "late" (a trap that no caller hears of), "hang", "loses" (the device), "short" (of memory), "lacks" (the run) or "fails"; of a step also "dawdle", "setback" and "runsAway". */
export function broken(page, how, name) {
  return page.evaluate((asked) => {
    globalThis.awaited = globalThis.strikes ?? 0;
    globalThis.engine.postMessage(asked);
  }, { how, name });
}

/** Waits for the next checkpoint of the run; resolves to its step. */
export function checkpoint(page) {
  return page.evaluate(() => new Promise((resolve) => {
    globalThis.engine.addEventListener("message", ({ data }) => { if (data.event === "checkpoint") resolve(data.detail.iteration); });
  }));
}
