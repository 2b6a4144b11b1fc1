// The closer look: turns what is on the stage into a part of it, at its own pixels or larger. It is dragged about by pointer or with the
// arrow keys. Of a print that is being made the canvas shows less than all pixels, so the engine is asked for those of the part; until they
// come, what the canvas holds is enlarged.

import { t } from '../language/words.js';
import { $ } from '../page/ids.js';

const LARGER = 2; // than the whole picture on the stage, at least
const STEP = 0.25; // of what is in sight: an arrow key
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

/**
 * @import { Page } from '../page/page.js'
 * @import { Easel } from './easel.js'
 * @import { Stage } from './stage.js'
 * @typedef {{x: number, y: number}} Point in fractions of the picture
 * @typedef {{width: number, height: number}} Size in pixels
 * @typedef {{x: number, y: number, width: number, height: number}} Area
 * @typedef {Area & {scale: number}} View What is in sight, in the picture's pixels; `scale`: CSS pixels of each.
 */

/** All of a picture, in fractions of it. @type {Area} */
const WHOLE = { x: 0, y: 0, width: 1, height: 1 };

export class Closer {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Stage} */
  #stage;
  /** The middle of what is looked at; nothing: the whole picture. @type {Point | undefined} */
  #middle;
  /** What the canvas holds, in fractions of the picture. */
  #held = WHOLE;
  /** Whether the engine is asked to show a part, and has not answered. */
  #isAsking = false;
  #box = /** @type {HTMLElement} */ ($('canvas').parentElement);

  /** @param {{page: Page, easel: Easel, stage: Stage}} given */
  constructor({ page, easel, stage }) {
    [this.#page, this.#easel, this.#stage] = [page, easel, stage];
    stage.on('laid', () => this.#lay());
    easel.on('run', () => { this.#held = WHOLE; });
    new ResizeObserver(() => this.#lay()).observe(this.#box);
    $('closer').addEventListener('click', () => this.#look(this.#middle ? undefined : { x: 0.5, y: 0.5 }));
    this.#box.addEventListener('dblclick', (event) => { if (stage.size) this.#look(this.#middle ? undefined : this.#pointAt(event, stage.size)); });
    this.#box.addEventListener('keydown', (event) => this.#key(event));
    this.#drag();
    this.#lay();
  }

  /** @param {Point | undefined} middle */
  #look(middle) {
    this.#middle = middle;
    this.#lay();
    if (middle) this.#box.focus({ preventScroll: true });
  }

  #lay() {
    const { size, live } = this.#stage;
    $('closer').hidden = !size;
    if (!size) this.#middle = undefined;
    const isClose = Boolean(this.#middle);
    if (isClose !== this.#box.classList.contains('closer')) {
      this.#box.classList.toggle('closer', isClose);
      $('closer').ariaPressed = String(isClose);
      this.#box.tabIndex = isClose ? 0 : -1;
      this.#box.role = isClose ? 'group' : null;
      this.#box.ariaLabel = isClose ? t('The picture, closer. The arrow keys move it, Escape shows all of it.') : null;
    }
    this.#place(size);
    if (size && live && this.#easel.run?.print) this.#ask(size);
  }

  /** @param {Size | undefined} size */
  #place(size) {
    const view = size && this.#view(size);
    $('wipe').area = this.#middle && view;
    place($('frame'), this.#middle && view && placing(WHOLE, size, view));
    place($('canvas'), (this.#middle || this.#held !== WHOLE) && view && placing(this.#held, size, view));
  }

  /** Lets the engine show what is in sight, and then what is by that time. @param {Size} size */
  async #ask(size) {
    const part = this.#middle && this.#part(size);
    if (this.#isAsking || (part ? JSON.stringify(this.#held) === JSON.stringify(fractions(part, size)) : this.#held === WHOLE)) return;
    this.#isAsking = true;
    const { run } = this.#easel;
    try {
      const middle = part && { x: (part.x + part.width / 2) / size.width, y: (part.y + part.height / 2) / size.height };
      await this.#page.painter.ask('look', part && middle && { ...middle, columns: part.width, rows: part.height });
    } catch {
      return; // an engine that fell shows nothing anyway
    } finally {
      this.#isAsking = false;
    }
    if (run !== this.#easel.run) return;
    this.#held = part ? fractions(part, size) : WHOLE;
    this.#lay();
  }

  /** What is in sight of a picture of this size: around the middle, but within its edges. @param {Size} size @returns {View} */
  #view({ width, height }) {
    const { clientWidth, clientHeight } = this.#box;
    const whole = Math.min(clientWidth / width, clientHeight / height);
    const scale = this.#middle ? Math.max(1 / devicePixelRatio, LARGER * whole) : whole;
    const along = (/** @type {number} */ at, /** @type {number} */ seen, /** @type {number} */ all) => (seen >= all ? (all - seen) / 2 : Math.min(Math.max(at * all - seen / 2, 0), all - seen));
    const seen = { width: clientWidth / scale, height: clientHeight / scale };
    return { x: along(this.#middle?.x ?? 0.5, seen.width, width), y: along(this.#middle?.y ?? 0.5, seen.height, height), ...seen, scale };
  }

  /** The whole pixels in sight. @param {Size} size @returns {Area} */
  #part(size) {
    const view = this.#view(size);
    const along = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ all) => {
      const first = Math.max(0, Math.floor(start));
      return [first, Math.min(Math.ceil(start + length), all) - first];
    };
    const [[x, width], [y, height]] = [along(view.x, view.width, size.width), along(view.y, view.height, size.height)];
    return { x, y, width, height };
  }

  /** @param {{clientX: number, clientY: number}} event @param {Size} size @returns {Point} */
  #pointAt({ clientX, clientY }, size) {
    const { left, top } = this.#box.getBoundingClientRect();
    const { x, y, scale } = this.#view(size);
    return { x: (x + (clientX - left) / scale) / size.width, y: (y + (clientY - top) / scale) / size.height };
  }

  /** Moves what is in sight by so many of the picture's pixels. @param {number} right @param {number} down */
  #move(right, down) {
    const { size } = this.#stage;
    if (!this.#middle || !size) return;
    const { x, y, width, height } = this.#view(size);
    // From where it is in sight: whoever dragged beyond an edge need not drag back first.
    this.#middle = { x: (x + width / 2 + right) / size.width, y: (y + height / 2 + down) / size.height };
    this.#lay();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.#middle || !this.#stage.size || event.target !== this.#box) return;
    if (event.key === 'Escape') {
      this.#look(undefined);
      $('closer').focus({ preventScroll: true });
    } else if (event.key in ARROWS) {
      const [right, down] = ARROWS[event.key];
      const { width, height } = this.#view(this.#stage.size);
      this.#move(right * width, down * height);
      event.preventDefault();
    }
  }

  #drag() {
    /** @type {PointerEvent | undefined} */
    let last;
    this.#box.addEventListener('pointerdown', (event) => {
      if (!this.#middle || event.button !== 0 || $('wipe').contains(/** @type {Node} */ (event.target))) return;
      last = event;
      this.#box.setPointerCapture(event.pointerId);
    });
    this.#box.addEventListener('pointermove', (event) => {
      const { size } = this.#stage;
      if (!last || last.pointerId !== event.pointerId || !size) return;
      const { scale } = this.#view(size);
      this.#move((last.clientX - event.clientX) / scale, (last.clientY - event.clientY) / scale);
      last = event;
    });
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) this.#box.addEventListener(end, () => { last = undefined; });
  }
}

/** @param {Area} area @param {Size} size @returns {Area} */
function fractions({ x, y, width, height }, size) {
  return { x: x / size.width, y: y / size.height, width: width / size.width, height: height / size.height };
}

/** Where what is held of a picture lies, in CSS pixels. @param {Area} held @param {Size} size @param {View} view @returns {Area} */
function placing(held, size, { x, y, scale }) {
  return { x: (held.x * size.width - x) * scale, y: (held.y * size.height - y) * scale, width: held.width * size.width * scale, height: held.height * size.height * scale };
}

/** @param {HTMLElement} node @param {Area | false | undefined} where nothing: as the style sheet says */
function place(node, where) {
  node.classList.toggle('placed', Boolean(where));
  const [left, top, width, height] = where ? [where.x, where.y, where.width, where.height].map((length) => `${length}px`) : ['', '', '', ''];
  Object.assign(node.style, { left, top, width, height });
}
