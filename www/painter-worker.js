// The painter's room: the only file that knows the wasm. It owns the engine and the canvas it paints on.
//
// The page asks {id, type, ...} and gets exactly one {id, value} or {id, error: {name, message}}:
//   open      {canvas}          -> {adapter, recipes}        first of all; an OffscreenCanvas, transferred
//   picture   {which, blob}     -> {width, height, notes, thumbnail}     thumbnail: PNG bytes, as the engine sees it
//   clear     {which}           -> nothing
//   weights   {}                -> {offered, bytes, cached, loaded, name, attribution, licence}    what is known of VGG19's weights
//   download  {}                -> the same, after having had them; sends `download` meanwhile
//   cancel    {}                -> nothing; the download then fails with an AbortError
//   forget    {}                -> the same, after deleting them from the cache
//   file      {blob}            -> {source}                  a dropped weights file
//   start     {settings}        -> {scales, iterations, original}        original: the photo (of a texture, the painting), PNG bytes at the run's size
//   steer     {settings}        -> {steered}                 whether the run at work follows them; else they need a new one
//   pause, resume, stop {}      -> nothing; a stopped picture can still be saved
//   save      {}                -> {png}
// and hears, unasked:
//   {type: 'progress', ...}     after each step, what studio.step() said
//   {type: 'download', bytes, total, cached}
//   {type: 'failed', error}     the run ended
//
// The engine is not re-entrant, so all it does happens in one line: whatever was asked, then one step, then again.

import init, { Studio } from './pkg/scumble.js';
import * as device from './device-notes.js';
import * as store from './weight-store.js';

const THUMBNAIL = 640; // px: wells are at most half of it, twice that on a dense screen

let studio;
let painting = false;
let begun = false;
let weightsName;
let manifest; // undefined: not asked yet, null: this site carries none
let shards = []; // those of the manifest's that the losses look at
let download; // AbortController of the download under way

const asked = {
  async open({ canvas }) {
    if (!navigator.gpu) throw named('NoWebGpu', 'This browser does not offer WebGPU to workers.');
    await init();
    studio = await Studio.open(canvas);
    studio.recall(await device.recall());
    return { adapter: studio.adapter, recipes: JSON.parse(Studio.recipes()) };
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

  async start({ settings }) {
    painting = false;
    if (begun) studio.stop();
    begun = false;
    const run = await studio.start(JSON.stringify(settings));
    device.keep(studio.findings);
    begun = painting = true;
    return { ...run, original: studio.thumbnail(settings.texture ? 'painting' : 'photo', settings.size) };
  },

  steer: async ({ settings }) => ({ steered: begun && await studio.steer(JSON.stringify(settings)) }),

  pause() { painting = false; },
  resume() { painting = begun; },
  stop() { painting = false; },

  save: async () => ({ png: await studio.savePng() }),
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
    await (painting ? breath() : knock());
    if (painting && line.length === 0) await step();
  }
}

/** Waits until something is asked. */
function knock() {
  return new Promise((resolve) => { wake = resolve; });
}

async function step() {
  try {
    const progress = await studio.step();
    if (progress.finished) painting = false;
    postMessage({ type: 'progress', ...progress });
  } catch (error) {
    painting = begun = false;
    postMessage({ type: 'failed', error: said(error) });
  }
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
