// Styles: one is trained in the tab, saved, dropped again, and repaints the photo at once.

import assert from "node:assert/strict";
import { hasSettled, planFor, planIn, seconds } from "../../www/styling/terms.js";
import { fixture, newPage, test } from "./harness.mjs";
import { answer, difference, downloaded, drop, message, openWith, press, save, slide, waitForState } from "./studio.mjs";

// As small as a network and a training may be: a software GPU trains it.
const TINY = { size: 64, crop: 32, steps: 5, batch: 1, network: { width: 8, blocks: 1 } };
const SMALL = { size: 64, effort: 0.1 };

const here = fixture();

/** Opens the page for trainings as small as these. */
function openTiny(page, plan = {}) {
  return openWith(page, `${here.site.url}?training=${encodeURIComponent(JSON.stringify({ ...TINY, ...plan }))}`, SMALL);
}

/** Opens the dialog, and presses Start once it says how long that will take. */
async function start(page) {
  await press(page, "make-style");
  await page.waitForFunction(() => /About \d/.test(document.querySelector('#style-making [data-length="normal"]')?.textContent), undefined, { timeout: 300_000 });
  await answer(page, "style-making", "train");
}

/** Waits until the dialog says that there is a style. */
function made(page) {
  return page.waitForFunction(() => document.querySelector('#style-making [data-action="use"]'), undefined, { timeout: 300_000 });
}

/** Waits until the style at hand has painted, and its picture is a file. */
async function painted(page, name) {
  await page.waitForFunction((name) => document.getElementById("wall-label").textContent.includes(`“${name}”`) && !document.getElementById("head-start").hidden
    && /in one pass/.test(document.getElementById("status").textContent) && customElements.get("save-dialog"), name, { timeout: 300_000 });
}

test("a style is trained, saved and used; a fresh page paints the same with its file, bit for bit", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openTiny(page);
  await start(page);
  await made(page);
  assert.match(await page.textContent("#style-making"), /The style is ready\./);
  const seen = await page.evaluate(() => {
    const { width, height } = document.querySelector("#style-making canvas");
    return { width, height, looks: document.querySelector("#style-making loss-plot").points.length };
  });
  assert.deepEqual([seen.width, seen.looks > 0], [64, true], "the photo was looked at");
  await page.fill("#style-making-name", "Tiny night");
  const style = await downloaded(page, () => answer(page, "style-making", "keep"));
  assert.equal(style.name, "tiny-night.style");
  await answer(page, "style-making", "use");
  await painted(page, "Tiny night");
  const first = await save(page);
  assert.match(first.name, /^mountain-lake-x-tiny-night\.png$/);
  assert.equal(first.width, 64);
  assert.equal(await page.isVisible("#style-at-hand img"), true, "the painting's small picture");

  await slide(page, "strength", 0);
  await page.waitForFunction(() => document.getElementById("strength-value").value === "0");
  const none = await save(page);
  assert.ok(difference(first.rgba, none.rgba) > 5, "strength changes the picture");
  await slide(page, "strength", 50);
  assert.deepEqual((await save(page)).rgba, first.rgba, "and back");

  await openWith(page, here.site.url, SMALL);
  await page.reload();
  await waitForState(page, "ready");
  assert.equal(await page.isVisible("#style-at-hand"), false);
  await drop(page, "painting", style);
  await painted(page, "Tiny night");
  const second = await save(page);
  assert.deepEqual(second.rgba, first.rgba);
  assert.match(await page.textContent("picture-well[name=painting]"), /Swirling night/, "a style is no painting");

  await press(page, "compare");
  assert.equal(await page.isVisible("#wipe"), true);
  await press(page, "compare");
  await page.click('#style-at-hand [data-action="close"]');
  assert.equal(await page.isVisible("#style-at-hand"), false);
  assert.deepEqual((await save(page)).rgba, first.rgba, "its picture stays");

  // A saved picture says what made it; it is no painting to be repeated.
  await page.evaluate(() => document.getElementById("messages").replaceChildren()); // it also offers the pictures from before the reload
  await drop(page, "photo", { name: "made.png", bytes: first.bytes });
  assert.match(await message(page), /by the style “Tiny night”/);
  assert.deepEqual(complaints(), []);
  await close();

  const other = await newPage(here.browser);
  let fetched = 0;
  await other.page.route("**/shipped-styles/styles.json", (route) => route.fulfill({ json: [{ file: "night.style", name: "Night", credit: "Nobody" }] }));
  await other.page.route("**/shipped-styles/night.style", (route) => { fetched++; return route.fulfill({ body: style.bytes }); });
  await openWith(other.page, here.site.url, SMALL);
  await other.page.waitForFunction(() => document.querySelector("#styles li button"));
  assert.equal(fetched, 0, "a style of this site comes when it is picked");
  await other.page.evaluate(() => document.querySelector("#styles li button").click());
  await painted(other.page, "Tiny night");
  await press(other.page, "head-start");
  await waitForState(other.page, "painting");
  await waitForState(other.page, "done");
  await other.page.waitForFunction(() => document.getElementById("losses").points.length > 0);
  assert.equal(await other.page.evaluate(() => document.getElementById("runs").options.length), 2, "the picture that it began with is among the past ones");
  const onwards = await save(other.page);
  assert.ok(difference(onwards.rgba, first.rgba) > 1, "it was painted on");
  assert.deepEqual(other.complaints(), []);
  await other.close();
});

test("a training rests and goes on, and what it has when it is stopped is kept", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openTiny(page, { steps: 1000 });
  await start(page);
  const step = () => page.evaluate(() => Number(/step (\d+) of/.exec(document.querySelector("#style-making .status").textContent)?.[1]));
  await page.waitForFunction(() => document.querySelector("#style-making canvas")?.dataset.drawn, undefined, { timeout: 300_000 });
  await answer(page, "style-making", "hold");
  await page.waitForFunction(() => /paused/i.test(document.querySelector("#style-making .status").textContent));
  const rested = await step();
  await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 1500); }));
  assert.ok(await step() <= rested + 1, "it rests");
  await answer(page, "style-making", "hold");
  await page.waitForFunction((rested) => Number(/step (\d+) of/.exec(document.querySelector("#style-making .status").textContent)[1]) > rested + 2, rested, { timeout: 300_000 });
  await page.keyboard.press("Escape"); // as Stop
  await made(page);
  assert.match(await page.textContent("#style-making"), /Stopped after \d+ steps/);
  await answer(page, "style-making", "use");
  await painted(page, "Swirling night");
  assert.equal((await save(page)).width, 64);
  assert.deepEqual(complaints(), []);
  await close();
});

test("a damaged style is told in a sentence, and the page goes on", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await drop(page, "painting", { name: "broken.style", bytes: Buffer.from("no style") });
  assert.match(await message(page), /This style cannot be used: .*\. Use another copy/);
  assert.equal(await page.isVisible("#style-at-hand"), false);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.state), "ready");
  assert.deepEqual(complaints(), []);
  await close();
});

test("a training ends when the photo's loss has stopped falling, and not sooner", () => {
  const falling = Array.from({ length: 30 }, (_, index) => 0.9 ** index);
  const still = [...falling.slice(0, 12), ...Array.from({ length: 6 }, () => 0.9 ** 11)];
  assert.equal(hasSettled(falling, 300), false);
  assert.equal(hasSettled(still, 300), true);
  assert.equal(hasSettled(still, 3000), false, "a long training looks longer");
  assert.equal(hasSettled([1, 1, 1, 1, 1, 1], 300), false, "half is always done");
});

test("a training's plan fits the size, and its forecast adds up", () => {
  assert.deepEqual(planFor(384, {}), { size: 256, crop: 128 });
  assert.deepEqual(planFor(66, {}), { size: 66, crop: 64 });
  assert.deepEqual(planFor(16, { crop: 32 }), { size: 64, crop: 32 });
  assert.deepEqual(planIn('?training={"steps":5}'), { steps: 5 });
  assert.deepEqual([planIn("?training={"), planIn("?training=null"), planIn("")], [{}, {}, {}]);
  assert.equal(seconds(100, { step_ms: 20, look_ms: 100 }), 3);
});
