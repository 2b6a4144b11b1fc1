// The terms of a training: how long it may be, what it is planned as, what it will take, and when it has learned enough. Pure.

/** How many steps a person may choose. */
export const STEPS = { short: 300, normal: 1000, long: 3000 };
export const USUAL = 'normal';

/** A network for phones: a quarter of the usual one's work. */
export const SMALL = { width: 8, blocks: 5 };

/** Photos are seen no larger than this, and a piece of them is learned with at a time, in pixels. */
const SIZE = { least: 64, most: 256 };
const CROP = 128;

const STEPS_A_LOOK = 10; // as the engine looks
const ENOUGH = 0.99;     // what is above this share of the best loss before is no progress
const LEAST_LOOKS = 5;   // without progress ...
const SHARE_OF_LOOKS = 0.1; // ... and in a long training so many of all
const LEAST_SHARE = 1 / 2;  // of the training is always done: until then the rate of learning is high, and the loss may stand still

/**
 * @import { TrainingPlan } from '../engine/messages.d.ts'
 * @typedef {keyof typeof STEPS} Length
 */

/** What a training follows whose pictures have this longest edge; an address may say otherwise. @param {number} longest @param {Partial<TrainingPlan>} own @returns {Partial<TrainingPlan>} */
export function planFor(longest, own) {
  const size = Math.max(SIZE.least, Math.min(SIZE.most, longest));
  return { size, crop: Math.min(CROP, size - size % 4), ...own };
}

/**
 * The plan that the page's address brings, `?training={"size":64,"steps":5}`, for those who try things out.
 * @param {string} search @returns {Partial<TrainingPlan>}
 */
export function planIn(search) {
  try {
    const found = JSON.parse(new URLSearchParams(search).get('training') ?? '{}');
    return typeof found === 'object' && found !== null ? found : {};
  } catch {
    return {}; // a broken address brings nothing
  }
}

/** Seconds that so many steps take. @param {number} steps @param {{step_ms: number, look_ms: number}} pace */
export function seconds(steps, { step_ms, look_ms }) {
  return steps * (step_ms + look_ms / STEPS_A_LOOK) / 1000;
}

/**
 * How many pictures a training pays for: those whose painting would take as much longer as the training took.
 * Undefined if a pass saves no time. @param {number} training_s @param {{slow_s: number, pass_s: number}} picture
 */
export function paysAfter(training_s, { slow_s, pass_s }) {
  return slow_s > pass_s ? training_s / (slow_s - pass_s) : undefined;
}

/**
 * Whether the loss of the photo that is looked at has stopped falling.
 * @param {number[]} totals one for every look, oldest first @param {number} steps of the whole training
 */
export function hasSettled(totals, steps) {
  const all = steps / STEPS_A_LOOK;
  const newest = Math.max(LEAST_LOOKS, Math.ceil(SHARE_OF_LOOKS * all));
  if (totals.length <= newest || totals.length < LEAST_SHARE * all) return false;
  const [before, now] = [totals.slice(0, -newest), totals.slice(-newest)].map((some) => Math.min(...some));
  return now > ENOUGH * before;
}
