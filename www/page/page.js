// The page's state, its engine, and the one place where an error is handled.
//
// document.documentElement.dataset.state = loading | ready | painting | paused | done | unsupported
//   and, with unsupported, dataset.reason = no-webgpu | insecure | no-adapter | lost | failed
// Events: state; painter (a new one, before it is opened); again (the person asks to start again)

import { Emitter } from '../engine/emitter.js';
import { Painter } from '../engine/painter.js';
import { told } from '../language/words.js';
import { $ } from './ids.js';
import { noticeFor } from './support.js';

/**
 * @import { Failure, Settings } from '../engine/messages.d.ts'
 * @import { Notice } from './support.js'
 * @extends {Emitter<{state: void, painter: Painter, again: void}>}
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
  #notice = $('notice');
  #messages = $('messages');

  constructor() {
    super();
    this.#notice.addEventListener('again', () => this.emit('again'));
  }

  get isOpen() { return this.#isOpen; }

  /** @returns {string} */
  get state() { return document.documentElement.dataset.state ?? ''; }

  set state(state) {
    document.documentElement.dataset.state = state;
    this.emit('state');
  }

  /** Opens the engine, or opens it anew after it was lost. */
  open() {
    this.opened = this.#open();
    return this.opened;
  }

  /** Says what went wrong: in the message bar, or over the stage when painting cannot go on. @param {Failure} error */
  complain(error) {
    const notice = noticeFor(error);
    if (notice) this.#halt(notice);
    else this.#messages.show(told(error.message));
  }

  /** Says something good to know, perhaps with a button. @param {string} sentence @param {{label: string, run(): void}} [action] */
  note(sentence, action) { this.#messages.show(sentence, action); }

  clearMessages() { this.#messages.clear(); }

  async #open() {
    this.#isOpen = false;
    this.#notice.hidden = true;
    delete document.documentElement.dataset.reason;
    this.state = 'loading';
    await firstPaint();
    try {
      this.painter?.dismiss();
      const canvas = freshCanvas();
      if (!navigator.gpu || !canvas.transferControlToOffscreen) throw Object.assign(new Error(), { name: 'NoWebGpu' });
      this.painter = new Painter();
      this.emit('painter', this.painter);
      const drawing = canvas.transferControlToOffscreen();
      ({ recipes: this.recipes, adapter: this.adapter, longestArray: this.longestArray } = await this.painter.ask('open', { canvas: drawing }, [drawing]));
      this.#isOpen = true;
      if (this.state === 'loading') this.state = 'ready'; // Paint may already have been pressed
      return true;
    } catch (error) {
      this.#halt(/** @type {Notice} */ (noticeFor(error) ?? noticeFor({ name: 'Worker', message: error.message })));
      return false;
    }
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
