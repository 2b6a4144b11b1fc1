// Turns what is drawn into frames that can be sent to the engine, and waits for whatever brings the next.

/** @import { Size } from './pace.js' */

const LONGEST_WAIT_MS = 1000; // a camera may be silent, but nobody waits for it in vain

export class Frames {
  #canvas = new OffscreenCanvas(1, 1);
  #context = /** @type {OffscreenCanvasRenderingContext2D} */ (this.#canvas.getContext('2d'));

  /** @param {Size} size @param {(context: OffscreenCanvasRenderingContext2D) => void} draw */
  take(size, draw) {
    Object.assign(this.#canvas, size);
    this.#context.imageSmoothingQuality = 'high';
    draw(this.#context);
    return this.#canvas.transferToImageBitmap();
  }
}

/** Resolves when somebody looks at the page, or at the signal. @param {AbortSignal} signal @returns {Promise<void>} */
export function visible(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    document.addEventListener('visibilitychange', () => resolve(), { once: true, signal });
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Resolves at a video's next frame. @param {HTMLVideoElement} video @returns {Promise<void>} */
export function nextFrame(video) {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(() => resolve());
    else requestAnimationFrame(() => resolve());
    setTimeout(resolve, LONGEST_WAIT_MS);
  });
}
