// The camera, painted live: the newest view is painted when the one before is done, at a size that the device keeps up with. What is
// seen can be recorded as a film without sound.

import { closeCamera, openCamera, whyNoCamera } from '../elements/camera.js';
import { number, t } from '../language/words.js';
import { download, slug } from '../project/download.js';
import { Reel } from '../project/reel.js';
import { Frames, nextFrame, visible } from './frames.js';
import { Sizing, fitted, rateOf } from './pace.js';

const SEEN = 1280; // px wide: enough for the largest picture
const VIEW_MS = 33; // from one view of a camera to the next
const USUAL_RATE = 12; // views a second
const MOMENTS = 10; // are looked back on

/**
 * @import { MovingDialog } from '../elements/moving-dialog.js'
 * @import { Paint } from './moving.js'
 * @import { Size } from './pace.js'
 */

export class Camera {
  #dialog; #paint; #styleName; #sizing = new Sizing(); #frames = new Frames(); #closing = new AbortController(); #isLive = false; #isReady = false;
  #video = document.createElement('video');
  /** @type {MediaStream | undefined} */
  #stream;
  /** When the newest pictures were done. @type {number[]} */
  #moments = [];
  /** @type {Size} */
  #size = { width: 4, height: 3 };
  /** The recording under way; the next picture stands `at` so many seconds in it. @type {{reel: Reel, at: number} | undefined} */
  #recording;

  /** @param {{dialog: MovingDialog, paint: Paint, styleName: () => string}} given */
  constructor({ dialog, paint, styleName }) { [this.#dialog, this.#paint, this.#styleName] = [dialog, paint, styleName]; }

  /** @param {{styles: string[], strength: number}} given */
  open(given) { this.#dialog.openCamera(given); }

  /** Paints until the dialog is closed. */
  async run() {
    this.#dialog.tell({ words: t('Asking for the camera …') });
    try {
      await this.#start();
    } catch (error) {
      closeCamera(this.#stream);
      if (this.#isOver) return;
      this.#dialog.tell({ words: '' });
      return this.#dialog.say(whyNoCamera(error));
    }
    await this.#live();
  }

  /** What the person wishes now is asked at every picture; if it could not be painted, perhaps something else can. */
  async follow() {
    this.#dialog.say('');
    if (this.#stream && !this.#isLive) await this.#live();
  }

  /** Begins a recording, or ends it. */
  async record() {
    if (this.#recording) return this.#save();
    this.#sizing.held = true;
    this.#dialog.phase = 'waiting'; // for the library
    try {
      this.#recording = { reel: await Reel.begin({ ...this.#size, rate: Math.max(USUAL_RATE, rateOf(this.#moments)) }), at: 0 };
    } finally {
      this.#sizing.held = Boolean(this.#recording);
      if (this.#dialog.isOpen) this.#dialog.phase = this.#recording ? 'working' : 'ready';
    }
    if (this.#isOver) await this.#save();
    else this.#dialog.say(t('It records, without sound.'));
  }

  /** The dialog was closed: the camera goes, and what was recorded is kept. */
  async end() {
    this.#closing.abort();
    closeCamera(this.#stream);
    this.#video.srcObject = null;
    await this.#save();
  }

  get #isOver() { return this.#closing.signal.aborted; }

  async #start() {
    this.#stream = await openCamera(SEEN);
    if (this.#isOver) return closeCamera(this.#stream);
    for (const track of this.#stream.getTracks()) track.addEventListener('ended', () => this.#dialog.say(t('The camera has stopped. Close this and open it again.')));
    Object.assign(this.#video, { muted: true, playsInline: true, srcObject: this.#stream });
    await this.#video.play();
  }

  async #live() {
    this.#isLive = true;
    try {
      while (!this.#isOver) await this.#view();
    } finally {
      this.#isLive = false;
    }
  }

  /** Paints what the camera sees now. */
  async #view() {
    const rested = await this.#rest();
    if (this.#isOver) return;
    const began = performance.now();
    if (!this.#sizing.held) this.#size = fitted({ width: this.#video.videoWidth, height: this.#video.videoHeight }, this.#sizing.edge);
    const size = this.#size;
    const painted = await this.#paint(this.#frames.take(size, (context) => context.drawImage(this.#video, 0, 0, size.width, size.height)), size);
    if (this.#isOver) return;
    this.#dialog.draw(painted);
    const now = performance.now();
    this.#sizing.took(now - began);
    const last = this.#moments.at(-1) ?? began;
    await this.#film(rested ? VIEW_MS : now - last);
    this.#moments = rested ? [now] : [...this.#moments, now].slice(-MOMENTS);
    if (!this.#isReady) this.#dialog.phase = 'ready';
    this.#isReady = true;
    this.#tell(Math.max(size.width, size.height));
    if (now - began < VIEW_MS) await nextFrame(this.#video);
  }

  /** Rests while nobody looks; answers whether it did. */
  async #rest() {
    const rests = document.hidden;
    while (document.hidden && !this.#isOver) await visible(this.#closing.signal);
    return rests;
  }

  /** @param {number} edge */
  #tell(edge) {
    const rate = rateOf(this.#moments);
    const words = rate > 0 ? t('{edge} px · {count} frames a second', { edge, count: number(rate, { maximumSignificantDigits: 2 }) }) : `${edge} px`;
    this.#dialog.tell({ words });
  }

  /** Adds the picture that is seen to the recording. @param {number} since_ms the picture before */
  async #film(since_ms) {
    if (!this.#recording) return;
    const { reel, at } = this.#recording;
    const duration = since_ms / 1000;
    this.#recording.at += duration;
    await reel.add(this.#dialog.canvas, at, duration);
  }

  async #save() {
    const recording = this.#recording;
    if (!recording) return;
    this.#recording = undefined;
    this.#sizing.held = false;
    if (this.#dialog.isOpen) this.#dialog.phase = 'ready';
    const { reel } = recording;
    if (reel.count === 0) return reel.cancel();
    const blob = await reel.finish();
    download(new File([blob], `${slug(this.#styleName())}.${blob.type.split('/')[1]}`, { type: blob.type }));
    if (this.#dialog.isOpen) this.#dialog.say(t('The recording is saved.'));
  }
}
