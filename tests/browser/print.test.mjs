// Prints: a finished picture becomes larger, in the same manner, beside the one that it was.

import assert from "node:assert/strict";
import { UNCACHED, breakable, broken } from "./fragile.mjs";
import { fixture, newPage, test } from "./harness.mjs";
import { answer, difference, moment, openWith, paint, pixels, press, save, waitForState } from "./studio.mjs";

const SMALL = { size: 64, effort: 0.2 };

const here = fixture();

/** Opens the dialog, and asks for this longest edge. */
async function printAt(page, edge) {
  await page.waitForFunction(() => !document.getElementById("print").disabled);
  await press(page, "print");
  await page.waitForFunction(() => document.querySelector("#printing dialog")?.open);
  await page.evaluate((edge) => {
    const form = document.querySelector("#printing form");
    form.elements.size.value = "other";
    form.elements.edge.value = edge;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }, edge);
  await answer(page, "printing", "print");
}

test("a finished picture becomes a print, and both are there", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  const small = await save(page);
  await press(page, "print");
  await page.waitForFunction(() => document.querySelector("#printing .measure")?.textContent.includes("3508 × 2631 px: 29.7 × 22.3 cm"));
  await answer(page, "printing", "close");

  await printAt(page, 150);
  await waitForState(page, "painting");
  await waitForState(page, "done");
  assert.match(await page.textContent("#status"), /150 × 113/);
  const large = await save(page);
  assert.deepEqual([large.width, large.height], [150, 113]);
  const reduced = await pixels(page, large.bytes, 64, 48);
  const off = difference(reduced.rgba, small.rgba);
  assert.ok(off < 20, `the same picture: ${off}`);

  assert.equal(await page.locator("#runs option").count(), 2);
  assert.equal(await page.getAttribute("#moment", "max"), "2", "a moment of each scale");
  await moment(page, 0);
  assert.equal((await save(page)).width, 75, "the first scale of three");
  await page.selectOption("#runs", "0");
  assert.equal((await save(page)).width, 64);

  // A print of a moment of the past.
  await printAt(page, 90);
  await waitForState(page, "painting");
  await waitForState(page, "done");
  assert.equal((await save(page)).width, 90);
  assert.equal(await page.locator("#runs option").count(), 3);
  assert.deepEqual(complaints(), []);
  await close();
});

test("a print can be paused and stopped, and goes on after a fall", async () => {
  const { page, close } = await newPage(here.browser, UNCACHED);
  await breakable(page);
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  await printAt(page, 200);
  await waitForState(page, "painting");
  await page.waitForFunction(() => Number(document.getElementById("progress").value) > 3);
  await press(page, "pause");
  await waitForState(page, "paused");
  await press(page, "pause");
  await broken(page, "trap", "step");
  await page.waitForFunction(() => document.getElementById("messages").textContent.includes("It was started again, and so is the picture."));
  await waitForState(page, "painting");
  await page.waitForFunction(() => Number(document.getElementById("progress").value) > 3);
  await press(page, "stop");
  await waitForState(page, "done");
  const { width } = await save(page);
  assert.ok([71, 100, 141, 200].includes(width), `${width} px`);
  await close();
});
