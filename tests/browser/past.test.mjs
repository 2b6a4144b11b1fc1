// Time: a slider through the picture's past, another picture from any moment of it, two moments side by side, undo and redo.

import assert from "node:assert/strict";
import { fixture, newPage, test } from "./harness.mjs";
import { difference, moment, openWith, paint, pixels, press, rest, save, slide, waitForState } from "./studio.mjs";

const SMALL = { size: 64, effort: 0.2 };

const here = fixture();

/** The pixels of the moment that is shown: {width, height, rgba}. */
async function frame(page) {
  await page.waitForFunction(() => !document.getElementById("frame").hidden);
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(64, 48);
    const context = canvas.getContext("2d");
    context.drawImage(document.getElementById("frame"), 0, 0, 64, 48);
    return { width: 64, height: 48, rgba: [...context.getImageData(0, 0, 64, 48).data] };
  });
}

test("the past can be looked at, saved, pinned beside the present, and painted on from", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  const end = await save(page);
  await moment(page, 2);
  const early = await frame(page);
  assert.match(await page.getAttribute("#moment", "aria-valuetext"), /Iteration \d+ of \d+/);
  assert.ok(difference(early.rgba, end.rgba) > 3, "it looked different then");
  const saved = await save(page);
  const small = await pixels(page, saved.bytes, 64, 48);
  assert.ok(difference(small.rgba, early.rgba) < 1, "what is seen is what is saved");

  await press(page, "pin");
  assert.equal(await page.getAttribute("#compare", "aria-pressed"), "true");
  assert.match(await page.getAttribute("#wipe-position", "aria-label"), /pinned moment/);
  await moment(page, Number(await page.getAttribute("#moment", "max")));
  assert.equal(await page.isHidden("#frame"), true, "the present again, with the moment beside it");
  await press(page, "pin");

  await moment(page, 2);
  await slide(page, "strength", 90);
  await press(page, "branch");
  await waitForState(page, "painting");
  await waitForState(page, "done");
  const branched = await save(page);
  assert.ok(difference(branched.rgba, end.rgba) > 1, "another picture");
  assert.equal(await page.locator("#runs option").count(), 2);
  await page.selectOption("#runs", "0");
  const former = await frame(page);
  assert.ok(difference(former.rgba, end.rgba) < 1, "the first one is still there");
  assert.deepEqual(complaints(), []);
  await close();
});

test("undo and redo bring settings, pictures and paintings back", async () => {
  const { page, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  const settled = () => rest(page, 1000); // what changes soon after another change is one with it
  await settled();
  await slide(page, "strength", 80);
  await settled();
  await page.evaluate(() => document.querySelectorAll("sample-shelf[name=painting] button")[1].click());
  await page.waitForFunction(() => document.querySelector("picture-well[name=painting]").textContent.includes("The wave"));
  await settled();
  await press(page, "undo");
  await page.waitForFunction(() => document.querySelector("picture-well[name=painting]").textContent.includes("Swirling night"));
  assert.equal(await page.inputValue("#strength"), "80");
  await page.focus("#paint");
  await page.keyboard.press("Control+z");
  await page.waitForFunction(() => document.getElementById("strength").value === "50");
  await page.keyboard.press("Control+Shift+z");
  await page.waitForFunction(() => document.getElementById("strength").value === "80");
  await close();
});

test("a lost graphics device takes no picture along", async () => {
  const { page, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  const { rgba } = await save(page);
  const session = await here.browser.newBrowserCDPSession();
  await session.send("Browser.crashGpuProcess").catch(() => {}); // it does not answer any more
  await press(page, "paint");
  await page.waitForFunction(() => document.getElementById("messages").textContent.includes("The graphics processor was lost. It was started again, and so is the picture."));
  await waitForState(page, "done");
  await page.waitForFunction(() => document.getElementById("runs").options.length === 2);
  await page.evaluate(() => {
    document.getElementById("runs").selectedIndex = 0;
    document.getElementById("runs").dispatchEvent(new Event("change", { bubbles: true }));
  });
  await frame(page);
  const again = await save(page);
  assert.ok(difference(again.rgba, rgba) < 1, "the one before can still be saved");
  await page.evaluate(() => {
    document.getElementById("runs").selectedIndex = 1;
    document.getElementById("runs").dispatchEvent(new Event("change", { bubbles: true }));
  });
  assert.equal(await page.locator("#runs option").count(), 2, "the new one is another picture");
  await moment(page, 2);
  await frame(page);
  await close();
});
