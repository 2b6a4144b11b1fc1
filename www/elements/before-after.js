// <before-after> lays the photo over the painted picture beneath it.
//   .picture = {url, width, height}    the photo (or whatever else), and the painted picture's size; .label says what it is
//   mode="wipe"                       the photo shows left of a seam; drag anywhere, or use the arrow keys
//   mode="original"                   the photo shows whole
//   .area = {x, y, width, height}     the part of the painted picture that is in sight, in its pixels; nothing: all of it
// The picture is placed as `object-fit: contain` places it, so it needs no knowledge of what lies beneath.

import { t } from '../language/words.js';
import { h, svg } from './dom.js';

export class BeforeAfter extends HTMLElement {
  #svg; #image; #clip; #seam; #range; #width = 3; #height = 2; #area;

  connectedCallback() {
    if (this.#svg) return;
    this.#clip = svg('rect', {});
    this.#image = svg('image', { preserveAspectRatio: 'none', 'clip-path': 'url(#before-after-clip)' });
    this.#seam = svg('g', {});
    this.#svg = svg('svg', { 'aria-hidden': 'true' },
      svg('clipPath', { id: 'before-after-clip' }, this.#clip), this.#image, this.#seam);
    this.#range = h('input', { type: 'range', id: 'wipe-position', min: 0, max: 100, step: 1, value: 50,
      'aria-label': t('How much of the photo shows, from the left'), oninput: () => this.#draw() });
    this.append(this.#svg, this.#range);
    this.addEventListener('pointerdown', (event) => this.#grab(event));
    this.addEventListener('pointermove', (event) => this.hasPointerCapture(event.pointerId) && this.#follow(event));
    new ResizeObserver(() => this.#draw()).observe(this);
    for (const name of ['picture', 'label', 'area']) this.#takeOver(name);
  }

  // What was set before this script was there hides the setter.
  #takeOver(name) {
    if (!Object.hasOwn(this, name)) return;
    const given = this[name];
    delete this[name];
    this[name] = given;
  }

  static observedAttributes = ['mode'];
  attributeChangedCallback() { if (this.#svg) this.#draw(); }

  get picture() { return this.#image?.getAttribute('href'); }

  set label(words) { this.#range?.setAttribute('aria-label', words); }

  set picture({ url, width, height }) {
    this.#width = width;
    this.#height = height;
    for (const node of [this.#image, this.#clip]) {
      node.setAttribute('width', width);
      node.setAttribute('height', height);
    }
    this.#image.setAttribute('href', url);
    this.#draw();
  }

  set area(area) {
    this.#area = area;
    this.#draw();
  }

  get #inSight() { return this.#area ?? { x: 0, y: 0, width: this.#width, height: this.#height }; }

  focus(options) { this.#range.focus(options); }

  #grab(event) {
    if (this.getAttribute('mode') !== 'wipe' || event.button !== 0) return;
    event.preventDefault();
    this.setPointerCapture(event.pointerId);
    this.#range.focus({ focusVisible: false });
    this.#follow(event);
  }

  #follow(event) {
    const matrix = this.#svg.getScreenCTM();
    if (!matrix) return;
    const x = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()).x;
    const inSight = this.#inSight;
    this.#range.value = 100 * (x - inSight.x) / inSight.width;
    this.#draw();
  }

  #draw() {
    const inSight = this.#inSight;
    this.#svg.setAttribute('viewBox', `${inSight.x} ${inSight.y} ${inSight.width} ${inSight.height}`);
    const matrix = this.#svg.getScreenCTM();
    if (!matrix) return;
    const whole = this.getAttribute('mode') === 'original';
    const x = whole ? this.#width : inSight.x + inSight.width * this.#range.valueAsNumber / 100;
    this.#clip.setAttribute('width', Math.max(0, x));
    this.#range.setAttribute('aria-valuetext', `${this.#range.value} %`);
    const [top, end] = [inSight.y, inSight.y + inSight.height];
    const middle = (top + end) / 2;
    this.#seam.replaceChildren(
      svg('path', { class: 'seam-under', d: `M${x} ${top}V${end}` }),
      svg('path', { class: 'seam', d: `M${x} ${top}V${end}` }),
      // The handle keeps its size on the screen, whatever the picture's.
      svg('g', { class: 'handle', transform: `translate(${x} ${middle}) scale(${1 / matrix.a})` },
        svg('circle', { class: 'knob', r: 22 }),
        svg('path', { class: 'knob-arrows', d: 'M-6-6l-6 6 6 6M6-6l6 6-6 6' })));
  }
}

customElements.define('before-after', BeforeAfter);
