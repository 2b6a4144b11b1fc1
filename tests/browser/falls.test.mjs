// An engine that falls: each way is told once, the picture goes on from where it was, and nothing is lost.

import assert from "node:assert/strict";
import { UNCACHED, breakable, broken, checkpoint } from "./fragile.mjs";
import { fixture, newPage, test } from "./harness.mjs";
import { losses, openWith, press, pressPaint, save, waitForState } from "./studio.mjs";

const here = fixture();
const LONG = { size: 64, effort: 0.8, "stop-early": false };

/** A page whose engine can be made to fall. */
async function fragile(settings) {
  const given = await newPage(here.browser, UNCACHED);
  await breakable(given.page);
  if (settings) await openWith(given.page, here.site.url, settings);
  return given;
}

/** Paints at least so many steps. */
async function paintFor(page, steps) {
  await pressPaint(page);
  await page.waitForFunction((steps) => document.getElementById("losses").points?.length > steps, steps);
}

const noted = (page, text) => page.waitForFunction((text) => document.getElementById("messages").textContent.includes(text), text);

for (const [how, title] of Object.entries({
  trap: "The painting engine crashed.",
  late: "The painting engine crashed.",
  loses: "The graphics processor was lost.",
})) {
  test(`a run goes on by itself after a step that ${how === "loses" ? "loses the device" : `traps${how === "late" ? " unheard" : ""}`}`, async () => {
    const { page, close } = await fragile(LONG);
    await pressPaint(page);
    await page.waitForFunction(() => document.getElementById("losses").points?.length > 10);
    await checkpoint(page);
    const before = (await losses(page)).at(-1).iteration;
    await broken(page, how, "step");
    await noted(page, `${title} It was started again, and the picture goes on.`);
    await page.waitForFunction(() => document.getElementById("losses").points?.length > 2);
    const [{ iteration }] = await losses(page);
    assert.ok(iteration > 10 && iteration <= before + 3, `it goes on at step ${iteration}, after ${before}`);
    await waitForState(page, "done");
    assert.equal((await losses(page)).at(-1).iteration, 60, "and to the end");
    assert.equal(await page.locator("#runs option").count(), 1, "it is the same picture");
    const { width } = await save(page);
    assert.equal(width, 64);
    await close();
  });
}

test("numbers beyond all bounds are told once, and where they come again the last good picture stays", async () => {
  const { page, close } = await fragile(LONG);
  await paintFor(page, 5);
  await broken(page, "setback", "step");
  await noted(page, "Some numbers grew beyond all bounds. The painting went back to the last good picture, and goes on with smaller steps.");
  const { length } = await losses(page);
  await page.waitForFunction((length) => document.getElementById("losses").points.length > length + 2, length);
  await broken(page, "runsAway", "step");
  await noted(page, "The numbers grew beyond all bounds.");
  await waitForState(page, "done");
  assert.equal((await save(page)).width, 64);
  assert.equal(await page.locator("#runs option").count(), 1);
  await close();
});

test("a run that was paused is paused again", async () => {
  const { page, close } = await fragile(LONG);
  await paintFor(page, 8);
  await press(page, "pause");
  await waitForState(page, "paused");
  await page.waitForTimeout(500);
  await broken(page, "trap", "steer");
  await page.fill("#strength", "60");
  await noted(page, "The painting engine crashed. It was started again, and the picture goes on.");
  await waitForState(page, "paused");
  await press(page, "pause");
  await waitForState(page, "painting");
  await waitForState(page, "done");
  await close();
});

test("a run that the memory does not suffice for goes on at a smaller size", async () => {
  const { page, close } = await fragile({ ...LONG, size: 96 });
  await pressPaint(page);
  await checkpoint(page);
  await broken(page, "short", "step");
  await noted(page, "goes on at 68 px, for want of memory");
  assert.equal(await page.inputValue("#size"), "68");
  await waitForState(page, "done");
  assert.equal((await save(page)).width, 68);
  await close();
});

/** The page's patience is a minute; this makes it a sixth. */
const impatient = (page) => page.addInitScript(() => {
  const { setInterval } = globalThis;
  globalThis.setInterval = (work, ms) => setInterval(work, ms / 6);
});
const startAgain = (page) => page.evaluate(() => [...document.querySelectorAll("#messages button")].find((button) => button.textContent === "Start again").click());

/** A page at work whose engine says nothing, for ever ("hang") or for a while ("dawdle"); it has just told so. */
async function silent(how) {
  const { page, close } = await fragile();
  await impatient(page);
  await openWith(page, here.site.url, LONG);
  await page.reload();
  await waitForState(page, "ready");
  await paintFor(page, 5);
  await broken(page, how, "step");
  await noted(page, "has not answered for a minute");
  return { page, close };
}

test("an engine that hangs is given up when the person says so", async () => {
  const { page, close } = await silent("hang");
  await startAgain(page);
  await noted(page, "The painting engine crashed. It was started again, and");
  await waitForState(page, "done");
  await close();
});

test("whoever waits for a slow engine is told no longer, once it answers", async () => {
  const { page, close } = await silent("dawdle");
  await page.waitForFunction(() => !document.getElementById("messages").textContent.includes("has not answered"));
  await close();
});

test("an engine that hangs while it opens is given up as well", async () => {
  const { page, close } = await fragile();
  await impatient(page);
  await openWith(page, here.site.url, LONG);
  await page.evaluate(() => {
    const { Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        this.postMessage({ how: "hang", name: "open" });
        globalThis.Worker = Worker;
      }
    };
  });
  await paintFor(page, 5);
  await checkpoint(page);
  await broken(page, "trap", "step");
  await noted(page, "has not answered for a minute");
  await startAgain(page);
  await noted(page, "It was started again, and the picture goes on.");
  await waitForState(page, "done");
  await close();
});

test("a picture that brings the engine down is put away, and the others stay", async () => {
  const { page, close } = await fragile(LONG);
  await broken(page, "trap", "setPicture");
  await page.evaluate(() => document.querySelectorAll("sample-shelf[name=painting] button")[1].click());
  await noted(page, "made the painting engine crash, and was put away");
  await noted(page, "It was started again; your pictures are still here.");
  await waitForState(page, "ready");
  assert.match(await page.textContent("picture-well[name=painting]"), /Swirling night/);
  await page.waitForFunction(() => document.querySelector("picture-well[name=painting] img")?.naturalWidth > 0);
  await close();
});

test("an engine that falls again and again is left alone, and its pictures can be saved", async () => {
  const { page, close } = await fragile({ size: 64, iterations: 4 });
  await pressPaint(page);
  await waitForState(page, "done");
  await page.waitForFunction(() => document.getElementById("moment").max > 0);
  const { rgba } = await save(page);
  for (let fall = 1; fall <= 4; fall++) {
    await waitForState(page, "ready", "done");
    await broken(page, "trap", "plan");
    await page.evaluate(() => document.getElementById("settings").dispatchEvent(new Event("input")));
    if (fall < 4) await page.waitForFunction((fall) => globalThis.engines === fall + 1, fall);
  }
  await waitForState(page, "unsupported");
  assert.match(await page.textContent("#notice"), /The painting engine crashed/);
  assert.doesNotMatch(await page.textContent("body"), /recursive use|undefined/);
  const again = await save(page);
  assert.deepEqual(again.rgba, rgba);
  await press(page, "again");
  await waitForState(page, "ready");
  await pressPaint(page);
  await waitForState(page, "done");
  await close();
});

test("an engine that falls while a picture is saved, or has not taken up the run, does not keep the file back", async () => {
  const { page, close } = await fragile(LONG);
  await paintFor(page, 12);
  for (const how of ["lacks", "trap"]) {
    await broken(page, how, "save");
    const { name, width } = await save(page);
    assert.match(name, /\.png$/, how);
    assert.equal(width, 64, how);
  }
  await waitForState(page, "done");
  await close();
});

test("a sketch that fails ends neither the others nor what comes after", async () => {
  const { page, close } = await fragile(LONG);
  await broken(page, "fails", "lookAtSketch");
  await press(page, "open-variations");
  await page.waitForFunction(() => document.querySelectorAll("#variations canvas").length > 0, undefined, { timeout: 60_000 }).catch(() => {});
  await page.waitForFunction(() => document.querySelector("#variations").textContent.includes("It could not be done."));
  await page.keyboard.press("Escape");
  await pressPaint(page);
  await waitForState(page, "done");
  await close();
});
