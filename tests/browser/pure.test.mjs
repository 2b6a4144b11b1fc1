// What of the page is arithmetic: it needs no browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Sizing, edgesFor, fitted, rateOf, sensible } from "../../www/moving/pace.js";
import { forecast, largestSafe, largestWithin } from "../../www/run/forecast.js";
import { settingsIn } from "../../www/settings/links.js";
import { changes, steps } from "../../www/project/score.js";
import { Undo } from "../../www/past/undo.js";

const square = (edge, iterations) => ({ width: edge, height: edge, iterations });
// A device that takes 2 ms a step and 1 us a pixel, 10 ms and 3 us to make a scale ready, 1 MB and 200 bytes a pixel.
const probed = [64, 128].map((edge) => edge * edge).map((pixels) => ({ pixels, step_ms: 2 + pixels / 1000, setup_ms: 10 + 3 * pixels / 1000, bytes: 1e6 + 200 * pixels }));

test("a forecast adds up what two probes found", () => {
  const [small, large] = [256 ** 2, 512 ** 2];
  const { seconds, perSecond, bytes } = forecast(probed, [square(256, 100), square(512, 50)]);
  const expected = (10 + 3 * small / 1000 + 100 * (2 + small / 1000) + 10 + 3 * large / 1000 + 50 * (2 + large / 1000)) / 1000;
  assert.ok(Math.abs(seconds - expected) < 1e-9, `${seconds} for ${expected}`);
  assert.ok(Math.abs(perSecond - 1000 / (2 + large / 1000)) < 1e-9);
  assert.ok(Math.abs(bytes - (1e6 + 200 * large)) < 1e-3);
  assert.ok(Math.abs(forecast(probed, [square(256, 100)], 2).seconds - 2 * forecast(probed, [square(256, 100)]).seconds) < 1e-9, "what was learnt counts");
});

test("the size that suits a device is the largest that is painted in time", () => {
  const sizes = [256, 128, 512].map((edge) => ({ edge, scales: [square(edge, 100)] }));
  const takes = (edge) => forecast(probed, [square(edge, 100)]).seconds;
  assert.equal(largestWithin(takes(256) + 0.1, sizes, probed), 256);
  assert.equal(largestWithin(takes(256) + 0.1, sizes, probed, 2), 128, "what was learnt counts");
  assert.equal(largestWithin(takes(512), sizes, probed), 512);
  assert.equal(largestWithin(0, sizes, probed), 128, "none is in time");
});

test("a safe size fits the device's arrays and half of the memory", () => {
  const edges = [128, 256, 512, 1024, 2048, 64]; // a size out of a link stands last
  assert.equal(largestSafe(probed, edges, 1, { longestArray: 2 ** 31, memory_bytes: 500e6 }), 1024);
  assert.equal(largestSafe(probed, edges, 1, { longestArray: 2 ** 21, memory_bytes: 8e9 }), 128);
  assert.equal(largestSafe(probed, edges, 1, { longestArray: 2 ** 31, memory_bytes: 1e6 }), undefined);
});

test("undo goes back and forth, and a new change forgets what was undone", () => {
  const undo = new Undo();
  const same = (a, b) => a === b;
  for (const state of ["a", "b", "b", "c"]) undo.remember(state, same);
  assert.deepEqual([undo.back(), undo.back(), undo.back(), undo.forth()], ["b", "a", undefined, "b"]);
  undo.remember("d", same);
  assert.equal(undo.canForth, false);
  assert.deepEqual([undo.back(), undo.forth()], ["b", "d"]);
});

test("a link is read with care", () => {
  const usual = { size: 384, colours: "painting", seamless: false, blend: [] };
  assert.deepEqual(settingsIn("#size=256&colours=photo&seamless=true&blend=[1,2]", usual), { size: 256, colours: "photo", seamless: true, blend: [1, 2] });
  assert.equal(settingsIn("#about", usual), null);
  assert.equal(settingsIn("#size=large&blend=[1&sise=3", usual), null);
});

test("the camera's size grows where pictures are quick, shrinks where they are slow, and rests in between", () => {
  const sizing = new Sizing();
  const take = (ms, count = 4) => Array.from({ length: count }, () => {
    sizing.took(ms);
    return sizing.edge;
  });
  assert.deepEqual(take(30), [128, 128, 128, 192], "the first of a size does not count, and three must agree");
  assert.deepEqual(take(59).at(-1), 256);
  assert.deepEqual(take(60, 20).at(-1), 256, "60 ms are not quick");
  assert.deepEqual(take(250, 20).at(-1), 256, "250 ms are not slow");
  for (const ms of [251, 251, 40, 251, 251, 40]) sizing.took(ms);
  assert.equal(sizing.edge, 256, "one picture decides nothing");
  assert.deepEqual(take(251, 3).at(-1), 192);
  assert.deepEqual(take(900, 40).at(-1), 128, "never below");
  sizing.held = true;
  assert.deepEqual(take(1, 20).at(-1), 128, "a recording holds it");
  sizing.held = false;
  assert.deepEqual(take(1, 40).at(-1), 512, "never above");
});

test("a picture fits its size: even, upright, and never larger than it was", () => {
  assert.deepEqual(fitted({ width: 1920, height: 1080 }, 256), { width: 256, height: 144 });
  assert.deepEqual(fitted({ width: 1080, height: 1920 }, 128), { width: 72, height: 128 });
  assert.deepEqual(fitted({ width: 101, height: 75 }, 512), { width: 100, height: 74 });
  assert.deepEqual(fitted({ width: 4000, height: 3 }, 128), { width: 128, height: 2 });
  assert.deepEqual(edgesFor({ width: 320, height: 240 }), [128, 192, 256]);
  assert.deepEqual(edgesFor({ width: 64, height: 48 }), [128]);
  const all = edgesFor({ width: 1920, height: 1080 });
  assert.deepEqual([sensible(all), sensible(all, 20), sensible(all, 59), sensible(all, 60), sensible([128, 192], 5)], [256, 512, 384, 256, 192]);
  assert.deepEqual([rateOf([]), rateOf([5]), rateOf([0, 50, 100])], [0, 0, 20]);
});

test("a file's score comes back as it was, shares what did not change, and cannot be endless", () => {
  const first = { size: 64, strength: 50, blend: [1, 2] };
  const score = [{ at: 3, settings: { ...first, strength: 60 } }, { at: 4, settings: { ...first, strength: 60 } }, { at: 9, settings: { size: 64, strength: 60 } }];
  const back = steps(first, JSON.parse(JSON.stringify(changes(first, score))));
  assert.deepEqual(back, score);
  assert.equal(back[0].settings, back[1].settings);
  assert.equal(steps(first, Array.from({ length: 8000 }, (_, at) => ({ at, changed: { strength: at } }))), null);
  const long = "x".repeat(1_000_000);
  const wrong = [[{ long }, []], [first, [{ at: 1, changed: { long } }]], [first, Array.from({ length: 2000 }, (_, at) => ({ at, changed: { [`s${at}`]: 1 } }))]];
  for (const [first, score] of wrong) assert.throws(() => steps(first, score));
  // The worst that is taken is copied to the worker as fast as anything.
  const settings = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`s${index}`, index]));
  const began = performance.now();
  structuredClone(steps(settings, Array.from({ length: 2000 }, (_, at) => ({ at, changed: { s1: at } }))));
  structuredClone(steps({ ...settings, long: "x".repeat(3000) }, Array.from({ length: 2000 }, (_, at) => ({ at, changed: {} }))));
  const took_ms = performance.now() - began;
  assert.ok(took_ms < 2000, `${took_ms} ms`);
});
