// This turns what a person does on the page into one call each.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

/** Opens the page and waits until its engine is ready. */
export async function open(page, url) {
  await page.goto(url);
  await waitForState(page, "ready");
}

/** Waits until the page says that it is in one of these states. */
export async function waitForState(page, ...states) {
  await page.waitForFunction((wanted) => wanted.includes(document.documentElement.dataset.state), states, { timeout: 300_000 });
}

/** Waits for an asynchronous condition in the page; `waitForFunction` takes any promise for a yes. */
export async function until(page, condition) {
  for (const end = Date.now() + 120_000; !await page.evaluate(condition); await rest(page, 200)) {
    if (Date.now() > end) throw new Error(`It waited in vain for ${condition}.`);
  }
}

/** Drops a file on a well ("photo", "painting"), as the mouse would. */
export async function drop(page, which, { name, bytes }) {
  await page.evaluate(
    ({ which, name, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name));
      const well = document.querySelector(`picture-well[name="${which}"]`);
      for (const type of ["dragover", "drop"]) {
        well.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }
    },
    { which, name, base64: Buffer.from(bytes).toString("base64") },
  );
}

/** A file of this machine, ready to drop. */
export async function file(path) {
  return { name: basename(path), bytes: await readFile(path) };
}

/** Sets form controls by their id; those folded away are opened first. */
export async function choose(page, settings) {
  await unfold(page);
  for (const [id, value] of Object.entries(settings)) await page.selectOption(`#${id}`, String(value));
}

/** Opens everything that is folded away. */
export async function unfold(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => details.setAttribute("open", "")));
}

/** Moves a slider, as the arrow keys would. */
export async function slide(page, id, value) {
  await page.fill(`#${id}`, String(value));
}

/** The losses that the plot draws, oldest first: [{iteration, content, style, tv, total}]. */
export function losses(page) {
  return page.evaluate(() => document.getElementById("losses").points);
}

/** What the canvas shows now, as a short hash of its PNG. Patient: a software GPU at work leaves few frames. */
export async function look(page) {
  const clip = await page.locator("#canvas").boundingBox();
  return createHash("sha256").update(await page.screenshot({ clip, timeout: 240_000 })).digest("hex");
}

/** Presses a button at once; a click by the mouse waits for frames, which are rare while a software GPU is busy. */
export function press(page, id) {
  return page.evaluate((id) => document.getElementById(id).click(), id);
}

/** Lets the page's timers of less than `ms` ring that are running now: by the page's own clock, however slow it goes. */
export function rest(page, ms) {
  return page.evaluate((ms) => new Promise((resolve) => { setTimeout(resolve, ms); }), ms);
}

/** Presses Save, as soon as there is a picture to be seen, and returns the file's name and its decoded pixels. */
export async function save(page) {
  await page.waitForFunction(() => !document.getElementById("save").disabled);
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, "save")]);
  const bytes = await readFile(await download.path());
  return { name: download.suggestedFilename(), bytes, ...(await pixels(page, bytes)) };
}

/** Decodes a picture in the browser: {width, height, rgba}. */
export async function pixels(page, bytes, width, height) {
  const decoded = await page.evaluate(
    async ({ base64, width, height }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(width ?? bitmap.width, height ?? bitmap.height);
      const context = canvas.getContext("2d");
      context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return { width: canvas.width, height: canvas.height, rgba: [...data] };
    },
    { base64: Buffer.from(bytes).toString("base64"), width, height },
  );
  return decoded;
}

/** Mean absolute difference of red, green and blue, 0..255. */
export function difference(a, b) {
  assert.equal(a.length, b.length);
  let sum = 0;
  for (let i = 0; i < a.length; i++) if (i % 4 !== 3) sum += Math.abs(a[i] - b[i]);
  return sum / (a.length * 0.75);
}

/** The message bar's text, once it says something. */
export async function message(page) {
  await page.waitForFunction(() => document.getElementById("messages").textContent.trim() !== "");
  return page.evaluate(() => document.getElementById("messages").textContent.trim());
}

/** Opens the page with these settings in its address, e.g. `{ size: 64, effort: 0.2 }`. */
export function openWith(page, url, settings) {
  return open(page, `${url}#${new URLSearchParams(settings)}`);
}

/** Presses Paint and waits until the picture is finished. */
export async function paint(page) {
  await pressPaint(page);
  await waitForState(page, "done", "unsupported");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.state), "done", await page.textContent("#notice"));
}

/** Presses Paint, and waits until it paints: an observer does not miss it, however short it is. */
export async function pressPaint(page) {
  await page.evaluate(() => {
    globalThis.hasBegun = false;
    new MutationObserver((_, observer) => {
      observer.disconnect();
      globalThis.hasBegun = true;
    }).observe(document.documentElement, { attributeFilter: ["data-state"] });
    document.getElementById("paint").click();
  });
  await page.waitForFunction(() => globalThis.hasBegun);
}

/** Presses a button of a dialog by what it does. */
export function answer(page, dialog, action) {
  return page.evaluate(([dialog, action]) => document.querySelector(`#${dialog} [data-action="${action}"]`).click(), [dialog, action]);
}

/** Looks at a moment of the picture's past, as the arrow keys would. */
export async function moment(page, index) {
  await page.waitForFunction((index) => Number(document.getElementById("moment").max) >= index, index);
  await page.evaluate((index) => {
    const moment = document.getElementById("moment");
    moment.value = index;
    moment.dispatchEvent(new Event("input", { bubbles: true }));
  }, index);
}

/** The download that `work` begins: {name, bytes}. */
export async function downloaded(page, work) {
  const [download] = await Promise.all([page.waitForEvent("download"), work()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}
