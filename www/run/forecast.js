// Turns a short probe into what a run will take, before Paint is pressed: time, memory, and the largest size that is safe.
// A step costs a + b per pixel, as does making a scale ready; two sizes give both numbers.

import { LONGEST_BYTES } from '../engine/tables.js';

const SAFE_SHARE = 0.5; // of the memory that the browser owns up to

/** The line through two probes, or one through zero: {at(pixels)}. */
function line(found, key) {
  const [first, second] = [found[0], found.at(-1)];
  if (first === second) return (pixels) => first[key] * pixels / first.pixels;
  const slope = Math.max(0, (second[key] - first[key]) / (second.pixels - first.pixels));
  const rest = Math.max(0, first[key] - slope * first.pixels);
  return (pixels) => rest + slope * pixels;
}

/** What a run over these scales takes, going by these probes: {seconds, perSecond, bytes}; perSecond at its last scale. */
export function forecast(found, scales, correction = 1) {
  const [step_ms, setup_ms, bytes] = ['step_ms', 'setup_ms', 'bytes'].map((key) => line(found, key));
  const pixels = ({ width, height }) => width * height;
  const all_ms = scales.reduce((sum, scale) => sum + setup_ms(pixels(scale)) + scale.iterations * step_ms(pixels(scale)), 0);
  const last = pixels(scales.at(-1));
  return { seconds: correction * all_ms / 1000, perSecond: 1000 / (correction * step_ms(last)), bytes: bytes(last) };
}

/** The largest of these sizes, [{edge, scales}], whose run takes no longer; the smallest if all do. */
export function largestWithin(most_s, sizes, found, correction = 1) {
  const ordered = [...sizes].sort((a, b) => a.edge - b.edge);
  const soon = ordered.filter(({ scales }) => forecast(found, scales, correction).seconds <= most_s);
  return (soon.at(-1) ?? ordered[0]).edge;
}

/** The largest of these longest edges that is safe: for a device with arrays so long, and a browser with so much memory. */
export function largestSafe(found, edges, aspect, { longestArray, memory_bytes }) {
  const bytes = line(found, 'bytes');
  const fits = (edge) => {
    const pixels = edge * edge * aspect;
    return pixels * LONGEST_BYTES <= longestArray && bytes(pixels) <= SAFE_SHARE * memory_bytes;
  };
  return edges.filter(fits).sort((a, b) => a - b).at(-1);
}
