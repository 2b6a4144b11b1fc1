// VGG19 from the site: asked first, downloaded, checked, kept in the browser's cache, deleted. The weights here are the
// first two layers with random numbers; real ones are never part of the project.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { fixture, newPage, test } from "./harness.mjs";
import { choose, losses, message, open, press, rest, waitForState } from "./studio.mjs";
import { siteWithWeights } from "./vgg19.mjs";

const DEPTH = 2;

const here = fixture();
let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), "scumble-weights-")); });
after(() => rm(folder, { recursive: true }));

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
  const site = await siteWithWeights(folder, { depth: DEPTH });
  t.after(site.close);
  const { page, context, complaints, close } = await newPage(here.browser);
  await open(page, site.url);
  assert.equal(shardsFetched(site), 0, "nothing is fetched unasked");
  await askForVgg19(page, "refuse");
  assert.equal(shardsFetched(site), 0, "nothing is fetched when refused");
  assert.ok(await page.isChecked("#model-student"));

  await askForVgg19(page, "download");
  await page.waitForFunction(() => document.getElementById("vgg19-cost").textContent === "loaded");
  await page.waitForFunction(() => !document.querySelector("weights-dialog dialog[open]"));
  assert.equal(shardsFetched(site), DEPTH);
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
  assert.equal(shardsFetched(site), DEPTH, "the second visit loads from the cache");
  const asked = site.requests.length;
  await context.route("**/weights/manifest.json", (route) => route.abort());
  await open(page, site.url);
  await press(page, "model-vgg19");
  await page.waitForFunction(() => /from .* cache/i.test(document.getElementById("weights-source").textContent));
  assert.ok(!site.requests.slice(asked).some(({ path }) => path.endsWith("/weights/manifest.json")), "without a connection, too");
  await context.unroute("**/weights/manifest.json");
  await press(page, "forget-weights");
  await page.waitForFunction(() => /deleted/i.test(document.getElementById("weights-source").textContent));
  await open(page, site.url);
  await press(page, "model-vgg19");
  await page.locator('weights-dialog [data-action="download"]').waitFor();
  assert.deepEqual(complaints().filter((one) => !one.includes("weights/manifest.json")), []);
  await close();
});

test("a changed shard is refused, and the page goes on", async (t) => {
  const site = await siteWithWeights(folder, { depth: DEPTH, damage: (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1) ^ 1])]) });
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
  const site = await siteWithWeights(folder, { depth: DEPTH });
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
