// Files that nobody would make, dropped on the real page: each is taken or refused in a sentence, and the page lives on.
// ODD=100 in the environment drops as many of each kind.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DIST, fixture, newPage, test } from "./harness.mjs";
import { drop, openWith, pressPaint, save, waitForState } from "./studio.mjs";

const COUNT = Number(process.env.ODD ?? 2);
const SMALL = { size: 64, effort: 0.1 };

const here = fixture();

/** xorshift32: the same files every time. */
function dice(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A file with one to four changes. */
function changed(bytes, roll) {
  let odd = Buffer.from(bytes);
  for (let changes = 1 + roll(4); changes > 0; changes--) {
    const at = roll(odd.length), length = 1 + roll(64);
    const change = [
      () => { odd[at] ^= 1 << roll(8); },
      () => { odd[at] = [0, 0x7f, 0x80, 0xff][roll(4)]; },
      () => { odd = odd.subarray(0, at + 1); },
      () => { odd = Buffer.concat([odd.subarray(0, at), odd.subarray(at + length)]); },
      () => { odd = Buffer.concat([odd.subarray(0, at), odd.subarray(at, at + length), odd.subarray(at)]); },
      () => { if (at + 4 <= odd.length) odd.writeUInt32BE([0, 1, 0x7fffffff, 0xffffffff, 0x00010000][roll(5)], at); },
      () => { if (at + 4 <= odd.length) odd.writeUInt32LE([0, 1, 0x7fffffff, 0xffffffff, 0x00010000][roll(5)], at); },
      () => { const head = roll(Math.min(64, odd.length)); odd[head] = roll(256); },
    ][roll(8)];
    change();
    if (odd.length === 0) odd = Buffer.from([roll(256)]);
  }
  return odd;
}

/** A picture of two colours as a BMP of 24 bits. */
function bmp() {
  const [width, height] = [16, 12];
  const bytes = Buffer.alloc(54 + width * height * 3, 0x40);
  bytes.write("BM");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}

const stored = (path) => readFile(new URL(`../${path}`, import.meta.url));

const encoded = (page, type) => page.evaluate(async (type) => {
  const canvas = new OffscreenCanvas(48, 36);
  const context = canvas.getContext("2d");
  for (let x = 0; x < 48; x++) {
    context.fillStyle = `hsl(${7 * x} 80% 50%)`;
    context.fillRect(x, x % 9, 1, 30);
  }
  return [...new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.8 })).arrayBuffer())];
}, type).then((bytes) => Buffer.from(bytes));

test("odd files are taken or refused in a sentence", async () => {
  const { page, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await pressPaint(page);
  await waitForState(page, "done");
  const seeds = {
    "a.png": await encoded(page, "image/png"),
    "a.jpg": await readFile(join(DIST, "samples/street.thumb.jpg")),
    "a.webp": await encoded(page, "image/webp"),
    "a.gif": await stored("pictures/animated.gif"),
    "a.bmp": bmp(),
    "project.png": (await save(page)).bytes,
    "a.style": await readFile(join(DIST, "shipped-styles/ink.style")),
    "a.safetensors": (await readFile(join(DIST, "weights/student.safetensors"))).subarray(0, 40_000),
    "a.pth": await stored("weights/conv1_1_zip.pth"),
  };
  const told = {};
  for (const [name, bytes] of Object.entries(seeds)) {
    const roll = dice(name.length * 7919 + bytes.length);
    told[name] = { taken: 0, refused: 0 };
    for (let count = 0; count < COUNT; count++) {
      await page.evaluate(() => document.getElementById("messages").replaceChildren());
      const before = await page.evaluate(() => document.querySelector('picture-well[name="photo"] img')?.src);
      await drop(page, "photo", { name, bytes: changed(bytes, roll) });
      const outcome = await page.waitForFunction((before) => {
        const { state } = document.documentElement.dataset;
        if (state === "unsupported") return { state };
        if (document.querySelector("dialog[open]")) document.querySelector("dialog[open]").close();
        const message = document.getElementById("messages").textContent.trim();
        const now = document.querySelector('picture-well[name="photo"] img')?.src;
        const styled = document.getElementById("style-at-hand");
        return message ? { message } : now !== before || !styled.hidden ? { taken: true } : null;
      }, before).then((handle) => handle.jsonValue());
      assert.notEqual(outcome.state, "unsupported", `${name} ${count}`);
      if (outcome.message) {
        assert.match(outcome.message, /[.?!]/, `${name}: a sentence: ${outcome.message}`);
        assert.doesNotMatch(outcome.message, /panic|unreachable|undefined|recursive|RuntimeError|crash/i, `${name} ${count}: ${outcome.message}`);
      }
      told[name][outcome.taken ? "taken" : "refused"]++;
      await page.evaluate(() => document.querySelector('#style-at-hand [data-action="close"]')?.click());
    }
  }
  console.log(JSON.stringify(told));
  // The page goes on.
  await drop(page, "photo", { name: "street.jpg", bytes: seeds["a.jpg"] });
  await page.waitForFunction(() => document.querySelector("picture-well[name=photo]").textContent.includes("street"));
  await pressPaint(page);
  await waitForState(page, "done");
  await close();
});
