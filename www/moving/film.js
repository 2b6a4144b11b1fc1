// A film, painted frame by frame, with its times and its sound. Before it begins, its first frame shows how it will look, and how long
// all of it will take.

import { t } from '../language/words.js';
import { download, slug } from '../project/download.js';
import { Reel } from '../project/reel.js';
import { duration, timeLeft } from '../run/tempo.js';
import { Frames } from './frames.js';
import { USUAL, edgesFor, fitted, sensible } from './pace.js';
import { readFilm } from './reading.js';

const FEW = 3; // frames, until the time that is left can be told

/**
 * @import { VideoSample } from 'mediabunny'
 * @import { MovingDialog } from '../elements/moving-dialog.js'
 * @import { Paint } from './moving.js'
 * @import { Size } from './pace.js'
 * @import { Reading } from './reading.js'
 * @typedef {{broken: boolean, end: number}} Shot Whether the file broke off, and when its last frame ends.
 */

export class Film {
  #dialog; #paint; #styleName; #file; #title; #frames = new Frames();
  /** @type {'reading' | 'showing' | 'shooting' | 'made' | 'closed'} */
  #phase = 'reading';
  /** @type {Reading | undefined} */
  #reading;
  /** @type {VideoSample | undefined} */
  #first;
  #isDue = false; #halted = false;
  /** The first frame is being painted. @type {Promise<void> | undefined} */
  #showing;
  #frame_ms = 0;
  /** @type {File | undefined} */
  #made;

  /** @param {{dialog: MovingDialog, paint: Paint, styleName: () => string, file: File}} given */
  constructor({ dialog, paint, styleName, file }) {
    [this.#dialog, this.#paint, this.#styleName, this.#file] = [dialog, paint, styleName, file];
    this.#title = file.name.replace(/\.\w+$/, '');
  }

  /** @param {{styles: string[], strength: number}} given */
  open(given) { this.#dialog.openFilm({ ...given, title: this.#title }); }

  // --- before it begins

  /** Reads the film, and shows its first frame. */
  async run() {
    this.#dialog.tell({ words: t('Preparing …') });
    try {
      this.#reading = await readFilm(this.#file);
      if (this.#isOver) return this.#reading.close();
      this.#first = await this.#reading.first();
    } catch (error) {
      this.#dialog.tell({ words: '' });
      throw error;
    }
    if (this.#isOver) return this.#letGo();
    const edges = edgesFor(this.#reading.size);
    this.#phase = 'showing';
    this.#dialog.offer({ edges, edge: sensible(edges) });
    await this.#show(); // the first time also makes the device ready
    await this.#show();
    if (this.#isOver || this.#dialog.manner.edge !== USUAL || sensible(edges, this.#frame_ms) === USUAL) return;
    this.#dialog.offer({ edges, edge: sensible(edges, this.#frame_ms) });
    await this.#show();
  }

  /** The person wishes something else: the first frame shows it. While the film is painted, every frame asks for it. */
  async follow() {
    if (this.#phase !== 'showing') return;
    this.#dialog.say('');
    await this.#show();
  }

  /** One at a time; the newest wish wins. */
  #show() {
    this.#isDue = true;
    this.#showing ??= this.#showWhileDue().finally(() => { this.#showing = undefined; });
    return this.#showing;
  }

  async #showWhileDue() {
    while (this.#isDue && this.#phase === 'showing') {
      this.#isDue = false;
      const { size, end, start, rate } = this.#known;
      const began = performance.now();
      await this.#paintFrame(/** @type {VideoSample} */ (this.#first), fitted(size, this.#dialog.manner.edge));
      if (this.#phase !== 'showing') return;
      this.#frame_ms = performance.now() - began;
      this.#dialog.tell({ words: t('About {time}', { time: duration(this.#frame_ms * rate * (end - start) / 1000) }) });
      this.#dialog.phase = 'ready';
    }
  }

  // --- the film

  /** Paints it, until it ends or is stopped. */
  async begin() {
    if (this.#phase !== 'showing') return;
    [this.#phase, this.#halted] = ['shooting', false];
    this.#dialog.phase = 'working';
    this.#dialog.say('');
    this.#dialog.tell({ words: t('Preparing …'), share: 0 });
    await this.#showing?.catch(() => {}); // it has told
    const { size, rate, sound } = this.#known;
    const fit = fitted(size, this.#dialog.manner.edge);
    /** @type {Reel | undefined} */
    let reel;
    try {
      reel = await Reel.begin({ ...fit, rate, sound });
      const shot = await this.#shoot(reel, fit);
      if (this.#isOver) return await reel.cancel();
      await this.#finish(reel, shot);
    } catch (error) {
      await reel?.cancel().catch(() => {});
      if (this.#isOver) return;
      this.#phase = 'showing';
      this.#dialog.phase = 'ready';
      this.#dialog.tell({ words: '' });
      throw error;
    }
  }

  /** @param {Reel} reel @param {Size} fit @returns {Promise<Shot>} */
  async #shoot(reel, fit) {
    const began = performance.now();
    const [samples, sound] = [this.#known.samples(), reel.takesSound ? this.#known.packets() : undefined];
    const shot = { broken: false, end: this.#known.start };
    const next = () => samples.next().catch((error) => {
      if (reel.count === 0) throw error;
      shot.broken = true; // what was painted until here is a film as well
      return { done: /** @type {const} */ (true), value: undefined };
    });
    let piece = await sound?.next();
    const soundUntil = async (/** @type {number} */ end) => {
      for (; piece && !piece.done && piece.value.timestamp < end; piece = await sound?.next()) await reel.addSound(piece.value);
    };
    for (let step = await next(); !step.done; step = await next()) {
      const { timestamp, duration: told } = step.value;
      const lasts = told || 1 / this.#known.rate; // some files do not say it of the last one
      await this.#paintFrame(step.value, fit).finally(() => step.value?.close());
      if (this.#isOver) break;
      await reel.add(this.#dialog.canvas, timestamp, lasts);
      shot.end = timestamp + lasts;
      await soundUntil(shot.end);
      this.#tell(shot.end, reel.count, performance.now() - began);
      if (this.#halted) break;
    }
    await samples.return();
    if (!this.#isOver && !this.#halted && !shot.broken) await soundUntil(Infinity);
    await sound?.return();
    return shot;
  }

  /** @param {number} end @param {number} count @param {number} spent_ms */
  #tell(end, count, spent_ms) {
    const { start, end: all } = this.#known;
    const share = Math.min(1, (end - start) / (all - start));
    const left = count >= FEW && timeLeft(spent_ms * (1 - share) / share / 1000);
    this.#dialog.tell({ share, words: [`${Math.floor(100 * share)} %`, left].filter(Boolean).join(' · ') });
  }

  /** Ends it, and keeps what was painted so far. */
  halt() { this.#halted = true; }

  /** @param {Reel} reel @param {Shot} shot */
  async #finish(reel, { broken, end }) {
    const blob = await reel.finish();
    if (this.#isOver) return;
    this.#made = new File([blob], `${slug(this.#title)}-x-${slug(this.#styleName())}.${blob.type.split('/')[1]}`, { type: blob.type });
    this.#phase = 'made';
    this.#dialog.phase = 'made';
    const seconds = duration(end - this.#known.start);
    const words = broken ? t('The file breaks off after {time}. The part before that is painted and can be saved.', { time: seconds })
      : this.#halted ? t('Stopped after {time} of the film. The painted part can be saved.', { time: seconds })
      : t('The film is ready.');
    const silent = this.#known.sound && !reel.takesSound;
    this.#dialog.tell({ words: '' });
    this.#dialog.say(silent ? `${words} ${t('It is silent: this kind of sound does not fit into it.')}` : words);
  }

  save() { if (this.#made) download(this.#made); }

  /** The dialog was closed: what is under way ends with the frame at work. */
  async end() {
    this.#phase = 'closed';
    await this.#showing?.catch(() => {});
    this.#letGo();
  }

  #letGo() {
    this.#first?.close();
    this.#first = undefined;
    this.#reading?.close();
  }

  get #isOver() { return this.#phase === 'closed'; }

  get #known() { return /** @type {Reading} */ (this.#reading); }

  /** @param {VideoSample} sample @param {Size} fit */
  async #paintFrame(sample, fit) {
    const painted = await this.#paint(this.#frames.take(fit, (context) => sample.draw(context, 0, 0, fit.width, fit.height)), fit);
    if (!this.#isOver) this.#dialog.draw(painted);
  }
}
