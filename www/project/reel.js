// The reel: turns pictures, one after the other, into a film by the browser's own encoder (WebCodecs): MP4, which more players take,
// or else WebM. The library mediabunny writes the file; it comes when a film is made or read.

import { t } from '../language/words.js';

const LIBRARY = new URL('../libraries/mediabunny.js', import.meta.url).href;
const BITS_PER_PIXEL = 0.35; // a frame; brushwork is hard to compress
const LEAST_BITS = 200_000;  // a second
const KEY_FRAME_EVERY = 2;   // seconds

/** What can be written, the best first. */
export const CODECS = /** @type {const} */ (['avc', 'vp9', 'vp8']);

/**
 * @typedef {typeof import('mediabunny')} Mediabunny
 * @typedef {import('mediabunny').EncodedPacket} Packet
 * @typedef {{codec: import('mediabunny').AudioCodec, config: AudioDecoderConfig}} Sound
 * @typedef {{width: number, height: number, rate: number, sound?: Sound, codecs?: readonly (typeof CODECS[number])[]}} Plan
 *   `rate`: frames a second, about; `codecs`: those that may be taken.
 */

/** What reads and writes films. @returns {Promise<Mediabunny>} */
export function library() {
  return import(LIBRARY).catch(() => { throw new Error(t('The program that reads and writes films could not be loaded. Check the connection and try again.')); });
}

export class Reel {
  /** Frames so far. */
  count = 0;
  /** Whether it takes the sound. */
  takesSound;
  #media; #output; #video; #audio; #sound; #adding = Promise.resolve();

  /** @param {Plan} plan */
  static async begin(plan) {
    const media = await library();
    const reel = new Reel(media, plan, await kindFor(media, plan));
    await reel.#output.start();
    return reel;
  }

  /** @param {Mediabunny} media @param {Plan} plan @param {Kind} kind */
  constructor(media, plan, { format, codec, takesSound }) {
    [this.#media, this.#sound, this.takesSound] = [media, plan.sound, takesSound];
    this.#output = new media.Output({ format, target: new media.BufferTarget() });
    this.#video = new media.VideoSampleSource({ codec, quality: qualityOf(media, plan), keyFrameInterval: KEY_FRAME_EVERY });
    this.#output.addVideoTrack(this.#video);
    if (!takesSound || !plan.sound) return;
    this.#audio = new media.EncodedAudioPacketSource(plan.sound.codec);
    this.#output.addAudioTrack(this.#audio);
  }

  /** A picture that is shown from `timestamp` for `duration`, both in seconds. @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {number} timestamp @param {number} duration */
  add(canvas, timestamp, duration) {
    this.#adding = this.#add(canvas, timestamp, duration);
    return this.#adding;
  }

  /** @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {number} timestamp @param {number} duration */
  async #add(canvas, timestamp, duration) {
    const sample = new this.#media.VideoSample(canvas, { timestamp, duration });
    try {
      await this.#video.add(sample);
      this.count++;
    } finally {
      sample.close();
    }
  }

  /** A piece of the sound, as it is. @param {Packet} packet */
  async addSound(packet) {
    await this.#audio?.add(packet, { decoderConfig: this.#sound?.config });
  }

  /** The film. */
  async finish() {
    await this.#adding;
    await this.#output.finalize();
    const { buffer } = this.#output.target;
    return new Blob(buffer ? [buffer] : [], { type: this.#output.format.mimeType });
  }

  /** Drops it. */
  async cancel() { await this.#output.cancel(); }
}

/** @typedef {{format: import('mediabunny').OutputFormat, codec: import('mediabunny').VideoCodec, takesSound: boolean}} Kind */

/** What this browser can write; one that takes the sound comes first. @param {Mediabunny} media @param {Plan} plan @returns {Promise<Kind>} */
async function kindFor(media, plan) {
  const { width, height, sound, codecs = CODECS } = plan;
  for (const takesSound of sound ? [true, false] : [false]) {
    for (const codec of codecs) {
      const format = codec === 'avc' ? new media.Mp4OutputFormat() : new media.WebMOutputFormat();
      if (takesSound && sound && !format.getSupportedAudioCodecs().includes(sound.codec)) continue;
      if (await media.canEncodeVideo(codec, { width, height, quality: qualityOf(media, plan) })) return { format, codec, takesSound };
    }
  }
  throw new Error(t('This browser writes no films. Open this page in a recent Chrome, Edge or Safari.'));
}

/** @param {Mediabunny} media @param {Plan} plan */
function qualityOf(media, { width, height, rate }) {
  return new media.Quality({ bitrate: Math.max(LEAST_BITS, Math.round(width * height * rate * BITS_PER_PIXEL)) });
}
