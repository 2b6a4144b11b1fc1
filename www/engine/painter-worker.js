// The painter's room: the only file that knows the wasm. It owns the engine and the canvas it paints on.
//
// The page asks {id, type, ...} and gets exactly one {id, value} or {id, error: {name, message}}:
//   open      {canvas}          -> {adapter, recipes, longestArray}        first of all; an OffscreenCanvas, transferred
//   picture   {which, blob}     -> {width, height, notes, thumbnail}     thumbnail: PNG bytes, as the engine sees it
//   clear     {which}           -> nothing
//   weights   {}                -> {offered, bytes, cached, loaded, name, attribution, licence}    what is known of VGG19's weights
//   download  {}                -> the same, after having had them; sends `download` meanwhile
//   cancel    {}                -> nothing; the download then fails with an AbortError
//   forget    {}                -> the same, after deleting them from the cache
//   file      {blob}            -> {source}                  a dropped weights file
//   start     {settings, from, score, until, findings}
//                               -> {id, scales, iterations, original, findings}    original: the photo (of a texture, the painting), PNG bytes at the
//                                  run's size. The last four are optional: a picture to go on from, {at, settings}s to steer by
//                                  after so many steps, the step to stop after, and what was known of the device then
//   steer     {settings}        -> {steered, at}             whether the run at work follows them, and after which step; else they need a new one
//   pause, resume, stop {}      -> nothing; a stopped picture can still be saved
//   save      {format, settings, enclosed, frame}  -> {bytes}      enclosed: [{name, blob}]; frame: a PNG to save instead of the present picture
//   heat      {}                -> [{width, height, rgba}]   where the losses remain: the photo's, the painting's
//   label     {blob}            -> {settings, enclosed} or undefined    what a PNG that Scumble saved says
//   animation {width, height, frames, frame_ms, last_ms}     -> {bytes}
//   sketch    {list, every, inTurn}     -> nothing            begins sketches; those before end. With inTurn, all at once, a step each
//   endSketches {}              -> nothing
//   example   {settings, step_ms, tooSlow_ms}  -> nothing    paints on the canvas at leisure, while there is nothing else to do
//   endExample {}               -> nothing
//   plan      {settings}        -> {scales, iterations}       without beginning anything
//   probe     {settings, edges} -> [{pixels, setup_ms, step_ms, bytes}]       a few steps at these sizes; null if there was no time
// and hears, unasked:
//   {type: 'progress', ...}     after each step, what studio.step() said
//   {type: 'frame', run, iteration, width, height, blob}     now and then, the picture as it stood; of the run of that id
//   {type: 'sketch', index, ...}        {progress, ms}, now and then {frame}, at last {likeness}; or {error}
//   {type: 'download', bytes, total, cached}
//   {type: 'example', progress}           after each of its steps
//   {type: 'failed', error}     the run ended
//
// The engine is not re-entrant, so all it does happens in one line: whatever was asked, then one step, then again.

import init, { Studio } from '../pkg/scumble.js';
import * as device from './device-notes.js';
import { Sketches, probe } from './sketching.js';
import * as store from './weight-store.js';

const THUMBNAIL = 640; // px: wells are at most half of it, twice that on a dense screen
const EXAMPLE = 2000;  // the number of the sketch that is the example
const FRAMES = 100;    // of a run are kept: enough for a film of some seconds

let studio;
let sketches;
let painting = false;
let begun = false;
let run; // {id, score, until, at: steps made, framed: the share of the run at the newest frame}
let runs = 0;
let example; // {step_ms, tooSlow_ms, next_ms}
let weightsName;
let manifest; // undefined: not asked yet, null: this site carries none
let shards = []; // those of the manifest's that the losses look at
let download; // AbortController of the download under way

const asked = {
  async open({ canvas }) {
    if (!navigator.gpu) throw named('NoWebGpu', 'This browser does not offer WebGPU to workers.');
    const student = store.readStudent(); // on its way while the engine opens
    student.catch(() => {}); // told below
    await init();
    studio = await Studio.open(canvas);
    studio.loadStudent(await student);
    studio.recall(await device.recall());
    sketches = new Sketches(studio, (sketch) => postMessage({ type: 'sketch', ...sketch, ...sketch.error && { error: said(sketch.error) } }));
    return { adapter: studio.adapter, recipes: JSON.parse(Studio.recipes()), longestArray: studio.longestArray };
  },

  async picture({ which, blob }) {
    const { width, height, notes } = studio.setPicture(which, await bytesOf(blob));
    return { width, height, notes, thumbnail: studio.thumbnail(which, THUMBNAIL) };
  },

  clear: ({ which }) => studio.clearPicture(which),

  weights: () => aboutWeights(),

  async forget() {
    await store.forget();
    return aboutWeights();
  },

  async file({ blob }) {
    const { source } = studio.loadWeightsFile(await bytesOf(blob));
    weightsName = source;
    return { source };
  },

  async start({ settings, from, score = [], until = Infinity, findings }) {
    painting = false;
    if (begun) studio.stop();
    begun = false;
    if (from) studio.setPicture('start', await bytesOf(from));
    if (findings) studio.recall(findings);
    const plan = await studio.start(JSON.stringify(settings));
    if (!findings) device.keep(studio.findings); // a stranger's file does not speak for this device
    example = undefined;
    run = { id: ++runs, score: [...score], until, framed: 0 };
    begun = painting = true;
    return { ...plan, id: run.id, original: studio.thumbnail(settings.texture ? 'painting' : 'photo', settings.size), findings: studio.findings };
  },

  steer: async ({ settings }) => ({ steered: begun && await studio.steer(JSON.stringify(settings)), at: run?.at ?? 0 }),

  pause() { painting = false; },
  resume() { painting = begun; },
  stop() { painting = false; },

  async save({ format, settings, enclosed = [], frame }) {
    const files = await Promise.all(enclosed.map(({ blob }) => bytesOf(blob)));
    return { bytes: await studio.save(format, settings, enclosed.map(({ name }) => name), files, frame && await bytesOf(frame)) };
  },

  heat: () => studio.remaining(),
  label: async ({ blob }) => Studio.readLabel(await bytesOf(blob)),
  animation: ({ width, height, frames, frame_ms, last_ms }) => ({ bytes: Studio.encodeAnimation(width, height, frames, frame_ms, last_ms) }),

  sketch: (wanted) => sketches.begin(wanted),
  endSketches: () => sketches.end(),

  async example({ settings, step_ms, tooSlow_ms }) {
    if (begun) return;
    await studio.beginSketch(EXAMPLE, JSON.stringify(settings));
    example = { step_ms, tooSlow_ms, next_ms: performance.now() };
  },
  endExample() { example = undefined; studio.endSketch(EXAMPLE); },

  plan: ({ settings }) => studio.plan(JSON.stringify(settings)),
};

// These wait for the network, so they must not stand in line: the picture goes on meanwhile.
const aside = {
  async download() {
    download = new AbortController();
    try {
      const contents = await store.fetchShards(shards, download.signal, (progress) => postMessage({ type: 'download', ...progress }));
      return await inLine(() => load(contents));
    } finally {
      download = undefined;
    }
  },

  cancel() { download?.abort(); },

  // A probe steps aside for whatever is asked meanwhile, and for a run.
  probe: ({ settings, edges }) => probe(() => studio, settings, edges, inLine, () => painting),
};

async function load(contents) {
  try {
    studio.loadShards(manifest.text, contents);
  } catch (error) {
    await store.forget(); // the engine checks every SHA-256: a damaged shard must not be met again
    throw error;
  }
  weightsName = 'VGG19';
  return aboutWeights();
}

async function aboutWeights() {
  if (manifest === undefined) manifest = await store.readManifest();
  shards = manifest?.shards.slice(0, studio.neededShards(manifest.text)) ?? [];
  return {
    offered: manifest !== null,
    loaded: studio.hasModel('vgg19'),
    name: weightsName,
    bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
    cached: shards.length > 0 && await store.has(shards),
    attribution: manifest?.attribution,
    licence: manifest?.licence,
  };
}

// --- the line -------------------------------------------------------------------------------------

const line = [];
let wake = () => {};

/** Runs `work` between two steps. */
function inLine(work) {
  return new Promise((resolve, reject) => {
    line.push(async () => {
      try { resolve(await work()); } catch (error) { reject(error); }
    });
    wake();
  });
}

async function live() {
  for (;;) {
    while (line.length) await line.shift()();
    const busy = painting || sketches?.isBusy;
    const spare_ms = example ? Math.max(0, example.next_ms - performance.now()) : Infinity;
    await (busy ? breath() : knock(spare_ms));
    if (line.length) continue;
    if (painting) await step();
    else if (sketches?.isBusy) await sketches.step();
    else if (example && performance.now() >= example.next_ms) await exampleStep();
  }
}

/** Waits until something is asked, but no longer than this. */
function knock(most_ms) {
  return new Promise((resolve) => {
    wake = resolve;
    if (most_ms < Infinity) setTimeout(resolve, most_ms);
  });
}

async function step() {
  try {
    const progress = await studio.step();
    run.at = progress.iteration;
    const stopped = !progress.finished && progress.iteration >= run.until;
    if (progress.finished || stopped) painting = false;
    postMessage({ type: 'progress', ...progress, stopped });
    if (progress.finished || stopped || progress.fraction >= run.framed + 1 / FRAMES) await keepFrame(progress);
    for (; painting && run.score[0]?.at <= progress.iteration; run.score.shift()) await studio.steer(JSON.stringify(run.score[0].settings));
  } catch (error) {
    painting = begun = false;
    postMessage({ type: 'failed', error: said(error) });
  }
}

async function exampleStep() {
  const began = performance.now();
  try {
    const progress = await studio.stepSketch(EXAMPLE);
    await studio.showSketch(EXAMPLE);
    const now = performance.now();
    // The first step also compiles what it needs.
    const tooSlow = progress.iteration > 1 && now - began > example.tooSlow_ms;
    example.next_ms = now + example.step_ms;
    if (progress.iteration > 1 && !tooSlow) postMessage({ type: 'example', progress });
    if (progress.finished || tooSlow) asked.endExample();
  } catch {
    asked.endExample(); // it is only an example
  }
}

// The browser makes a file of it while the picture goes on.
async function keepFrame({ iteration, fraction }) {
  const { id } = run;
  run.framed = fraction;
  const { width, height, rgba } = await studio.snapshot();
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d').putImageData(new ImageData(rgba, width, height), 0, 0);
  canvas.convertToBlob({ type: 'image/png' }).then((blob) => postMessage({ type: 'frame', run: id, iteration, width, height, blob }), () => {});
}

// One hop through the event loop, so that messages get in. (setTimeout would wait 4 ms each time.)
const hop = new MessageChannel();
let hopped;
hop.port1.onmessage = () => hopped();
function breath() {
  return new Promise((resolve) => { hopped = resolve; hop.port2.postMessage(null); });
}

// --- the door -------------------------------------------------------------------------------------

onmessage = async ({ data: { id, type, ...rest } }) => {
  try {
    const value = await (aside[type] ? aside[type](rest) : inLine(() => asked[type](rest)));
    postMessage({ id, value });
  } catch (error) {
    postMessage({ id, error: said(error) });
  }
};

live();

async function bytesOf(blob) {
  return new Uint8Array(await blob.arrayBuffer());
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

// A wasm trap or a string is an error as well.
function said(error) {
  return { name: error?.name ?? 'Error', message: error?.message ?? String(error) };
}
