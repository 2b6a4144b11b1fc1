// Turns progress into announcements for screen readers: seldom enough to be borne.

import { t } from '../language/words.js';

const QUARTERS = 4;      // at each quarter of the way ...
const AT_LEAST_MS = 8000; // ... but never sooner than this after the last

export class Announcer {
  #region; #quarter = 0; #last = -Infinity;

  constructor(region) { this.#region = region; }

  /** Says it now: for what the person just did, or waits for. */
  say(words) {
    this.#region.textContent = words;
    this.#last = performance.now();
  }

  restart() { this.#quarter = 0; }

  progress(fraction) {
    const quarter = Math.floor(fraction * QUARTERS);
    if (quarter <= this.#quarter || quarter === QUARTERS || performance.now() - this.#last < AT_LEAST_MS) return;
    this.#quarter = quarter;
    this.say(t('{share} percent painted.', { share: 100 * quarter / QUARTERS }));
  }
}
