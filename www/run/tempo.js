// Turns the moments of steps into a pace and a time left.
// A step costs about as much as its picture has pixels, so the pace is kept in pixels per millisecond:
// a guess made at the smallest scale then holds for the largest.

import { t } from '../language/words.js';

const WINDOW = 30; // steps looked back on: long enough to be calm, short enough to notice a change

/**
 * @import { Progress, Scale } from '../engine/messages.d.ts'
 * @typedef {{perSecond: number, secondsLeft: number}} Pace
 */

export class Tempo {
  #scales;
  /** @type {{iteration: number, now: number, pixels: number}[]} */
  #moments = [];

  /** @param {Scale[]} scales */
  constructor(scales) { this.#scales = scales; }

  /** After a pause the clock starts anew. */
  forget() { this.#moments = []; }

  /** A step was made at `now`, in milliseconds. @param {Progress} step @param {number} now */
  beat({ iteration, width, height }, now) {
    this.#moments.push({ iteration, now, pixels: width * height });
    if (this.#moments.length > WINDOW) this.#moments.shift();
  }

  /** Null before there is enough to tell. @returns {Pace | null} */
  read() {
    if (this.#moments.length < 3) return null;
    const [first, last] = [this.#moments[0], this.#moments[this.#moments.length - 1]];
    const elapsed_ms = last.now - first.now;
    if (elapsed_ms <= 0) return null;
    const pixels = this.#moments.slice(1).reduce((sum, moment) => sum + moment.pixels, 0);
    return {
      perSecond: 1000 * (last.iteration - first.iteration) / elapsed_ms,
      secondsLeft: this.#pixelsLeft(last.iteration) * elapsed_ms / pixels / 1000,
    };
  }

  #pixelsLeft(iteration) {
    let end = 0, pixels = 0;
    for (const { width, height, iterations } of this.#scales) {
      end += iterations;
      pixels += width * height * Math.max(0, Math.min(iterations, end - iteration));
    }
    return pixels;
  }
}

/** "about 40 s left", in steps as coarse as the guess is. */
export function timeLeft(seconds) {
  return seconds < 1 ? t('almost done') : t('about {time} left', { time: duration(seconds) });
}

/** "40 s", likewise. */
export function duration(seconds) {
  if (seconds < 10) return t('{count} s', { count: Math.max(1, Math.ceil(seconds)) });
  if (seconds < 90) return t('{count} s', { count: 5 * Math.ceil(seconds / 5) });
  if (seconds < 5400) return t('{count} min', { count: Math.round(seconds / 60) });
  return t('{count} h', { count: Math.round(seconds / 3600) });
}
