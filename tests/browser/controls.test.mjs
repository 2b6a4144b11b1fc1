// Controls that are more than a number: masks painted by hand, places of paintings, recipes, textures.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { fixture, newPage, test } from "./harness.mjs";
import { choose, difference, drop, file, losses, open, pixels, press, save, slide, waitForState } from "./studio.mjs";

const own = (path) => fileURLToPath(new URL(`../../www/samples/${path}`, import.meta.url));

const here = fixture();

const steps = (page, count) =>
  page.waitForFunction((count) => document.getElementById("losses").points?.length >= count, count, { timeout: 300_000 });

/** How white the mask is at shares of its width and height. */
const whiteness = (page, which, places) =>
  page.evaluate(
    async ({ which, places }) => {
      const image = document.querySelector(`picture-well[name="${which}"] img`);
      await image.decode();
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return places.map(([x, y]) => context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data[0]);
    },
    { which, places },
  );

/** Opens a well's brush, and returns what there is to brush on. */
async function brush(page, which) {
  await page.evaluate((which) => document.querySelector(`picture-well[name="${which}"] [data-action="brush"]`).click(), which);
  const canvas = page.locator("brush-surface canvas");
  await page.waitForFunction(() => document.querySelector("brush-surface img")?.naturalWidth > 0);
  return canvas;
}

test("a mask is brushed by pointer and by keyboard, and the photo stays beside it", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, here.site.url);
  await drop(page, "photo", await file(own("street.jpg")));
  await choose(page, { size: 128 });
  await page.check("#masked");
  const canvas = await brush(page, "mask");
  const box = await canvas.boundingBox();
  const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.1, 0.1));
  await page.mouse.down();
  await page.mouse.move(...at(0.1, 0.9), { steps: 4 });
  await page.mouse.up();
  // What was one stroke too many is taken back; then the keyboard goes on from the pointer's place.
  await page.mouse.click(...at(0.8, 0.5));
  await page.click('[data-action="undo"]');
  await page.mouse.move(...at(0.1, 0.5));
  await canvas.focus();
  await page.keyboard.down(" ");
  for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.up(" ");
  await page.click('[data-action="use"]');
  await page.waitForFunction(() => document.querySelector('picture-well[name="mask"]').hasAttribute("filled"));
  const [stroke, keyed, undone, never] = await whiteness(page, "mask", [[0.1, 0.3], [0.4, 0.5], [0.9, 0.5], [0.5, 0.1]]);
  assert.ok(stroke > 200 && keyed > 200, `by pointer ${stroke}, by keyboard ${keyed}`);
  assert.ok(undone < 20 && never === 0, `taken back ${undone}, never touched ${never}`);

  await press(page, "paint");
  await steps(page, 12);
  await press(page, "stop");
  await waitForState(page, "done");
  const saved = await save(page);
  const photo = await pixels(page, await readFile(own("street.jpg")), saved.width, saved.height);
  const columns = (picture, from, to) => picture.rgba.filter((_, i) => Math.floor(i / 4) % picture.width >= from && Math.floor(i / 4) % picture.width < to);
  const painted = difference(columns(saved, 4, 8), columns(photo, 4, 8));
  const kept = difference(columns(saved, 50, 64), columns(photo, 50, 64));
  // The browser makes the photo smaller in another way than the engine.
  assert.ok(painted > 15 && kept < painted / 2, `painted ${painted}, kept ${kept}`);
  assert.deepEqual(complaints(), []);
  await close();
});

test("a mask can be inverted, and is there when the brush comes back", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, here.site.url);
  await choose(page, { size: 128 });
  await page.check("#masked");
  await brush(page, "mask");
  await page.click('[data-action="invert"]');
  await page.click('[data-action="use"]');
  await page.waitForFunction(() => document.querySelector('picture-well[name="mask"]').hasAttribute("filled"));
  assert.deepEqual(await whiteness(page, "mask", [[0.5, 0.5]]), [255]);
  await brush(page, "mask");
  await page.waitForFunction(() => {
    const canvas = document.querySelector("brush-surface canvas");
    return canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3] === 255;
  });
  await page.click('[data-action="invert"]');
  const before = await page.getAttribute('picture-well[name="mask"] img', "src");
  await page.click('[data-action="use"]');
  await page.waitForFunction((before) => document.querySelector('picture-well[name="mask"] img').src !== before, before);
  assert.deepEqual(await whiteness(page, "mask", [[0.5, 0.5]]), [0]);
  assert.deepEqual(complaints(), []);
  await close();
});

test("a second painting goes where it is placed, also while it is painted", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, here.site.url);
  await choose(page, { size: 128 });
  await slide(page, "second-share", 50);
  await drop(page, "second", await file(own("ink.jpg")));
  await press(page, "paint");
  await steps(page, 4);
  await page.check("#placed");
  const canvas = await brush(page, "place");
  await canvas.click({ position: { x: 30, y: 30 }, timeout: 120_000 });
  await page.click('[data-action="use"]');
  const count = (await losses(page)).length;
  await page.waitForFunction(() => document.querySelector('picture-well[name="place"]').hasAttribute("filled"), undefined, { timeout: 120_000 });
  await steps(page, count + 4);
  await page.waitForFunction(() => document.getElementById("pending").hidden);
  await press(page, "stop");
  await waitForState(page, "done");
  assert.deepEqual(complaints(), []);
  await close();
});

test("a texture needs no photo, fits together at its edges, and ends early", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, here.site.url);
  await choose(page, { size: 128, start: "style-statistics" });
  for (const id of ["texture", "seamless", "stop-early"]) await page.check(`#${id}`);
  await press(page, "paint");
  await steps(page, 5);
  const curve = await losses(page);
  assert.ok(curve.every(({ content }) => content === 0), "nothing of a photo is held");
  assert.ok(curve.at(-1).style < curve[0].style);
  assert.equal(await page.isDisabled("#strength"), true, "strength is about the photo");
  await slide(page, "second-share", 0);
  await press(page, "stop");
  await waitForState(page, "done");
  assert.deepEqual(complaints(), []);
  await close();
});

test("a recipe brings its settings, and goes where its network cannot be had", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, here.site.url);
  await choose(page, { recipe: "gatys" });
  await page.waitForSelector("#weights dialog[open]");
  const values = () => page.evaluate(() => ["recipe", "optimizer", "pooling", "start"].map((id) => document.getElementById(id).value));
  assert.deepEqual(await values(), ["gatys", "lbfgs", "max", "photo"]);
  assert.equal(await page.isChecked("#model-vgg19"), true);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.getElementById("model-student").checked);
  assert.equal((await values())[0], "scumble");
  assert.deepEqual(complaints(), []);
  await close();
});
