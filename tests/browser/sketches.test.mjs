// Small pictures beside the large one: variations, what the layers hold on to, methods side by side.

import assert from "node:assert/strict";
import { fixture, newPage, test } from "./harness.mjs";
import { openWith, paint, press, waitForState } from "./studio.mjs";

const SMALL = { size: 64, effort: 0.1 };

const here = fixture();

/** Waits until so many sketches of a board show more than one colour. */
function drawn(page, id, count) {
  return page.waitForFunction(([id, count]) => {
    const colours = (canvas) => new Set(new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
    return [...document.querySelectorAll(`#${id} canvas`)].filter((canvas) => colours(canvas) > 10).length === count;
  }, [id, count], { timeout: 300_000 });
}

test("nine variations, and the one that is picked is painted; the picture at work waits meanwhile", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, { size: 128 });
  await press(page, "paint");
  await page.waitForFunction(() => document.getElementById("losses").points?.length > 0);
  await press(page, "open-variations");
  await waitForState(page, "paused");
  await drawn(page, "variations", 9);
  await page.keyboard.press("Escape");
  await waitForState(page, "painting");
  await press(page, "stop");
  await waitForState(page, "done");
  await press(page, "open-variations");
  await drawn(page, "variations", 9);
  await page.evaluate(() => document.querySelectorAll("#variations .sketch")[8].click());
  await waitForState(page, "painting");
  assert.equal(await page.inputValue("#strength"), "75");
  assert.equal(await page.inputValue("#style-scale"), "1.6");
  assert.deepEqual(complaints(), []);
  await close();
});

test("the X-ray shows a picture of every layer, and where the losses remain", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  await press(page, "open-xray");
  await drawn(page, "xray", 5);
  await page.evaluate(() => document.querySelector("#xray input[value=painting]").click());
  await drawn(page, "xray", 5);
  await page.evaluate(() => document.querySelector("#xray input[value=rest]").click());
  await page.waitForFunction(() => document.querySelectorAll("#xray canvas").length === 2);
  await drawn(page, "xray", 2);
  await page.keyboard.press("Escape");
  assert.deepEqual(complaints(), []);
  await close();
});

test("methods stand side by side, with time, loss and measures", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await press(page, "open-methods");
  await page.waitForFunction(() => document.querySelectorAll("#methods canvas").length === 3);
  await page.waitForFunction(() => [...document.querySelectorAll("#methods small")].every((words) => /iterations · loss .* edges \d/.test(words.textContent)), undefined, { timeout: 400_000 });
  assert.match(await page.textContent("#methods .hint"), /Load VGG19/);
  assert.deepEqual(complaints(), []);
  await close();
});
