// Prints: a finished picture becomes larger, in the same manner, beside the one that it was.

import assert from "node:assert/strict";
import { UNCACHED, breakable, broken } from "./fragile.mjs";
import { fixture, newPage, test } from "./harness.mjs";
import { answer, difference, drop, moment, openWith, paint, pixels, press, save, waitForState } from "./studio.mjs";

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
  await page.setViewportSize({ width: 360, height: 740 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360, "several pictures have room on a phone");
  assert.deepEqual(complaints(), []);
  await close();
});

/** How far what the stage shows is from this part of a saved picture, in its pixels: the mean difference of both in the middle, 0..255. */
async function offBy(page, { bytes }, part) {
  const shot = await page.locator(".frame").screenshot();
  return page.evaluate(async ({ saved, shot, part }) => {
    const decode = async (base64) => createImageBitmap(new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]));
    const [own, seen] = await Promise.all([decode(saved), decode(shot)]);
    const edge = 24;
    const drawn = (picture, x, y, width, height) => {
      const context = new OffscreenCanvas(edge, edge).getContext("2d");
      context.drawImage(picture, x, y, width, height, 0, 0, edge, edge);
      return context.getImageData(0, 0, edge, edge).data;
    };
    const inner = (length) => [length / 4, length / 2]; // a frame has rings and corners
    const [[left, columns], [top, rows]] = [inner(seen.width), inner(seen.height)];
    const a = drawn(seen, left, top, columns, rows);
    const b = drawn(own, part.x + part.width / 4, part.y + part.height / 4, part.width / 2, part.height / 2);
    let sum = 0;
    for (let i = 0; i < a.length; i++) if (i % 4 !== 3) sum += Math.abs(a[i] - b[i]);
    return sum / (a.length * 0.75);
  }, { saved: bytes.toString("base64"), shot: shot.toString("base64"), part });
}

/** What the stage has in sight around a point, when it shows the picture twice as large as the whole: in the picture's pixels. */
async function partAround(page, { width, height }, { x, y }) {
  const box = await page.locator(".frame").boundingBox();
  const scale = 2 * Math.min(box.width / width, box.height / height);
  const [columns, rows] = [box.width / scale, box.height / scale];
  const within = (middle, length, all) => (length >= all ? (all - length) / 2 : Math.min(Math.max(middle * all - length / 2, 0), all - length));
  return { x: within(x, columns, width), y: within(y, rows, height), width: columns, height: rows };
}

test("whoever looks closer sees a part of the picture, of the print that is made, and of moments", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  await printAt(page, 128);
  await waitForState(page, "painting");
  await waitForState(page, "done");
  const print = await save(page);
  const closer = async (picture, middle, words) => {
    const part = await partAround(page, picture, middle);
    let off;
    for (let left = 20; left > 0 && !((off = await offBy(page, picture, part)) < 8); left--) await page.waitForTimeout(250);
    assert.ok(off < 8, `${words}: ${off}`);
    return off;
  };
  const whole = await page.locator(".frame").screenshot();
  await press(page, "closer");
  const near = await closer(print, { x: 0.5, y: 0.5 }, "the middle of a print");
  const elsewhere = await offBy(page, print, await partAround(page, print, { x: 0, y: 0 }));
  assert.ok(elsewhere > 2 * near, `one part is not like another: ${near}, ${elsewhere}`);
  await page.focus(".frame");
  for (const key of ["ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowUp", "ArrowUp"]) await page.keyboard.press(key);
  await closer(print, { x: 0, y: 0 }, "its corner");
  await moment(page, 0);
  const first = await save(page);
  assert.ok(first.width < print.width);
  await closer(first, { x: 0, y: 0 }, "the same corner of a moment");
  await page.focus(".frame");
  await page.keyboard.press("Escape");
  assert.equal(await page.getAttribute("#closer", "aria-pressed"), "false");
  await moment(page, 1);
  await page.waitForTimeout(1000);
  const again = await page.locator(".frame").screenshot();
  const [a, b] = [await pixels(page, whole, 24, 24), await pixels(page, again, 24, 24)];
  assert.ok(difference(a.rgba, b.rgba) < 12, "and the whole picture again");
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

/** A PNG of stripes, each a pixel wide: black, then this brightness, and so on. */
async function stripes(page, { width, height, bright }) {
  const bytes = await page.evaluate(async ([width, height, bright]) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++) image.data.set([...Array(3).fill(i % 2 ? bright : 0), 255], 4 * i);
    context.putImageData(image, 0, 0);
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  }, [width, height, bright]);
  return { name: "stripes.png", bytes };
}

test("outside of its mask, a print has every pixel of the photo", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, { size: 1024, effort: 0.1, masked: true });
  const [width, height] = [2890, 20]; // more than the engine keeps of a photo, and no work
  const photo = await stripes(page, { width, height, bright: 255 });
  for (const which of ["photo", "painting"]) await drop(page, which, photo);
  await drop(page, "mask", await stripes(page, { width: 2, height: 1, bright: 0 }));
  await page.waitForFunction(() => document.querySelector('picture-well[name="mask"]').hasAttribute("filled"));
  await paint(page);
  await printAt(page, width);
  await waitForState(page, "painting");
  await waitForState(page, "done");
  const print = await save(page);
  const saved = await pixels(page, Buffer.from(photo.bytes));
  assert.deepEqual([print.width, print.height], [width, height]);
  assert.ok(difference(print.rgba, saved.rgba) < 1, "stripes of a pixel are still there");
  assert.deepEqual(complaints(), []);
  await close();
});
