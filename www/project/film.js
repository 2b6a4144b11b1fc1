// Turns the frames of a run into a film by the browser's own encoder (WebCodecs): MP4, which more players take, or else
// WebM; where there is no encoder, an animated PNG.

import { mp4 } from './mp4.js';
import { webm } from './webm.js';

const FRAME_MS = 60, LAST_MS = 1800;
const ANIMATED_EDGE = 512; // px: an animated PNG compresses poorly
const CODECS = [
  { codec: 'avc1.640033', type: 'video/mp4', wrap: mp4 },
  { codec: 'vp09.00.41.08', type: 'video/webm', wrap: (film) => webm({ ...film, codec: 'V_VP9' }) },
  { codec: 'vp8', type: 'video/webm', wrap: (film) => webm({ ...film, codec: 'V_VP8' }) },
];
const KEY_FRAME_EVERY = 50;
const BITS_PER_PIXEL = 0.35; // a frame; brushwork is hard to compress

/** frames: [{blob, width, height}], shown at the size of the last. `animate` makes the animated PNG, `report` hears 0..1. */
export async function film(frames, { animate, report }) {
  const size = even(frames.at(-1));
  for (const codec of CODECS) {
    try {
      if (await isSupported(codec, size)) return await shoot(frames, size, video(codec, size), report);
    } catch { /* an encoder may promise more than it keeps; there are others */ }
  }
  const smaller = limited(frames.at(-1));
  return shoot(frames, smaller, stills(smaller, animate), report);
}

async function shoot(frames, size, reel, report) {
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: reel.reads }));
  for (const [index, { blob }] of frames.entries()) {
    const bitmap = await createImageBitmap(blob);
    context.drawImage(bitmap, 0, 0, size.width, size.height);
    bitmap.close();
    await reel.add(canvas, context, index, index === frames.length - 1 ? LAST_MS : FRAME_MS);
    report((index + 1) / frames.length);
  }
  return reel.finish();
}

// Chroma of a film has half the resolution.
function even({ width, height }) {
  return { width: width - width % 2, height: height - height % 2 };
}

function limited({ width, height }) {
  const scale = Math.min(1, ANIMATED_EDGE / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function configuration({ codec }, { width, height }) {
  return { codec, width, height, bitrate: Math.round(width * height * BITS_PER_PIXEL * 1000 / FRAME_MS), framerate: 1000 / FRAME_MS };
}

async function isSupported(codec, size) {
  return Boolean(globalThis.VideoEncoder) && (await VideoEncoder.isConfigSupported(configuration(codec, size))).supported;
}

function video(codec, size) {
  const blocks = [];
  let decoder, failure;
  const encoder = new VideoEncoder({
    output(chunk, { decoderConfig } = {}) {
      decoder ??= decoderConfig;
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      blocks.push({ bytes, time_ms: Math.round(chunk.timestamp / 1000), isKey: chunk.type === 'key' });
    },
    error(error) { failure = error; },
  });
  encoder.configure(configuration(codec, size));
  let time_ms = 0;
  return {
    async add(canvas, _context, index, shown_ms) {
      const frame = new VideoFrame(canvas, { timestamp: 1000 * time_ms, duration: 1000 * shown_ms });
      encoder.encode(frame, { keyFrame: index % KEY_FRAME_EVERY === 0 });
      frame.close();
      time_ms += shown_ms;
      if (encoder.encodeQueueSize > 4) await encoder.flush();
      if (failure) throw failure;
    },
    async finish() {
      await encoder.flush();
      encoder.close();
      if (failure) throw failure;
      return new Blob(codec.wrap({ ...size, decoder, duration_ms: time_ms, blocks }), { type: codec.type });
    },
  };
}

function stills(size, animate) {
  const frames = [];
  return {
    reads: true,
    async add(_canvas, context) { frames.push(new Uint8Array(context.getImageData(0, 0, size.width, size.height).data.buffer)); },
    finish: () => animate({ ...size, frames, frame_ms: FRAME_MS, last_ms: LAST_MS }),
  };
}
