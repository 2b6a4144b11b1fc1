// Turns the frames of a run into a film, MP4 or else WebM; where the browser encodes none, into an animated PNG.

import { CODECS, Reel, library } from './reel.js';

const FRAME_MS = 60, LAST_MS = 1800;
const ANIMATED_EDGE = 512; // px: an animated PNG compresses poorly

/** frames: [{blob, width, height}], shown at the size of the last. `animate` makes the animated PNG, `report` hears 0..1. */
export async function film(frames, { animate, report }) {
  await library(); // without it, no encoder is to blame
  for (const codec of CODECS) {
    try {
      return await moving(frames, codec, report);
    } catch { /* there is no such encoder, or it promised more than it keeps; there are others */ }
  }
  return stills(frames, animate, report);
}

async function moving(frames, codec, report) {
  const size = even(frames.at(-1));
  const reel = await Reel.begin({ ...size, rate: 1000 / FRAME_MS, codecs: [codec] });
  const last = frames.length - 1;
  await draw(frames, size, {}, (canvas, index) => reel.add(canvas, index * FRAME_MS / 1000, (index === last ? LAST_MS : FRAME_MS) / 1000), report);
  return reel.finish();
}

async function stills(frames, animate, report) {
  const size = limited(frames.at(-1));
  const pixels = [];
  await draw(frames, size, { willReadFrequently: true }, (canvas) => {
    pixels.push(new Uint8Array(canvas.getContext('2d').getImageData(0, 0, size.width, size.height).data.buffer));
  }, report);
  return animate({ ...size, frames: pixels, frame_ms: FRAME_MS, last_ms: LAST_MS });
}

async function draw(frames, size, options, take, report) {
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', options));
  for (const [index, { blob }] of frames.entries()) {
    const bitmap = await createImageBitmap(blob);
    context.drawImage(bitmap, 0, 0, size.width, size.height);
    bitmap.close();
    await take(canvas, index);
    report((index + 1) / frames.length);
  }
}

// Chroma of a film has half the resolution.
function even({ width, height }) {
  return { width: width - width % 2, height: height - height % 2 };
}

function limited({ width, height }) {
  const scale = Math.min(1, ANIMATED_EDGE / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
