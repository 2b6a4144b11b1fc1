// All messages between the page (painter.js) and its painter's worker (painter-worker.js): requests with their answers, and
// events. These are types, for programmers: no browser reads them.

import type { Settings } from './settings.d.ts';
export type { Settings };

/** What the page asks, and what the worker answers. An answer may be a failure instead. */
export interface Requests {
  /** First of all. The canvas is transferred. */
  open(asked: { canvas: OffscreenCanvas }, transfer: Transferable[]): Opened;
  /** Lays a picture where it is for. */
  setPicture(asked: { which: Source, blob: Blob }): Accepted;

  /** What is known of VGG19's weights. */
  weights(): Weights;
  /** The same, after having had them from the cache or this site. Sends `download` meanwhile. */
  download(): Weights;
  /** The download then fails with an AbortError. */
  cancelDownload(): void;
  /** The same, after deleting them from the cache. */
  forgetWeights(): Weights;
  /** Takes a weights file that somebody dropped. */
  loadWeightsFile(asked: { blob: Blob }): { source: string };

  /** What a run with these settings would do, or a print with this longest edge of a picture that is `from` px long. */
  plan(asked: { settings: Partial<Settings>, print?: { from: number, edge: number } }): Plan;
  /** Times a few steps at each of these longest edges. Null if there was no time. */
  probe(asked: { settings: Partial<Settings>, edges: number[] }): Probe[] | null;

  start(asked: Start): Started;
  /** Makes the picture of the run at work larger, or the one that is given; within so many MiB of graphics memory. */
  print(asked: { settings: Settings, edge: number, memory: number, from?: Blob, photo?: Blob }): Started;
  /** Shows so many pixels of a print from now on, around a point in fractions of its width and height; nothing: all of it, reduced. */
  look(asked?: { x: number, y: number, columns: number, rows: number }): void;
  /** Whether the run at work follows these, and after which step; else they need a new run. */
  steer(asked: { settings: Partial<Settings> }): { steered: boolean, at: number };
  pause(): void;
  resume(): void;
  /** Ends the run. Its picture can still be saved. */
  stop(): void;
  /** Where the losses remain: those of the photo, those of the painting. */
  remaining(): Pixels[];

  /** The picture as a file; with `frame`, a PNG, that one instead of the present. */
  save(asked: { format: Format, settings: string, enclosed: Enclosed[], frame?: Blob, dotsPerInch?: number }): { blob: Blob };
  /** What a PNG says of how it was painted, if Scumble saved it. */
  readLabel(asked: { blob: Blob }): Label | undefined;
  /** Frames as an animated PNG. */
  animate(asked: Animation): { bytes: Bytes };

  /** Begins sketches; those before end. With `inTurn` a step each and again, else one after the other. */
  beginSketches(asked: { list: SketchAsked[], inTurn: boolean }): void;
  endSketches(): void;
  /** Paints on the canvas at leisure, as long as there is nothing else to do. */
  beginExample(asked: { settings: Partial<Settings>, step_ms: number, tooSlow_ms: number }): void;
  endExample(): void;

  /** Takes a style from its file, for the photo or for moving pictures. */
  loadStyle(asked: { blob: Blob, moving?: boolean }): StyleAbout;
  dropStyle(asked?: { moving: boolean }): void;
  /** Repaints the photo with the style, on the canvas. With `original` the photo at this size comes along. */
  stylize(asked: { size: number, strength: number, original: boolean }): Stylized;
  /** The picture that the style made, as a PNG file. */
  stylized(): { bytes: Bytes };
  /** What the style for moving pictures makes of a frame, at this size. The frame is transferred, and closed. */
  stylizeFrame(asked: { frame: ImageBitmap | VideoFrame, width: number, height: number, strength: number }, transfer: Transferable[]): Pixels;
  /** Begins to train a style, of the paintings at hand, on these photos. A training before ends. */
  beginTraining(asked: { settings: Partial<Settings>, plan: Partial<TrainingPlan>, photos: Blob[], start?: Blob }): void;
  pauseTraining(): void;
  resumeTraining(): void;
  /** The style as it is trained so far, as a file. */
  trainedStyle(asked: { name: string }): { bytes: Bytes };
  /** Drops the training. */
  endTraining(): void;
}

/** What the worker says unasked. */
export interface Events {
  /** After each step of the run. */
  progress: RunProgress;
  /** Now and then, the picture as it stood. */
  frame: Frame;
  /** Every few seconds, the run as it stood: what it can go on from. */
  checkpoint: Checkpoint;
  /** The run ended. */
  failed: Failure;
  /** After each step of a sketch. Now and then it brings a picture, and at the end, of one that is compared, measures. */
  sketch: { index: number, progress: Progress, ms: number, frame?: Pixels, measures?: Measures };
  sketchFailed: { index: number, error: Failure };
  download: { bytes: number, total: number, cached: boolean };
  /** After each step of the example. */
  example: { progress: Progress };
  /** After each step of a training. Now and then it brings what the network makes of the photo so far. */
  training: { step: number, steps: number, finished: boolean, step_ms: number, seen?: Seen, look_ms?: number };
  trainingFailed: Failure;
}

export type Asked<Name extends keyof Requests> = Parameters<Requests[Name]>[0];
export type Answer<Name extends keyof Requests> = ReturnType<Requests[Name]>;
/** What answers requests, by their names. */
export type Answering<Name extends keyof Requests> = { [N in Name]: (asked: Asked<N>) => Answer<N> | Promise<Answer<N>> };

/** To the worker. */
export type Request = { [N in keyof Requests]: { id: number, name: N, asked: Asked<N> } }[keyof Requests];
/** From the worker: an answer, an event, or last of all why the engine is no more, and over which question it fell. */
export type Reply = { id: number, value: Answer<keyof Requests> } | { id: number, error: Failure } | News | { fell: Failure, id?: number };
export type News = { [N in keyof Events]: { event: N, detail: Events[N] } }[keyof Events];

export type Bytes = Uint8Array<ArrayBuffer>;
/** What a picture is for. */
export type Source = 'photo' | 'painting' | 'second' | 'place' | 'mask' | 'start';
export type Format = 'png' | 'png16' | 'jpeg' | 'webp';

/** An error that can be sent. Its name is the kind, its message a sentence for a person. */
export interface Failure { name: string, message: string }

export interface Opened {
  /** The graphics adapter's name. */
  adapter: string;
  /** What each recipe was published with. */
  recipes: Record<string, Partial<Settings>>;
  /** The longest array in bytes that the device takes. */
  longestArray: number;
}

/** A picture as the engine took it. */
export interface Accepted { width: number, height: number, notes: string[], thumbnail: Bytes }

export interface Weights {
  /** Whether this site carries them. */
  offered: boolean;
  /** Whether they lie in this browser's cache. */
  cached: boolean;
  /** Whether the engine has them. */
  loaded: boolean;
  /** What the engine has is called so. */
  name?: string;
  bytes: number;
  attribution?: string;
  licence?: string;
}

export interface Scale { width: number, height: number, iterations: number }
export interface Plan { scales: Scale[], iterations: number }
/** What a picture of so many pixels costs. */
export interface Probe { pixels: number, setup_ms: number, step_ms: number, bytes: number }

/** What a run is steered by after so many steps. */
export type Score = { at: number, settings: Settings }[];

export interface Start {
  settings: Settings;
  /** A picture to go on from. */
  from?: Blob;
  /** A run to go on with instead, whose own settings count, perhaps at another size. */
  resume?: { blob: Blob, iteration: number, size?: number };
  score?: Score;
  /** The step to stop after. */
  until?: number;
  /** What was known of the device when the run was painted first. */
  findings?: string;
}

export interface Started extends Plan {
  id: number;
  /** The photo, or of a texture the painting, at the run's size: PNG. */
  original: Bytes;
  findings: string;
}

export interface Losses { iteration: number, content: number, style: number, tv: number, total: number }

export interface Progress {
  iteration: number;
  iterations: number;
  scale: number;
  scales: number;
  width: number;
  height: number;
  /** Share of the work that is done, 0..1. */
  fraction: number;
  finished: boolean;
  /** How often numbers were not finite, so that the run went back to the last good picture. */
  setbacks: number;
  /** Those that arrived since the step before. */
  losses: Losses[];
}

/** `stopped`: at the step where it was to. */
export interface RunProgress extends Progress { stopped: boolean }

/** Of the run of this id, after so many steps. */
export interface Checkpoint { run: number, iteration: number, blob: Blob }

/** Of the run of this id. */
export interface Frame { run: number, iteration: number, width: number, height: number, blob: Blob }

export interface Pixels { width: number, height: number, rgba: Uint8ClampedArray<ArrayBuffer> }
/** A sketch of this index: painted with these settings, or with a style's file at their size. */
export interface SketchAsked { index: number, settings: Partial<Settings>, style?: Blob }
/**
 * What a picture cost and what came of it: operations in units of 1e9, the most bytes that it held on the device; how well it keeps
 * the photo's edges, its distances from the painting's colours and, with VGG19, from the painting's manner (R) and the photo's layout.
 */
export interface Measures { gflop: number, peak: number, edges: number, colour: number, r: number | null, layout: number | null }
export interface Enclosed { name: string, blob: Blob }
export interface Label { settings: string, enclosed: { name: string, bytes: Bytes }[] }
/** Frames are RGBA with 8 bits a channel. */
export interface Animation { width: number, height: number, frames: Bytes[], frame_ms: number, last_ms: number }

/** What a style is; the thumbnail is a PNG of its painting, perhaps empty. */
export interface StyleAbout { name: string, size: number, steps: number, licence: string, thumbnail: Bytes }
/** `original`: the photo, PNG. */
export interface Stylized { width: number, height: number, ms: number, original?: Bytes }

/** How a style is trained; src/training/plan.rs says what each number is. */
export interface TrainingPlan {
  size: number;
  crop: number;
  steps: number;
  batch: number;
  rate: number;
  decay: number;
  longest: number;
  content: number;
  stability: number;
  network: { width: number, blocks: number };
  seed: number;
}

/** The photo as a style in training paints it, and what the losses say. */
export interface Seen extends Pixels { losses: Losses }
