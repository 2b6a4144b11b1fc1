// What leaves the page, and what comes back: saved files, films, the clipboard, links.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { UNCACHED } from "./fragile.mjs";
import { fixture, newPage, test } from "./harness.mjs";
import { answer, downloaded, drop, file, losses, message, open, openWith, paint, pixels, press, pressPaint, rest, save, slide, unfold, waitForState } from "./studio.mjs";

const SMALL = { size: 64, effort: 0.2 };
const sample = (name) => file(fileURLToPath(new URL(`../../www/samples/${name}.jpg`, import.meta.url)));

const here = fixture();

test("a saved PNG gives the same picture, bit for bit, in a fresh profile, though it was steered", async () => {
  const first = await newPage(here.browser);
  await openWith(first.page, here.site.url, { ...SMALL, strength: 70, seed: 5 });
  const street = await sample("street");
  await drop(first.page, "photo", { name: "mine.jpg", bytes: street.bytes });
  await press(first.page, "paint");
  await waitForState(first.page, "painting");
  await first.page.waitForFunction(() => document.getElementById("losses").points?.length > 6);
  await unfold(first.page);
  await slide(first.page, "strength", 20);
  await first.page.waitForFunction(() => document.getElementById("losses").points?.length > 10);
  await slide(first.page, "smoothness", 80);
  await waitForState(first.page, "done");
  await press(first.page, "save-as");
  await first.page.check("#saving input[name=enclose]");
  const saved = await downloaded(first.page, () => answer(first.page, "saving", "save"));
  const original = await pixels(first.page, saved.bytes);
  const curve = await losses(first.page);
  assert.deepEqual(first.complaints(), []);
  await first.close();
  assert.match(saved.name, /^mine-x-.*\.png$/);

  const second = await newPage(here.browser);
  await openWith(second.page, here.site.url, {});
  await drop(second.page, "painting", saved);
  assert.match(await message(second.page), /brought its settings and pictures back/);
  assert.equal(await second.page.inputValue("#strength"), "20", "as it was when it was saved");
  assert.equal(await second.page.inputValue("#size"), "64");
  await paint(second.page);
  const again = await save(second.page);
  const other = (await losses(second.page)).find(({ total }, index) => total !== curve[index].total);
  assert.equal(other, undefined, `the losses part at iteration ${other?.iteration}`);
  assert.ok(Buffer.from(again.rgba).equals(Buffer.from(original.rgba)), "the same pixels");
  assert.deepEqual(second.complaints(), []);
  await second.close();
});

test("Save that is pressed before its code has come saves when it has", async () => {
  const { page, complaints, close } = await newPage(here.browser, UNCACHED);
  let come;
  await page.route("**/project/saving.js", async (route) => {
    await new Promise((resolve) => { come = resolve; });
    await route.continue();
  });
  await openWith(page, here.site.url, SMALL);
  await pressPaint(page);
  await page.waitForFunction(() => !document.getElementById("save").disabled);
  await press(page, "save");
  const { bytes } = await downloaded(page, async () => { await rest(page, 500); come(); });
  assert.equal((await pixels(page, bytes)).width, 64);
  assert.deepEqual(complaints(), []);
  await close();
});

test("a file with a broken label is a picture like any other", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  const { bytes } = await save(page);
  const broken = Buffer.from(bytes);
  const at = broken.indexOf('"format":1');
  broken.write('"format":9', at); // its checksum is wrong now, too: a remark that cannot be trusted
  await drop(page, "photo", { name: "broken.png", bytes: broken });
  await page.waitForFunction(() => document.querySelector("picture-well[name=photo]").textContent.includes("broken"));
  await page.waitForFunction(() => !document.querySelector("picture-well[name=photo]").hasAttribute("busy"));
  assert.deepEqual(complaints(), []);
  await close();
});

/** A film opens, lasts, and at its end shows the picture that was saved. */
async function plays(page, { bytes }, type, saved) {
  const { width, height, seconds, apart } = await page.evaluate(async ({ base64, type, png }) => {
    const video = document.createElement("video");
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    video.src = URL.createObjectURL(new Blob([bytes], { type }));
    const told = (name) => new Promise((resolve, reject) => Object.assign(video, { [name]: resolve, onerror: () => reject(new Error(video.error.message)) }));
    await told("onloadeddata");
    const { videoWidth: width, videoHeight: height, duration: seconds } = video;
    video.currentTime = seconds - 0.1;
    await told("onseeked");
    const seen = (source) => {
      const context = new OffscreenCanvas(width, height).getContext("2d");
      context.drawImage(source, 0, 0, width, height);
      return context.getImageData(0, 0, width, height).data;
    };
    const picture = seen(await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob()));
    let film;
    do {
      await new Promise((resolve) => setTimeout(resolve, 100)); // a frame that was sought is not yet one to be seen
      film = seen(video);
    } while (film[3] === 0);
    return { width, height, seconds, apart: film.reduce((sum, value, index) => sum + Math.abs(value - picture[index]), 0) / film.length };
  }, { base64: bytes.toString("base64"), type, png: saved.toString("base64") });
  assert.deepEqual([width, height], [64, 48]);
  assert.ok(seconds > 2, `${seconds} s`);
  console.log(`${type}: ${bytes.length} bytes, ${apart.toFixed(1)} levels from the picture`);
  assert.ok(apart < 12, `${apart} levels from the picture`);
}

test("every format is what its name says, and the film plays", async () => {
  // The page plays no films, and its policy says so; the test does.
  const { page, context, complaints, close } = await newPage(here.browser, { bypassCSP: true });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  const saved = {};
  const beginnings = { png: "89504e47", png16: "89504e47", jpeg: "ffd8ff", webp: "52494646" };
  for (const [format, beginning] of Object.entries(beginnings)) {
    await press(page, "save-as");
    await page.check(`#saving input[value=${format}]`);
    const { bytes, name } = await downloaded(page, () => answer(page, "saving", "save"));
    saved[format] = bytes;
    assert.ok(bytes.toString("hex").startsWith(beginning), `${name} begins with ${bytes.subarray(0, 4).toString("hex")}`);
    assert.equal((await pixels(page, bytes)).width, 64, name);
    if (format === "png16") assert.equal(bytes[24], 16, "bits a channel");
    await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  }

  await press(page, "save-as");
  await answer(page, "saving", "copy");
  await page.waitForFunction(() => document.querySelector("#saving [role=status]").textContent === "Copied.");
  const kinds = await page.evaluate(async () => (await navigator.clipboard.read()).flatMap(({ types }) => types));
  assert.deepEqual(kinds, ["image/png"]);
  await answer(page, "saving", "link");
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).includes("size=64"));

  const film = await downloaded(page, () => answer(page, "saving", "film"));
  assert.match(film.name, /\.mp4$/);
  await plays(page, film, "video/mp4", saved.png);
  await page.evaluate(() => {
    const { configure } = VideoEncoder.prototype;
    VideoEncoder.prototype.configure = function (config) {
      if (config.codec.startsWith("avc1")) throw new DOMException("It promised more than it keeps.", "NotSupportedError");
      configure.call(this, config);
    };
  });
  const other = await downloaded(page, () => answer(page, "saving", "film"));
  assert.match(other.name, /\.webm$/);
  await plays(page, other, "video/webm", saved.png);
  assert.deepEqual(complaints(), []);
  await close();
});

test("the share sheet is handed the file", async () => {
  const { page, close } = await newPage(here.browser);
  // Headless there is no share sheet; what it would be handed is looked at instead.
  await page.addInitScript(() => {
    navigator.canShare = ({ files }) => files.length === 1;
    navigator.share = async ({ files, title }) => { globalThis.shared = { name: files[0].name, type: files[0].type, bytes: files[0].size, title }; };
  });
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  await press(page, "save-as");
  await page.check("#saving input[value=jpeg]");
  await answer(page, "saving", "share");
  const shared = await page.waitForFunction(() => globalThis.shared);
  const { name, type, bytes, title } = await shared.jsonValue();
  assert.deepEqual([name, type, title], ["mountain-lake-x-swirling-night.jpg", "image/jpeg", "“Mountain lake”, in the manner of “Swirling night”"]);
  assert.ok(bytes > 1000);
  await close();
});

test("without a video encoder the film is an animated PNG", async () => {
  const { page, close } = await newPage(here.browser);
  await page.addInitScript(() => { delete globalThis.VideoEncoder; });
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  await press(page, "save-as");
  const film = await downloaded(page, () => answer(page, "saving", "film"));
  assert.match(film.name, /\.png$/);
  const control = film.bytes.indexOf("acTL");
  assert.ok(control > 0 && film.bytes.readUInt32BE(control + 4) > 2, "it has frames");
  await close();
});

test("a link brings settings, and nothing else", async () => {
  const { page, close } = await newPage(here.browser);
  await openWith(page, here.site.url, { strength: 77, size: 256, colours: "photo", blend: "[1,1]", nonsense: "1", seamless: "true" });
  assert.equal(await page.inputValue("#strength"), "77");
  assert.equal(await page.inputValue("#size"), "256");
  assert.equal(await page.inputValue("#colours"), "photo");
  assert.equal(await page.inputValue("#second-share"), "50");
  assert.equal(await page.isChecked("#seamless"), true);
  assert.equal(await page.isHidden("#extras"), true, "what nobody knows is left out");
  await close();
});

test("a file of the first built-in model is painted by today's, and says so", async () => {
  const { page, close } = await newPage(here.browser);
  await open(page, here.site.url);
  const { project } = await page.evaluate(async () => {
    const first = { model: "filter-bank", size: 64, "style-layers": { bank0: 1, bank3: 0.25 }, "content-layers": { luma1: 1 } };
    const label = { format: 1, settings: first, first, score: [{ at: 3, changed: { strength: 70 } }], iterations: 5 };
    return (await import("./project/project.js")).read({ settings: JSON.stringify(label), enclosed: [] });
  });
  assert.equal(project.outdated, true);
  for (const { model, ...settings } of [project.settings, project.first, project.score[0].settings]) {
    assert.equal(model, "student");
    assert.deepEqual(settings["style-layers"], { relu1_1: 1, relu4_1: 0.25 });
    assert.deepEqual(settings["content-layers"], {});
  }
  assert.equal(project.score[0].settings.strength, 70);
  await page.goto("about:blank");
  await open(page, `${here.site.url}#model=filter-bank&strength=60`);
  assert.ok(await page.isChecked("#model-student"), "an old link too");
  assert.equal(await page.inputValue("#strength"), "60");
  await close();
});
