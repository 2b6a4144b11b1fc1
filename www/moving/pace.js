// The pace of moving pictures: at which size the camera's are painted, and how long a film will take. Pure.

/** Longest edges, in pixels. */
export const EDGES = [128, 192, 256, 384, 512];

const QUICK_MS = 60, SLOW_MS = 250; // a frame; from one size to the next it takes at most 2.25 times as long
const FEW = 3; // frames that must agree

/** What a film is painted at on a usual device; a quick one may have more. */
export const USUAL = 256;
const QUICKER = [{ edge: 512, ms: 25 }, { edge: 384, ms: QUICK_MS }]; // a frame at the usual size

/** @typedef {{width: number, height: number}} Size */

/** The size of the camera's pictures: as large as the device keeps up with. */
export class Sizing {
  /** While it is held, the size stays. */
  held = false;
  #index = 0; #isFirst = true;
  /** @type {number[]} */
  #newest = [];

  get edge() { return EDGES[this.#index]; }

  /** A picture took so long. @param {number} ms */
  took(ms) {
    if (this.#isFirst) { // it also made the device ready for this size
      this.#isFirst = false;
      return;
    }
    this.#newest = [...this.#newest, ms].slice(-FEW);
    if (this.held || this.#newest.length < FEW) return;
    if (this.#newest.every((one) => one < QUICK_MS)) this.#go(this.#index + 1);
    else if (this.#newest.every((one) => one > SLOW_MS)) this.#go(this.#index - 1);
  }

  /** @param {number} index */
  #go(index) {
    if (!EDGES[index]) return;
    [this.#index, this.#isFirst, this.#newest] = [index, true, []];
  }
}

/** The edges that a film of this size can have. @param {Size} size */
export function edgesFor({ width, height }) {
  const fitting = EDGES.filter((edge) => edge <= Math.max(width, height));
  return fitting.length > 0 ? fitting : EDGES.slice(0, 1);
}

/** What a film is painted at, if nobody says otherwise. @param {number[]} edges @param {number} [ms] what a frame takes at the usual size */
export function sensible(edges, ms = Infinity) {
  const most = QUICKER.find((one) => ms < one.ms)?.edge ?? USUAL;
  return edges.filter((edge) => edge <= most).at(-1) ?? edges[0];
}

/** The size of a picture with this longest edge, never larger than it is; even, because the colours of a film have half its resolution. @param {Size} size @param {number} edge @returns {Size} */
export function fitted({ width, height }, edge) {
  const scale = Math.min(1, edge / Math.max(width, height));
  const even = (/** @type {number} */ length) => 2 * Math.max(1, Math.min(Math.floor(length / 2), Math.round(scale * length / 2)));
  return { width: even(width), height: even(height) };
}

/** Pictures a second, from the newest moments in milliseconds; 0 before there are two. @param {number[]} moments */
export function rateOf(moments) {
  return moments.length < 2 ? 0 : 1000 * (moments.length - 1) / (moments[moments.length - 1] - moments[0]);
}
