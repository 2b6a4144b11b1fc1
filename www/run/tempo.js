// Turns the moments of steps into a pace and a time left.
// The engine tells which share of the work is done; it counts pixels, so a guess made at the smallest scale holds for the largest.

import { t } from '../language/words.js';

const WINDOW = 30; // moments looked back on: long enough to be calm, short enough to notice a change

/**
 * @import { Progress } from '../engine/messages.d.ts'
 * @typedef {{perSecond: number, secondsLeft: number}} Pace
 */

export class Tempo {
  /** @type {{iteration: number, fraction: number, now: number}[]} */
  #moments = [];

  /** After a pause the clock starts anew. */
  forget() { this.#moments = []; }

  /** A step was made at `now`, in milliseconds, or of a print's step one tile. @param {Progress} step @param {number} now */
  beat({ iteration, fraction }, now) {
    this.#moments.push({ iteration, fraction, now });
    if (this.#moments.length > WINDOW) this.#moments.shift();
  }

  /** Null before there is enough to tell. @returns {Pace | null} */
  read() {
    if (this.#moments.length < 3) return null;
    const [first, last] = [this.#moments[0], this.#moments[this.#moments.length - 1]];
    const elapsed_ms = last.now - first.now, done = last.fraction - first.fraction;
    if (elapsed_ms <= 0 || done <= 0) return null;
    return {
      perSecond: 1000 * (last.iteration - first.iteration) / elapsed_ms,
      secondsLeft: (1 - last.fraction) * elapsed_ms / done / 1000,
    };
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
