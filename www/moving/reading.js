// Reads a film: its pictures one by one, upright as they are shown, and its sound as it lies in the file. Or it says why it cannot.

import { t } from '../language/words.js';
import { library } from '../project/reel.js';

const LOOKED_AT = 60; // packets, to know about how many frames a second there are

/**
 * @import { Input, InputAudioTrack, InputVideoTrack } from 'mediabunny'
 * @import { Mediabunny, Sound } from '../project/reel.js'
 * @import { Size } from './pace.js'
 */

/** @param {File} file */
export async function readFilm(file) {
  const media = await library();
  const input = new media.Input({ source: new media.BlobSource(file), formats: media.ALL_FORMATS });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) throw new Error(t('“{title}” has no moving pictures. Choose another film.', { title: file.name }));
    if (!await track.canDecode()) throw unknown(file.name, await track.getCodec());
    const audio = await input.getPrimaryAudioTrack();
    return await Reading.of(media, { name: file.name, input, track, audio });
  } catch (error) {
    const isOurs = error.constructor === Error;
    input.dispose();
    throw isOurs ? error : damaged(file.name);
  }
}

/** @param {string} title @param {string | null} codec */
function unknown(title, codec) {
  return new Error(t('This browser cannot decode the pictures of “{title}” ({codec}). Save it as MP4 with H.264 in another program, or open this page in another browser.', { title, codec: codec ?? '?' }));
}

/** @param {string} title */
function damaged(title) {
  return new Error(t('“{title}” cannot be read as a film. It is damaged, or of a kind that is not known here. Try another copy, or save it as MP4 in another program.', { title }));
}

/** A film that can be painted. */
export class Reading {
  /** As it is shown. @type {Size} */
  size;
  /** When it begins and ends, in seconds; and how many frames a second it has, about. */
  start; end; rate;
  /** @type {Sound | undefined} */
  sound;
  #media; #name; #input; #track; #audio;

  /** @param {Mediabunny} media @param {{name: string, input: Input, track: InputVideoTrack, audio: InputAudioTrack | null}} found */
  static async of(media, found) {
    const { track, audio } = found;
    const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
    const [start, end, { averagePacketRate: rate }] = [await track.getFirstTimestamp(), await track.computeDuration(), await track.computePacketStats(LOOKED_AT)];
    const [codec, config] = [await audio?.getCodec(), await audio?.getDecoderConfig()];
    return new Reading(media, found, { size: { width, height }, start, end, rate, sound: codec && config ? { codec, config } : undefined });
  }

  /** @param {Mediabunny} media @param {{name: string, input: Input, track: InputVideoTrack, audio: InputAudioTrack | null}} found @param {Pick<Reading, 'size' | 'start' | 'end' | 'rate' | 'sound'>} facts */
  constructor(media, { name, input, track, audio }, facts) {
    [this.#media, this.#name, this.#input, this.#track, this.#audio] = [media, name, input, track, audio];
    [this.size, this.start, this.end, this.rate, this.sound] = [facts.size, facts.start, facts.end, facts.rate, facts.sound];
  }

  /** All pictures in the order in which they are shown. Whoever is given one closes it. */
  samples() { return new this.#media.VideoSampleSink(this.#track).samples(); }

  /** The first of them. */
  async first() {
    const samples = this.samples();
    try {
      const { value } = await samples.next();
      if (!value) throw damaged(this.#name);
      return value;
    } catch {
      throw damaged(this.#name);
    } finally {
      await samples.return();
    }
  }

  /** The sound, piece by piece. */
  packets() { return this.#audio && this.sound ? new this.#media.EncodedPacketSink(this.#audio).packets() : undefined; }

  /** Lets go of the file. */
  close() { this.#input.dispose(); }
}
