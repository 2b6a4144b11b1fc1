// When a fault happens: each brings the page there.

import { broken } from "../fragile.mjs";
import { press, pressPaint } from "../studio.mjs";

/** @type {Record<string, (page: import("playwright-core").Page, random: () => number) => Promise<void>>} */
export const MOMENTS = {
  idle: async () => {},
  async opening(page) {
    for (; !await page.evaluate(() => ["ready", "done"].includes(document.documentElement.dataset.state)); await page.waitForTimeout(300)) await press(page, "stop"); // while it paints it asks nothing
    const before = await page.evaluate(() => globalThis.engines);
    await broken(page, "trap", "plan");
    await ask(page);
    await page.waitForFunction((before) => globalThis.engines > before, before);
  },
  preparing: pressPaint,
  async painting(page, random) {
    await pressPaint(page);
    await page.waitForFunction((step) => globalThis.seen.at >= step, 2 + Math.floor(40 * random()));
  },
  async paused(page, random) {
    await MOMENTS.painting(page, random);
    await press(page, "pause");
  },
  saving: (page, random) => MOMENTS.painting(page, random), // and then Save is pressed
  async sketching(page, random) {
    await MOMENTS.painting(page, random);
    await press(page, "open-variations");
    await page.waitForTimeout(500 + 1500 * random());
  },
};

/** Calls of the wasm that a moment comes to, where the engine can break. */
export const CALLS = {
  idle: ["plan", "setPicture", "thumbnail"],
  opening: ["open", "loadStudent", "recall"],
  preparing: ["start", "step"],
  painting: ["step", "snapshot", "pollCheckpoint", "steer"],
  paused: ["step", "pollCheckpoint"],
  saving: ["save", "step"],
  sketching: ["beginSketch", "stepSketch", "lookAtSketch"],
};

/** Those of them that are waited for, and so can hang. */
export const AWAITED = ["open", "start", "step", "snapshot", "steer", "save", "beginSketch", "stepSketch"];

/** Lets the page ask its engine something. */
export const ask = (page) => page.evaluate(() => document.getElementById("settings").dispatchEvent(new Event("input")));
