// Small pictures beside the large one: variations, what the layers hold on to, both approaches side by side.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { paysAfter } from "../../www/styling/terms.js";
import { fixture, newPage, test } from "./harness.mjs";
import { drop, file, openWith, paint, press, waitForState } from "./studio.mjs";
import { LAYERS, siteWithWeights } from "./vgg19.mjs";

const SMALL = { size: 64, effort: 0.1 };
const TINY = { size: 64, crop: 32, steps: 5, batch: 1, network: { width: 8, blocks: 1 } };

const here = fixture();

/** Waits until so many sketches of a board show more than one colour. */
function drawn(page, id, count) {
  return page.waitForFunction(([id, count]) => {
    const colours = (canvas) => new Set(new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
    return [...document.querySelectorAll(`#${id} canvas`)].filter((canvas) => colours(canvas) > 10).length === count;
  }, [id, count], { timeout: 300_000 });
}

test("nine variations, and the one that is picked is painted; the picture at work waits meanwhile", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, { size: 128 });
  await press(page, "paint");
  await page.waitForFunction(() => document.getElementById("losses").points?.length > 0);
  await press(page, "open-variations");
  await waitForState(page, "paused");
  await drawn(page, "variations", 9);
  await page.keyboard.press("Escape");
  await waitForState(page, "painting");
  await press(page, "stop");
  await waitForState(page, "done");
  await press(page, "open-variations");
  await drawn(page, "variations", 9);
  await page.evaluate(() => document.querySelectorAll("#variations .sketch")[8].click());
  await waitForState(page, "painting");
  assert.equal(await page.inputValue("#strength"), "75");
  assert.equal(await page.inputValue("#style-scale"), "1.6");
  assert.deepEqual(complaints(), []);
  await close();
});

test("the X-ray shows a picture of every layer, and where the losses remain", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, here.site.url, SMALL);
  await paint(page);
  await press(page, "open-xray");
  await drawn(page, "xray", 5);
  await page.evaluate(() => document.querySelector("#xray input[value=painting]").click());
  await drawn(page, "xray", 5);
  await page.evaluate(() => document.querySelector("#xray input[value=rest]").click());
  await page.waitForFunction(() => document.querySelectorAll("#xray canvas").length === 2);
  await drawn(page, "xray", 2);
  await page.keyboard.press("Escape");
  assert.deepEqual(complaints(), []);
  await close();
});

/** How far the figures of the approaches are: the table's rows by their names, each a figure by the column's name. */
function figures(page) {
  return page.evaluate(() => {
    const [head, ...rows] = [...document.querySelectorAll("#methods tr")].map((row) => [...row.children].map((cell) => cell.textContent.replace("\u00a0", " ")));
    return Object.fromEntries(rows.map(([way, ...values]) => [way, Object.fromEntries(values.map((value, column) => [head[column + 1], Number(value.replace(",", ""))]))]));
  });
}

/** How many steps a style's file says that it was trained for. */
function stepsOf({ bytes }) { return Number(/steps\\?"\s*:\s*(\d+)/.exec(bytes.subarray(0, 4096).toString("latin1"))[1]); }

/** Waits until so many ways have all their figures. */
function compared(page, count) {
  return page.waitForFunction((count) => [...document.querySelectorAll("#methods tbody tr")].filter((row) => !row.textContent.includes("–")).length >= count, count, { timeout: 600_000 });
}

/** Operations of a style's convolutions in units of 1e9, from the shapes in its file: [outputs, inputs, height, width]. */
function gflopOf({ bytes }, pixels) {
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString());
  const share = (name) => (/^(down1|up2|colours)/.test(name) ? 1 : /^(down2|up1)/.test(name) ? 4 : 16); // it halves twice, and doubles twice
  const products = Object.entries(header).filter(([name]) => name.endsWith(".weight"))
    .map(([name, { shape }]) => shape.reduce((product, edge) => product * edge, pixels / share(name)));
  return 2e-9 * products.reduce((sum, own) => sum + own, 0);
}

async function atHand(page, style) {
  await drop(page, "painting", style);
  await page.waitForFunction(() => /in one pass/.test(document.getElementById("status").textContent), undefined, { timeout: 300_000 });
}

const firstWords = (page) => page.textContent("#methods .sketch small");

test("both approaches stand side by side, with what each costs and brings, and when a training pays for itself", async () => {
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, `${here.site.url}?training=${encodeURIComponent(JSON.stringify(TINY))}`, SMALL);
  await press(page, "open-methods");
  await page.waitForFunction(() => /No style is at hand/.test(document.querySelector("#methods .sketch small")?.textContent));
  await compared(page, 1); // what is no style is compared all the same
  assert.ok(Number.isNaN((await figures(page))["Fast style transfer"].Passes));
  await page.keyboard.press("Escape");

  const style = await file("www/shipped-styles/swirl.style");
  await atHand(page, style);
  await press(page, "make-style"); // times some steps
  await page.waitForFunction(() => /About \d/.test(document.querySelector('#style-making [data-length="normal"]')?.textContent), undefined, { timeout: 300_000 });
  await page.keyboard.press("Escape");
  await press(page, "open-methods");
  await compared(page, 4);
  const ways = await figures(page);
  assert.deepEqual(Object.keys(ways), ["Fast style transfer", "Scumble, built-in", "Scumble, Wasserstein", "Scumble, Gram matrix"]);
  for (const [way, row] of Object.entries(ways)) {
    assert.deepEqual(Object.keys(row), ["First picture, s", "Finished, s", "Passes", "GFLOP", "Memory, MiB", "Edges", "Colours"]);
    assert.ok(Object.values(row).every(Number.isFinite), `${way}: ${JSON.stringify(row)}`);
    assert.ok(0 < row["First picture, s"] && row["First picture, s"] <= row["Finished, s"], way);
    assert.ok(row["Memory, MiB"] > 1 && row["Memory, MiB"] < 500 && Math.abs(row.Edges) <= 1 && row.Colours > 0, `${way}: ${JSON.stringify(row)}`);
  }
  const [fast, slow] = [ways["Fast style transfer"], ways["Scumble, built-in"]];
  assert.equal(fast.Passes, 1);
  assert.equal(fast.GFLOP, Number(gflopOf(style, 128 * 96).toPrecision(3)));
  assert.ok(slow.Passes > 10 && slow.GFLOP > 2 * fast.GFLOP && slow["Finished, s"] > slow["First picture, s"], JSON.stringify(slow));
  assert.equal(await firstWords(page), "Swirling night");
  assert.ok(await page.evaluate(() => document.querySelector("#methods tbody tr td:nth-child(4) strong")?.textContent === "1"), "the best stands out");

  const payoff = await page.textContent('#methods [data-says="payoff"]');
  assert.ok(payoff.includes(`At 128 px a picture takes Scumble ${slow["Finished, s"]} s, and the style ${fast["Finished, s"]} s.`), payoff);
  assert.match(payoff, /trained for [\d,]+ steps, which would take this device \d+ \w+\. .* pays for itself after [\d,.]+ pictures\./);
  assert.ok(payoff.includes(`${stepsOf(style).toLocaleString("en")} steps`), payoff);
  assert.match(await page.textContent("#methods .below"), /Load VGG19/);
  await page.keyboard.press("Escape");

  await drop(page, "painting", { ...await file("www/samples/cubes.jpg"), name: "other.jpg" });
  await press(page, "open-methods");
  await page.waitForFunction(() => /This style is called “Swirling night”, the painting “other”/.test(document.querySelector("#methods .sketch small")?.textContent));
  await page.keyboard.press("Escape");
  assert.deepEqual(complaints(), []);
  await close();
});

test("with VGG19, R and layout say how near the painting and the photo each way comes", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "scumble-judge-"));
  t.after(() => rm(folder, { recursive: true }));
  const site = await siteWithWeights(folder, { depth: LAYERS.length });
  t.after(site.close);
  const { page, complaints, close } = await newPage(here.browser);
  await openWith(page, site.url, SMALL);
  await press(page, "model-vgg19");
  await page.locator('weights-dialog [data-action="download"]').waitFor();
  await page.evaluate(() => document.querySelector('weights-dialog [data-action="download"]').click());
  await page.waitForFunction(() => document.getElementById("vgg19-cost").textContent === "loaded", undefined, { timeout: 300_000 });
  await page.waitForFunction(() => !document.querySelector("weights-dialog dialog[open]"));
  await press(page, "model-student");
  await atHand(page, await file("www/shipped-styles/swirl.style"));
  await press(page, "open-methods");
  await compared(page, 2); // the recipes take their time
  const ways = await figures(page);
  assert.deepEqual(Object.keys(ways), ["Fast style transfer", "Scumble, built-in", "Scumble, VGG19", "Gatys et al.", "neural-style", "style-transfer-pytorch"]);
  for (const way of ["Fast style transfer", "Scumble, built-in"]) {
    const { R, Layout } = ways[way];
    // Even a random network finds what was painted nearer to the painting than the photo is, for which R is 1.
    assert.ok(R > 0 && R < 1 && Layout > 0 && Layout < 1, `${way}: R ${R}, layout ${Layout}`);
  }
  assert.notEqual(ways["Fast style transfer"].R, ways["Scumble, built-in"].R);
  await page.keyboard.press("Escape");
  assert.deepEqual(complaints(), []);
  await close();
});

test("a training pays for as many pictures as would take it longer", () => {
  assert.equal(paysAfter(90, { slow_s: 10, pass_s: 1 }), 10);
  assert.equal(paysAfter(90, { slow_s: 1, pass_s: 1 }), undefined, "where a pass saves no time, never");
});
