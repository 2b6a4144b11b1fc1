// VGG19 from the site: asked first, downloaded, checked, kept in the browser's cache, deleted. The weights here are the
// first two layers with random numbers; real ones are never part of the project.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { fixture, newPage, serve, test } from "./harness.mjs";
import { choose, losses, message, open, press, rest, waitForState } from "./studio.mjs";

const LAYERS = [["conv1_1", 64, 3], ["conv1_2", 64, 64]];

const here = fixture();
let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), "scumble-weights-")); });
after(() => rm(folder, { recursive: true }));

/** The bits of a 16-bit float, for small normal numbers. */
function half(value) {
  const [bits] = new Uint32Array(new Float32Array([value]).buffer);
  const exponent = ((bits >>> 23) & 0xff) - 127 + 15;
  return exponent <= 0 ? 0 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

/** One layer as a safetensors file of 16-bit floats: length of the header, header, numbers. */
function shard([name, outputs, inputs], index) {
  const scale = Math.sqrt(6 / (9 * inputs));
  let state = index + 1;
  const random = () => ((state = (state * 48271) % 2147483647) / 2147483647) * 2 - 1;
  const weight = Uint16Array.from({ length: outputs * inputs * 9 }, () => half(random() * scale));
  const bias = new Uint16Array(outputs);
  const header = JSON.stringify({
    [`${name}.weight`]: { dtype: "F16", shape: [outputs, inputs, 3, 3], data_offsets: [0, weight.byteLength] },
    [`${name}.bias`]: { dtype: "F16", shape: [outputs], data_offsets: [weight.byteLength, weight.byteLength + bias.byteLength] },
  });
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const bytes = Buffer.concat([length, Buffer.from(padded), Buffer.from(weight.buffer), Buffer.from(bias.buffer)]);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { file: `vgg19-${index}.safetensors`, bytes, sha256, convolutions: [name] };
}

/** Serves the site with these weights; `damage` changes a shard's bytes behind the manifest's back. */
async function siteWithWeights(damage = (bytes) => bytes) {
  const shards = LAYERS.map(shard);
  const deviation = [0.229, 0.224, 0.225];
  const manifest = {
    format: 2,
    model: "vgg19",
    origin: "torchvision",
    source: "random numbers",
    attribution: "the tests of Scumble",
    licence: "MIT",
    sha256: "0".repeat(64),
    growth: LAYERS.map(() => 1),
    preprocessing: {
      matrix: deviation.map((d, i) => [0, 1, 2].map((j) => (i === j ? 1 / d : 0))),
      offset: [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225],
    },
    shards: shards.map(({ bytes, ...rest }) => ({ ...rest, bytes: bytes.length })),
  };
  const extra = {};
  for (const { file, bytes } of shards) {
    await writeFile(join(folder, file), damage(bytes));
    extra[`weights/${file}`] = join(folder, file);
  }
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
  extra["weights/manifest.json"] = join(folder, "manifest.json");
  return serve(undefined, { extra });
}

// The built-in model's file comes unasked.
const shardsFetched = ({ requests }) => requests.filter(({ path }) => path.endsWith(".safetensors") && !path.endsWith("/student.safetensors")).length;

async function askForVgg19(page, answer) {
  await press(page, "model-vgg19");
  await page.locator(`weights-dialog [data-action="${answer}"]`).waitFor();
  await rest(page, 1000); // a person reads first; until then the page has looked how long painting takes, and found a dialog
  await page.evaluate((answer) => document.querySelector(`weights-dialog [data-action="${answer}"]`).click(), answer);
}

/** Runs in the page: whether it says what painting with VGG19 will take. */
function foretellsVgg19() {
  const probes = JSON.parse(localStorage.getItem("scumble-probes") ?? "{}");
  return Object.keys(probes).some((key) => key.includes('"vgg19"')) && document.getElementById("prospect").textContent.startsWith("About");
}

/** Runs in the page: whether it keeps what it found out about the graphics adapter, from visit to visit. */
async function isTuned() {
  const [only] = await (await caches.open("scumble-device")).matchAll();
  return only ? "reach of products" in await only.json() : false;
}

test("weights are asked for, downloaded, kept, and deleted", async (t) => {
  const site = await siteWithWeights();
  t.after(site.close);
  const { page, complaints, close } = await newPage(here.browser);
  await open(page, site.url);
  assert.equal(shardsFetched(site), 0, "nothing is fetched unasked");
  await askForVgg19(page, "refuse");
  assert.equal(shardsFetched(site), 0, "nothing is fetched when refused");
  assert.ok(await page.isChecked("#model-student"));

  await askForVgg19(page, "download");
  await page.waitForFunction(() => document.getElementById("vgg19-cost").textContent === "loaded");
  await page.waitForFunction(() => !document.querySelector("weights-dialog dialog[open]"));
  assert.equal(shardsFetched(site), LAYERS.length);
  await page.waitForFunction(foretellsVgg19, undefined, { polling: 200 });
  await choose(page, { size: 128 });
  await press(page, "paint");
  await page.waitForFunction(() => document.getElementById("losses").points?.length > 1);
  await press(page, "stop");
  await waitForState(page, "done");
  assert.ok((await losses(page))[1].total < (await losses(page))[0].total);
  await page.waitForFunction(isTuned); // what was tried on the device is kept

  await open(page, site.url);
  await press(page, "model-vgg19");
  await page.waitForFunction(() => /from .* cache/i.test(document.getElementById("weights-source").textContent));
  assert.equal(shardsFetched(site), LAYERS.length, "the second visit loads from the cache");
  await press(page, "forget-weights");
  await page.waitForFunction(() => /deleted/i.test(document.getElementById("weights-source").textContent));
  await open(page, site.url);
  await press(page, "model-vgg19");
  await page.locator('weights-dialog [data-action="download"]').waitFor();
  assert.deepEqual(complaints(), []);
  await close();
});

test("a changed shard is refused, and the page goes on", async (t) => {
  const site = await siteWithWeights((bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1) ^ 1])]));
  t.after(site.close);
  const { page, close } = await newPage(here.browser);
  await open(page, site.url);
  await askForVgg19(page, "download");
  assert.match(await message(page), /vgg19-0\.safetensors/);
  assert.ok(await page.isChecked("#model-student"), "the built-in model is chosen again");
  assert.ok(await page.isEnabled("#paint"));
  await close();
});

test("a connection that breaks off is told in a sentence, and the page goes on", async () => {
  const site = await siteWithWeights();
  const { page, close } = await newPage(here.browser);
  await open(page, site.url);
  await press(page, "model-vgg19");
  await page.locator('weights-dialog [data-action="download"]').waitFor();
  await site.close();
  await page.evaluate(() => document.querySelector('weights-dialog [data-action="download"]').click());
  assert.match(await message(page), /connection broke/);
  assert.ok(await page.isChecked("#model-student"), "the built-in model is chosen again");
  assert.ok(await page.isEnabled("#paint"));
  await close();
});
