// The main job: two pictures are dropped, painted live, and saved. With the built-in model, and with VGG19 where its
// weights lie beside the checkout.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { fixture, newPage, test } from "./harness.mjs";
import { choose, difference, drop, file, look, losses, message, open, pixels, press, rest, save, slide, waitForState } from "./studio.mjs";

const beside = (path) => fileURLToPath(new URL(`../../../shared/${path}`, import.meta.url));
const own = (path) => fileURLToPath(new URL(`../../www/samples/${path}`, import.meta.url));
/** A real photo and a real painting where they lie beside the checkout, ours otherwise. */
const PHOTO = existsSync(beside("images")) ? beside("images/content/tubingen.jpg") : own("street.jpg");
const PAINTING = existsSync(beside("images")) ? beside("images/style/starry_night_google.jpg") : own("swirl.jpg");
const WEIGHTS = beside("weights/vgg19_caffe_bgr.fp32.safetensors");

const here = fixture({ extra: existsSync(WEIGHTS) ? { "weights-to-drop.safetensors": WEIGHTS } : {} });

test("a dropped photo is painted in a dropped painting's manner, and saved", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, here.site.url);
  await drop(page, "photo", await file(PHOTO));
  await drop(page, "painting", await file(PAINTING));
  await choose(page, { size: 128, effort: 0.5 });
  await press(page, "paint");

  const looks = new Set();
  let pace;
  await waitForState(page, "painting");
  for (let seen = 0; ; seen += 8) {
    // Another look after every few steps.
    await page.waitForFunction((seen) => document.documentElement.dataset.state !== "painting" || document.getElementById("losses").points?.length > seen, seen);
    if (await page.evaluate(() => document.documentElement.dataset.state) !== "painting") break;
    if (await page.isVisible("#canvas")) looks.add(await look(page));
    const status = await page.textContent("#status");
    if (/128 × /.test(status)) pace = Number(/([\d.e+]+) iterations\/s/.exec(status)?.[1]) || pace;
  }
  assert.equal(await page.evaluate(() => document.documentElement.dataset.state), "done", await page.textContent("#notice"));
  console.log(`${pace} iterations/s at 128 px with the built-in model`);
  assert.ok(looks.size > 5, `the canvas showed ${looks.size} different pictures while it was painted`);
  assert.ok(pace > 0.3, "far too slow, even beside other work");

  const curve = await losses(page);
  assert.ok(curve.length > 100, `${curve.length} points in the plot`);
  assert.ok(curve.at(-1).total < 0.25 * curve[0].total, `loss fell from ${curve[0].total} to ${curve.at(-1).total}`);

  const saved = await save(page);
  assert.match(saved.name, /\.png$/);
  const ratio = await pixels(page, await readFile(PHOTO));
  assert.deepEqual([saved.width, saved.height], [128, Math.round((128 * ratio.height) / ratio.width)]);
  for (const input of [PHOTO, PAINTING]) {
    const { rgba } = await pixels(page, await readFile(input), saved.width, saved.height);
    assert.ok(difference(saved.rgba, rgba) > 8, `the picture is not ${input}`);
  }
  assert.deepEqual(complaints(), []);
  await close();
});

test("the browser's compiler computes the same first steps as the native one", async () => {
  const { losses: stored } = JSON.parse(await readFile(new URL("../golden/first_steps.json", import.meta.url), "utf8"));
  const { page, close } = await newPage(here.browser);
  await open(page, here.site.url);
  await drop(page, "photo", await file(own("street.jpg")));
  await drop(page, "painting", await file(own("swirl.jpg")));
  await choose(page, { size: 128 });
  await press(page, "paint");
  await page.waitForFunction((count) => document.getElementById("losses").points?.length >= count, stored.length, {
    timeout: 120_000,
  });
  for (const [step, { total }] of (await losses(page)).slice(0, stored.length).entries()) {
    assert.ok(Math.abs(total - stored[step].total) < 1e-3 * stored[step].total, `step ${step}: ${total}, stored ${stored[step].total}`);
  }
  await close();
});

test("pause holds the picture still, continue goes on, stop keeps it", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, here.site.url);
  await choose(page, { size: 128 });
  await press(page, "paint");
  await page.waitForFunction(() => document.getElementById("losses").points?.length > 3);
  await press(page, "pause");
  await waitForState(page, "paused");
  await save(page); // what was in flight when it paused has landed by then
  const held = [(await losses(page)).length, await look(page)];
  await rest(page, 2000); // only time shows that nothing happens
  assert.deepEqual([(await losses(page)).length, await look(page)], held, "a paused picture stands still");
  await press(page, "pause");
  await page.waitForFunction((count) => document.getElementById("losses").points.length > count, held[0]);
  await press(page, "stop");
  await waitForState(page, "done");
  const saved = await save(page);
  assert.equal(Math.max(saved.width, saved.height), 64, "stopped at the first scale");
  assert.deepEqual(complaints(), []);
  await close();
});

test("a picture follows strength and a second painting while it is painted, and a new size waits", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  const steps = (count) => page.waitForFunction((count) => document.getElementById("losses").points?.length >= count, count);
  await open(page, here.site.url);
  await choose(page, { size: 128 });
  await slide(page, "second-share", 50);
  await press(page, "paint");
  assert.match(await message(page), /second painting/, "which one, it asks");
  await drop(page, "second", await file(own("ink.jpg")));
  await slide(page, "second-share", 0);
  await press(page, "paint");
  await steps(6);
  await slide(page, "strength", 0);
  const before = (await losses(page)).at(-1);
  await page.waitForFunction((least) => document.getElementById("losses").points.some(({ content }) => content > least), 4 * before.content);
  assert.equal(await page.isVisible("#pending"), false, "it is already so");

  await slide(page, "second-share", 60);
  const count = (await losses(page)).length;
  await choose(page, { size: 192 });
  await page.waitForFunction(() => !document.getElementById("pending").hidden);
  await choose(page, { size: 128 });
  await page.waitForFunction(() => document.getElementById("pending").hidden);
  await steps(count + 3);
  await press(page, "stop");
  await waitForState(page, "done");
  assert.deepEqual(complaints(), []);
  await close();
});

test("a dropped VGG19 file paints", { skip: !existsSync(WEIGHTS) && "its weights are not beside the checkout" }, async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, here.site.url);
  await drop(page, "photo", await file(PHOTO));
  await drop(page, "painting", await file(PAINTING));
  // The file comes from the test's own server, because it is too large to pass through the debugger.
  await page.evaluate(async () => {
    const blob = await (await fetch("weights-to-drop.safetensors")).blob();
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([blob], "vgg19.safetensors"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  await page.waitForFunction(() => document.getElementById("model-vgg19").checked, undefined, { timeout: 300_000 });
  await choose(page, { size: 128 });
  await press(page, "paint");
  await page.waitForFunction(() => document.getElementById("losses").points?.length > 2, undefined, { timeout: 600_000 });
  const early = await save(page);
  await page.waitForFunction(() => document.getElementById("losses").points.length > 5, undefined, { timeout: 600_000 });
  await press(page, "stop");
  await waitForState(page, "done");
  const curve = await losses(page);
  assert.ok(curve.at(-1).total < 0.9 * curve[0].total, `loss fell from ${curve[0].total} to ${curve.at(-1).total}`);
  const saved = await save(page);
  assert.equal(Math.max(saved.width, saved.height), 128);
  assert.ok(difference(saved.rgba, early.rgba) > 0.1, "the picture changes");
  assert.deepEqual(complaints(), []);
  await close();
});
