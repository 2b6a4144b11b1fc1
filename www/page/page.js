// The page's state, its engine, and the one place where an error is handled.
//
// document.documentElement.dataset.state = loading | ready | painting | paused | done | unsupported
//   and, with unsupported, dataset.reason = no-webgpu | insecure | no-adapter | lost | failed
// Events: state; painter (a new one, before it is opened); fell (the engine did); again (it is to be opened anew, after this
//   failure or because the person asks for it)

import { Emitter } from '../engine/emitter.js';
import { FALLEN, Painter } from '../engine/painter.js';
import { t, told } from '../language/words.js';
import { $ } from './ids.js';
import { noticeFor } from './support.js';

const MOST_FALLS = 3, WITHIN_MS = 120_000; // an engine that falls so often is not opened anew by itself
const PAUSES_MS = [0, 1000, 4000]; // after a fall the graphics processor may need a moment
const TICK_MS = 5000, SILENT_TICKS = 12; // a minute

/**
 * @import { Failure, Settings } from '../engine/messages.d.ts'
 * @import { Notice } from './support.js'
 * @extends {Emitter<{state: void, painter: Painter, fell: Failure, again: Failure | undefined}>}
 */
export class Page extends Emitter {
  /** Resolves to whether there is an engine to talk to. */
  opened = Promise.resolve(false);
  /** The newest worker; none before one is opened for the first time. @type {Painter} */
  painter;
  /** What each recipe was published with. @type {Record<string, Partial<Settings>>} */
  recipes = {};
  /** The graphics adapter's name, and the longest array in bytes that it takes. */
  adapter = '';
  longestArray = Infinity;
  #isOpen = false;
  /** When the engine fell. @type {number[]} */
  #falls = [];
  #notice = $('notice');
  #messages = $('messages');

  constructor() {
    super();
    this.#notice.addEventListener('again', () => this.emit('again', undefined));
  }

  get isOpen() { return this.#isOpen; }

  /** @returns {string} */
  get state() { return document.documentElement.dataset.state ?? ''; }

  set state(state) {
    document.documentElement.dataset.state = state;
    this.emit('state');
  }

  /** Opens the engine, or opens it anew after it fell. */
  open() {
    this.opened = this.#open();
    return this.opened;
  }

  /** Says what went wrong. @param {Failure} error */
  complain(error) {
    if (error.name !== FALLEN) this.#messages.show(told(error.message));
  }

  /** Says something good to know, perhaps with a button. @param {string} sentence @param {{label: string, run(): void}} [action] */
  note(sentence, action) { this.#messages.show(sentence, action); }

  clearMessages() { this.#messages.clear(); }

  async #open() {
    this.#isOpen = false;
    this.#notice.hidden = true;
    delete document.documentElement.dataset.reason;
    this.state = 'loading';
    if (!this.painter) await firstPaint();
    try {
      await this.#engage(this.#falls.length > 0 ? PAUSES_MS : [0]);
      if (this.state === 'loading') this.state = 'ready'; // Paint may already have been pressed
      return true;
    } catch (error) {
      this.#halt(noticeFor(error.cause ?? error));
      return false;
    }
  }

  /** A new engine, after one of these pauses. @param {number[]} pauses_ms */
  async #engage([pause_ms, ...others]) {
    await new Promise((resolve) => { setTimeout(resolve, pause_ms); });
    try {
      this.painter?.dismiss();
      const canvas = freshCanvas();
      if (!navigator.gpu || !canvas.transferControlToOffscreen) throw Object.assign(new Error(), { name: 'NoWebGpu' });
      const painter = this.painter = new Painter();
      this.emit('painter', painter);
      this.#watch(painter);
      const drawing = canvas.transferControlToOffscreen();
      ({ recipes: this.recipes, adapter: this.adapter, longestArray: this.longestArray } = await painter.ask('open', { canvas: drawing }, [drawing]));
      this.#isOpen = true;
      painter.on('fell', (failure) => this.#fallen(failure));
    } catch (error) {
      if (others.length === 0) throw error;
      await this.#engage(others);
    }
  }

  /** @param {Failure} failure */
  #fallen(failure) {
    const now = performance.now();
    this.#falls = [...this.#falls.filter((at) => now - at < WITHIN_MS), now];
    this.#isOpen = false;
    this.opened = Promise.resolve(false);
    this.emit('fell', failure);
    if (this.#falls.length <= MOST_FALLS) this.emit('again', failure);
    else this.#halt(noticeFor(failure));
  }

  // An engine that says nothing while it is asked something hangs, or the device is slow: the person decides.
  /** @param {Painter} painter */
  #watch(painter) {
    const sentence = t('The painting engine has not answered for a minute. Wait, if this device is slow, or start it again.');
    let silent = 0;
    const timer = setInterval(() => {
      if (painter !== this.painter || this.state === 'unsupported') return clearInterval(timer);
      const isSilent = !painter.wasHeard() && (painter.isAsked || this.state === 'painting');
      if (!isSilent && silent >= SILENT_TICKS) this.#messages.withdraw(sentence);
      silent = isSilent ? silent + 1 : 0;
      if (silent === SILENT_TICKS) this.note(sentence, { label: t('Start again'), run: () => painter.giveUp() });
    }, TICK_MS);
  }

  /** @param {Notice} notice */
  #halt({ reason, ...words }) {
    this.#isOpen = false;
    this.opened = Promise.resolve(false);
    document.documentElement.dataset.reason = reason;
    this.state = 'unsupported';
    this.#notice.show(words);
    if (words.action) this.#notice.scrollIntoView({ block: 'center' }); // it came in the middle of something
  }
}

// The worker, the wasm and the graphics processor come only after the page is there to look at.
function firstPaint() {
  return new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve)); });
}

// A canvas gives its drawing away once; a new engine needs a new one.
function freshCanvas() {
  const old = $('canvas');
  const canvas = /** @type {HTMLCanvasElement} */ (old.cloneNode());
  old.replaceWith(canvas);
  return canvas;
}
