// Turns the frames of runs into a past that can be looked at: bounded, however long somebody paints.

import { Emitter } from '../engine/emitter.js';

const MOST_RUNS = 12;
const FRAMES_OF_OLDER = 24; // once a newer run has begun

/**
 * @import { Frame } from '../engine/messages.d.ts'
 * @import { Run } from '../run/run.js'
 * @typedef {Omit<Frame, 'run'> & {url: string}} Moment A picture as it stood.
 * @typedef {Run & {frames: Moment[]}} PastRun
 *
 * @extends {Emitter<{change: void}>}
 */
export class History extends Emitter {
  /** @type {PastRun[]} */
  #runs = [];

  /** Oldest first. */
  get runs() { return this.#runs; }
  get newest() { return this.#runs.at(-1); }

  /** @param {Run} given */
  begin(given) {
    if (this.#runs.some((run) => run === given)) return; // one that goes on
    const former = this.newest;
    if (former?.frames.length === 0) this.#runs.pop(); // it never came to a picture
    else if (former) former.frames = thinned(former.frames, FRAMES_OF_OLDER);
    this.#runs.push(Object.assign(given, { frames: [] }));
    for (const run of this.#runs.splice(0, this.#runs.length - MOST_RUNS)) drop(run);
    this.#changed();
  }

  /** Runs of an earlier visit, before those of this one. @param {PastRun[]} runs */
  restore(runs) {
    this.#runs.unshift(...runs);
    for (const run of this.#runs.splice(0, this.#runs.length - MOST_RUNS)) drop(run);
    this.#changed();
  }

  /** Notes that the person has the picture of a run as a file. @param {PastRun} run */
  saved(run) {
    run.saved = true;
    this.#changed();
  }

  /** The picture of a run as it stood. @param {Frame} frame */
  add({ run: id, ...frame }) {
    const run = this.#runs.findLast((known) => known.id === id); // a new engine counts anew
    if (!run) return;
    run.saved = false;
    run.frames.push({ ...frame, url: URL.createObjectURL(frame.blob) });
    this.#changed();
  }

  /** The only picture of a run whose pictures are made at once. @param {Run} run @param {Omit<Frame, 'run'>} frame */
  keep(run, frame) {
    const known = this.#runs.find((one) => one === run);
    if (!known) return; // it was dropped meanwhile
    known.frames.splice(0).forEach(forget);
    this.add({ run: run.id, ...frame });
  }

  #changed() { this.emit('change'); }
}

/** The last one always stays: it is what became of the run. @param {Moment[]} frames @param {number} most */
function thinned(frames, most) {
  const stride = Math.ceil(frames.length / most);
  const stays = (index) => (frames.length - 1 - index) % stride === 0;
  frames.filter((_, index) => !stays(index)).forEach(forget);
  return frames.filter((_, index) => stays(index));
}

/** @param {Moment} moment */
function forget({ url }) { URL.revokeObjectURL(url); }

/** Undo may remember the run, but not its pictures. @param {PastRun} run */
function drop(run) {
  run.frames.forEach(forget);
  run.frames = [];
  URL.revokeObjectURL(run.original);
}
