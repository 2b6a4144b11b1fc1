// Pages of the rig: their engines can be broken, and they tell how far those came.

import { breakable } from "../fragile.mjs";
import { open, press } from "../studio.mjs";

const RUN = { size: 64, effort: 1, "stop-early": false }; // 75 steps
const ENOUGH = 5; // steps that a run went on for
const CALM = 4; // looks: a new engine is ready before it goes on
export const HASH = `#${new URLSearchParams(RUN)}`;

/** Lets a page tell `globalThis.seen`: `at`, the newest step of its engines; `first`, the newest engine's first; `when_ms` each step came for the first time; `gaps_ms` between steps. */
export async function watched(page) {
  page.setDefaultTimeout(240_000);
  await breakable(page);
  await page.addInitScript(() => {
    globalThis.seen = { at: 0, first: 0, when_ms: {}, gaps_ms: [] };
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
          seen.when_ms[seen.at] ??= now;
        });
      }
    };
    globalThis.setInterval = (work, ms) => setInterval(work, ms === 5000 ? 3000 : ms); // the page's patience is a minute
  });
  return page;
}

/** A new tab with the page, ready. */
export async function fresh(context, url) {
  const page = await watched(await context.newPage());
  await open(page, url + HASH);
  return page;
}

/** How many pictures the page holds. A last run that came to none is dropped by the next. */
export const pictures = (page) => page.evaluate(() => {
  const { length } = document.getElementById("runs").options;
  return length > 0 && document.getElementById("branch").hidden ? length - 1 : length;
});

/** Presses the first button of the message bar that leads back to work, if there is one; resolves to whether there was. */
export const accept = (page) => page.evaluate(() => {
  const button = [...document.querySelectorAll("#messages button")].find(({ textContent }) => ["Go on", "Bring them back", "Start again"].includes(textContent));
  button?.click();
  return Boolean(button);
});

/** Presses what the page offers until `isDone`, which is asked with the page's state. */
export async function settle(page, isDone) {
  const end = Date.now() + 200_000;
  for (let calm = 0; calm < CALM;) {
    await accept(page);
    const { state } = await page.evaluate(() => ({ ...document.documentElement.dataset }));
    if (state === "unsupported") await press(page, "again");
    if (state === "paused") await press(page, "pause");
    // It goes on: that it comes to its end as well is for other tests.
    if (state === "painting" && await page.evaluate((enough) => globalThis.seen.gaps_ms.length >= enough, ENOUGH)) await press(page, "stop");
    if (await page.evaluate(() => Boolean(document.querySelector("sketch-dialog dialog[open]")))) await page.keyboard.press("Escape");
    calm = await isDone(state) ? calm + 1 : 0;
    if (Date.now() > end) throw new Error(`the page stays ${state}: ${await page.textContent("#messages")} ${await page.textContent("#notice")}`);
    await page.waitForTimeout(300);
  }
}
