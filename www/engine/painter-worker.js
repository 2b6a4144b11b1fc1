// The painter's room: the only file that knows the wasm. It owns the engine and the canvas it paints on.
// messages.d.ts lists what it is asked, and what it says unasked.
//
// The engine is not re-entrant, so all it does happens in one line: whatever was asked, then one step, then again.

import './lockdown.js'; // first: nothing runs before it
import init, { Studio } from '../pkg/scumble.js';
import * as device from './device-notes.js';
import { Sketches, probe } from './sketching.js';
import * as store from './weight-store.js';

/**
 * @import { Accepted, Answering, Asked, Bytes, Events, Failure, Pixels, Plan, Progress, Requests, Score, Settings, Weights } from './messages.d.ts'
 * @import { Manifest, Shard } from './weight-store.js'
 * @typedef {'download' | 'cancelDownload' | 'probe'} Aside
 */

const THUMBNAIL = 640; // px: wells are at most half of it, twice that on a dense screen
const EXAMPLE = 2000;  // the number of the sketch that is the example
const FRAMES = 100;    // of a run are kept: enough for a film of some seconds
const KEEP_MS = 1000;  // from sending for one checkpoint to sending for the next
const KEEP_SHARE = 0.01; // of the time goes into them
/** After these the engine's memory is not to be trusted, or there is no device. */
const FATAL = ['RuntimeError', 'CompileError', 'LinkError', 'DeviceLost'];

/** @type {Studio} */
let studio;
/** @type {Sketches} */
let sketches;
/** None before a style is trained. @type {import('./training.js').Training | undefined} */
let training;
let painting = false;
let begun = false;
/**
 * `ends`: of a print, the last steps of its scales; `at`: steps made; `progress`: the newest step's; `framed`: at the newest frame; `keep_ms`: when it is kept next; `sent_ms`: when the
 * checkpoint on its way was sent for.
 * @typedef {{id: number, ends?: number[], score: Score, until: number, at: number, progress?: Progress, framed?: Progress, keep_ms: number, sent_ms?: number}} AtWork
 * @type {AtWork}
 */
let run;
let runs = 0;
/** @type {{step_ms: number, tooSlow_ms: number, next_ms: number} | undefined} */
let example;
/** What was found out here, while the engine goes by what a stranger's file says. @type {string | undefined} */
let ownFindings;
/** @type {string | undefined} */
let weightsName;
/** Undefined: not asked yet; null: this site carries none. @type {Manifest | null | undefined} */
let manifest;
/** Those of the manifest's that the losses look at. @type {Shard[]} */
let shards = [];
/** Of the download under way. @type {AbortController | undefined} */
let download;

/** @type {Answering<Exclude<keyof Requests, Aside>>} */
const inTurn = {
  async open({ canvas }) {
    if (!navigator.gpu) throw named('NoWebGpu', 'This browser does not offer WebGPU to workers.');
    const student = store.readStudent(); // on its way while the engine opens
    student.catch(() => {}); // told below
    await init();
    studio = await Studio.open(canvas);
    studio.loadStudent(await student);
    studio.recall(await device.recall());
    sketches = new Sketches({ studio, told: (news) => tell('sketch', news), failed: (index, error) => tell('sketchFailed', { index, error: said(error) }) });
    return { adapter: studio.adapter, recipes: JSON.parse(Studio.recipes()), longestArray: studio.longestArray };
  },

  async setPicture({ which, blob }) {
    /** @type {Omit<Accepted, 'thumbnail'>} */
    const { width, height, notes } = studio.setPicture(which, await bytesOf(blob));
    return { width, height, notes, thumbnail: own(studio.thumbnail(which, THUMBNAIL)) };
  },

  weights: () => aboutWeights(),

  async forgetWeights() {
    await store.forget();
    return aboutWeights();
  },

  async loadWeightsFile({ blob }) {
    const { source } = studio.loadWeightsFile(await bytesOf(blob));
    weightsName = source;
    return { source };
  },

  async start({ settings, from, resume, score = [], until = Infinity, findings }) {
    endRun();
    if (from) studio.setPicture('start', await bytesOf(from));
    if (findings) ownFindings ??= studio.findings;
    const wanted = findings ?? ownFindings;
    if (wanted !== undefined) studio.recall(wanted);
    if (!findings) ownFindings = undefined;
    /** @type {Plan} */
    const plan = await (resume ? studio.resume(await bytesOf(resume.blob), resume.size) : studio.start(JSON.stringify(settings)));
    if (!findings) device.keep(studio.findings); // a stranger's file does not speak for this device
    return beginRun(plan, settings, { score: [...score], until, at: resume?.iteration ?? 0 });
  },

  async print({ settings, edge, memory, from, photo }) {
    painting = begun = false; // the run stays: it has the picture
    if (from) studio.setPicture('start', await bytesOf(from));
    const plan = await studio.print(JSON.stringify(settings), edge, memory, Boolean(from), photo && await bytesOf(photo));
    return beginRun(plan, settings, { ends: endsOf(plan) });
  },

  look: (asked) => studio.look(asked?.x ?? 0, asked?.y ?? 0, asked?.columns ?? 0, asked?.rows ?? 0),
  steer: async ({ settings }) => ({ steered: begun && await studio.steer(JSON.stringify(settings)), at: run?.at ?? 0 }),

  async pause() {
    painting = false;
    // The first that comes may have been sent for earlier.
    if (begun && run.progress && !run.ends) for (let left = 2; left > 0; await breath()) if (keep()) left--;
  },
  resume() { painting = begun; },
  async stop() {
    painting = false;
    if (begun && run.progress && run.progress !== run.framed) await keepFrame(run.progress);
  },

  async save({ format, settings, enclosed, frame, dotsPerInch }) {
    const files = await Promise.all(enclosed.map(({ blob }) => bytesOf(blob)));
    const names = enclosed.map(({ name }) => name);
    const bytes = own(await studio.save(format, settings, names, files, frame && await bytesOf(frame), dotsPerInch));
    return { blob: new Blob([bytes]) }; // the page's own thread would copy bytes, a hundred megabytes of a print
  },

  remaining: () => studio.remaining(),
  readLabel: async ({ blob }) => Studio.readLabel(await bytesOf(blob)),
  animate: ({ width, height, frames, frame_ms, last_ms }) => ({ bytes: own(Studio.encodeAnimation(width, height, frames, frame_ms, last_ms)) }),

  beginSketches: (wanted) => sketches.begin(wanted),
  endSketches: () => sketches.end(),

  async beginExample({ settings, step_ms, tooSlow_ms }) {
    if (begun) return;
    await studio.beginSketch(EXAMPLE, JSON.stringify(settings));
    example = { step_ms, tooSlow_ms, next_ms: performance.now() };
  },
  endExample,

  loadStyle: async ({ blob, moving = false }) => studio.loadStyle(await bytesOf(blob), moving),
  dropStyle: (asked) => studio.dropStyle(Boolean(asked?.moving)),

  async stylize({ size, strength, original }) {
    endExample();
    const began = performance.now();
    const { width, height } = await studio.stylize(size, strength);
    const ms = performance.now() - began;
    return { width, height, ms, original: original ? own(studio.thumbnail('photo', size)) : undefined };
  },

  async stylizeFrame({ frame, width, height, strength }) {
    endExample();
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true }));
    context.drawImage(frame, 0, 0, width, height);
    frame.close();
    studio.stylizeFrame(new Uint8Array(context.getImageData(0, 0, width, height).data.buffer), width, height, strength);
    return studio.stylized(true);
  },

  stylized: async () => ({ bytes: own(await studio.stylized(false)) }),

  async beginTraining({ photos, start, ...wanted }) {
    const { Training } = await import('./training.js');
    training ??= new Training({ studio, told: (news) => tell('training', news), failed: (error) => tell('trainingFailed', said(error)) });
    return training.begin(wanted, await Promise.all(photos.map(bytesOf)), start && await bytesOf(start));
  },
  pauseTraining: () => training?.pause(),
  resumeTraining: () => training?.resume(),

  async trainedStyle({ name }) {
    device.keep(ownFindings ?? studio.findings); // the next visit shall paint with it as this one does
    return { bytes: own(await studio.trainedStyle(name)) };
  },

  endTraining: () => training?.end(),

  plan: ({ settings, print }) => (print ? studio.planPrint(JSON.stringify(settings), print.from, print.edge) : studio.plan(JSON.stringify(settings))),
};

// These wait for the network, so they must not stand in line: the picture goes on meanwhile.
/** @type {Answering<Aside>} */
const aside = {
  async download() {
    download = new AbortController();
    try {
      const contents = await store.fetchShards(/** @type {Manifest} */ (manifest), shards, download.signal, (progress) => tell('download', progress));
      return await inLine(() => load(contents));
    } finally {
      download = undefined;
    }
  },

  cancelDownload() { download?.abort(); },

  // A probe steps aside for whatever is asked meanwhile, and for a run.
  probe: ({ settings, edges }) => probe({ studio: () => studio, settings, edges, inLine, isPainting: () => painting }),
};

/** @param {Plan} plan @returns {number[]} */
function endsOf({ scales }) {
  let end = 0;
  return scales.map(({ iterations }) => (end += iterations));
}

function endRun() {
  if (begun) studio.stop();
  begun = painting = false;
}

/** @param {Plan} plan @param {Settings} settings @param {Partial<AtWork>} more */
function beginRun(plan, settings, more) {
  example = undefined;
  run = { id: ++runs, score: [], until: Infinity, at: 0, keep_ms: performance.now() + KEEP_MS, ...more };
  begun = painting = true;
  return { ...plan, id: run.id, original: own(studio.thumbnail(settings.texture ? 'painting' : 'photo', settings.size)), findings: studio.variants };
}

/** @param {Bytes[]} contents */
async function load(contents) {
  try {
    studio.loadShards(manifest?.text ?? '', contents);
  } catch (error) {
    await store.forget(); // the engine checks every SHA-256: a damaged shard must not be met again
    throw error;
  }
  weightsName = 'VGG19';
  return aboutWeights();
}

/** @returns {Promise<Weights>} */
async function aboutWeights() {
  manifest = manifest === undefined ? await store.readManifest() : manifest;
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

/** @type {(() => Promise<void>)[]} */
const line = [];
let wake = () => {};

/** Runs `work` between two steps. @template T @param {() => T | Promise<T>} work @returns {Promise<T>} */
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
    for (let work; (work = line.shift());) await work();
    const busy = painting || sketches?.isBusy || training?.isBusy;
    const spare_ms = example ? Math.max(0, example.next_ms - performance.now()) : Infinity;
    await (busy ? breath() : knock(spare_ms));
    if (line.length) continue;
    if (painting) await step();
    else if (sketches?.isBusy) await sketches.step();
    else if (training?.isBusy) await training.step();
    else if (example && performance.now() >= example.next_ms) await exampleStep(example);
  }
}

/**
 * Says that there is no engine any more. What nobody caught has ended the line, or left a question without an answer.
 * @param {unknown} error @param {number} [id] of the question that it fell over
 */
function fall(error, id) { postMessage({ fell: described(error), id }); }
addEventListener('unhandledrejection', ({ reason }) => fall(reason));

/** Waits until something is asked, but no longer than this. @param {number} most_ms @returns {Promise<void>} */
function knock(most_ms) {
  return new Promise((resolve) => {
    wake = resolve;
    if (most_ms < Infinity) setTimeout(resolve, most_ms);
  });
}

async function step() {
  try {
    /** @type {Progress} */
    const progress = await studio.step();
    run.at = progress.iteration;
    run.progress = progress;
    const stopped = !progress.finished && progress.iteration >= run.until;
    if (progress.finished || stopped) painting = false;
    tell('progress', { ...progress, stopped });
    if (progress.finished || stopped || isFrame(progress)) await keepFrame(progress);
    if (painting && !run.ends && performance.now() >= run.keep_ms) keep();
    for (; painting && run.score[0]?.at <= progress.iteration; run.score.shift()) await studio.steer(JSON.stringify(run.score[0].settings));
  } catch (error) {
    painting = false;
    begun &&= error.name === 'RanAway'; // its picture stays
    tell('failed', said(error));
  }
}

/**
 * Keeps the run as it stands, to go on from should the engine fall: it is sent for, and comes some steps later. Nothing waits for it.
 * @returns {boolean} whether one has come
 */
function keep() {
  const began = performance.now();
  run.sent_ms ??= began;
  /** @type {{iteration: number, file: Uint8Array} | undefined} */
  const kept = studio.pollCheckpoint();
  if (!kept) return false;
  tell('checkpoint', { run: run.id, iteration: kept.iteration, blob: new Blob([own(kept.file)]) });
  const now = performance.now();
  run.keep_ms = run.sent_ms + Math.max(KEEP_MS, (now - began) / KEEP_SHARE);
  run.sent_ms = undefined;
  if (now >= run.keep_ms) keep(); // the next is due as well
  return true;
}

function endExample() {
  example = undefined;
  studio.endSketch(EXAMPLE);
}

/** @param {{step_ms: number, tooSlow_ms: number, next_ms: number}} example */
async function exampleStep(example) {
  const began = performance.now();
  try {
    /** @type {Progress} */
    const progress = await studio.stepSketch(EXAMPLE);
    await studio.showSketch(EXAMPLE);
    const now = performance.now();
    // The first step also compiles what it needs.
    const tooSlow = progress.iteration > 1 && now - began > example.tooSlow_ms;
    example.next_ms = now + example.step_ms;
    if (progress.iteration > 1 && !tooSlow) tell('example', { progress });
    if (progress.finished || tooSlow) endExample();
  } catch (error) {
    if (!isFatal(error)) return endExample(); // it is only an example
    fall(error);
  }
}

/** Whether the picture is to be kept. Those of a print are large: one of each scale is. @param {Progress} progress */
function isFrame({ fraction, iteration }) {
  return run.ends ? run.ends.includes(iteration) && run.framed?.iteration !== iteration : fraction >= (run.framed?.fraction ?? 0) + 1 / FRAMES;
}

/** The browser makes a file of it while the picture goes on. @param {Progress} progress */
async function keepFrame(progress) {
  const [{ id }, { iteration }] = [run, progress];
  run.framed = progress;
  if (run.ends) { // browsers have no canvas for it
    const { width, height } = progress;
    return tell('frame', { run: id, iteration, width, height, blob: new Blob([own(await studio.save('png', undefined, [], []))], { type: 'image/png' }) });
  }
  /** @type {Pixels} */
  const { width, height, rgba } = await studio.snapshot();
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
  canvas.convertToBlob({ type: 'image/png' }).then((blob) => tell('frame', { run: id, iteration, width, height, blob }), () => {});
}

// One hop through the event loop, so that messages get in. (setTimeout would wait 4 ms each time.)
const hop = new MessageChannel();
let hopped = () => {};
hop.port1.onmessage = () => hopped();
/** @returns {Promise<void>} */
function breath() {
  return new Promise((resolve) => { hopped = resolve; hop.port2.postMessage(null); });
}

// --- the door -------------------------------------------------------------------------------------

onmessage = async ({ data }) => {
  const { id } = data;
  try {
    postMessage({ id, value: await answer(data) });
  } catch (error) {
    postMessage({ id, error: said(error, id) });
  }
};

/** @template {keyof Requests} N @param {{name: N, asked: Asked<N>}} request */
function answer({ name, asked }) {
  const own = /** @type {Partial<Answering<N>>} */ (aside)[name];
  return own ? own(asked) : inLine(() => /** @type {Answering<any>} */ (inTurn)[name](asked));
}

/** @template {keyof Events} N @param {N} event @param {Events[N]} detail */
function tell(event, detail) { postMessage({ event, detail }); }

live().catch((error) => fall(error));

/** @param {Blob} blob */
async function bytesOf(blob) {
  return new Uint8Array(await blob.arrayBuffer());
}

/** What the wasm hands out is a copy of its own, never shared memory. @param {Uint8Array} bytes */
function own(bytes) { return /** @type {Bytes} */ (bytes); }

/** @param {string} name @param {string} message */
function named(name, message) {
  return Object.assign(new Error(message), { name });
}

/** An error that the page shall hear of; if it is fatal, that comes first. @param {unknown} error @param {number} [id] @returns {Failure} */
function said(error, id) {
  if (isFatal(error)) fall(error, id);
  return described(error);
}

/** @param {any} error */
function isFatal(error) { return FATAL.includes(error?.name); }

/** A wasm trap or a string is an error as well. @param {any} error @returns {Failure} */
function described(error) {
  return { name: error?.name ?? 'Error', message: error?.message ?? String(error) };
}
