// <brush-surface> is a photo to brush over: a mask grows on it, by pointer or by keyboard.
//   size, softness, erasing     how the brush paints: size in shares of the longest edge, softness 0..1
//   load(photo, mask), undo(), clear(), invert(), toBlob()
//   change                      something was painted, or taken back

import { emit, h } from './dom.js';

const COLOUR = '228 87 46'; // on the photo; only how much of it there is matters
const LONGEST = 1024; // px: a mask is soft anyway
const STEPS = 30; // that can be taken back
const NUDGE = 0.25; // of the brush's diameter, by an arrow key

export class BrushSurface extends HTMLElement {
  size = 0.12;
  softness = 0.5;
  erasing = false;
  #photo; #canvas; #ring; #context; #past = []; #at = { x: 0.5, y: 0.5 }; #from; #pressed = false;

  connectedCallback() {
    if (this.#canvas) return;
    this.#photo = h('img', { alt: '' });
    this.#ring = h('span', { class: 'brush-ring', 'aria-hidden': 'true' });
    this.#canvas = h('canvas', {
      tabindex: 0,
      role: 'application',
      'aria-label': 'The mask over the photo. Arrow keys move the brush, Space paints, E erases, Backspace takes back.',
      onpointerdown: (event) => this.#press(event),
      onpointermove: (event) => this.#drag(event),
      onpointerup: () => this.#release(),
      onpointercancel: () => this.#release(),
      onkeydown: (event) => this.#key(event),
      onkeyup: (event) => { if (event.key === ' ') this.#release(); },
      onblur: () => this.#release(),
    });
    this.#context = this.#canvas.getContext('2d', { willReadFrequently: true });
    this.append(this.#photo, this.#canvas, this.#ring);
  }

  /** Shows a photo, and over it the white of an earlier mask. */
  async load(photo, mask) {
    this.#photo.src = photo;
    await this.#photo.decode();
    const { naturalWidth: width, naturalHeight: height } = this.#photo;
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    Object.assign(this.#canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    this.#past = [];
    this.erasing = false;
    if (mask) {
      const image = h('img', { src: mask });
      await image.decode();
      this.#context.drawImage(image, 0, 0, this.#canvas.width, this.#canvas.height);
      this.#everyPixel((pixels, at) => { pixels[at + 3] = pixels[at]; });
    }
    this.#tint();
    this.#moved();
  }

  get canUndo() { return this.#past.length > 0; }

  undo() {
    const before = this.#past.pop();
    if (before) this.#context.putImageData(before, 0, 0);
    emit(this, 'change');
  }

  clear() {
    this.#remember();
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
  }

  invert() {
    this.#remember();
    this.#everyPixel((pixels, at) => { pixels[at + 3] = 255 - pixels[at + 3]; });
    this.#tint();
  }

  /** The mask: white where it was painted, on black. */
  toBlob() {
    const { width, height } = this.#canvas;
    const sheet = h('canvas', { width, height });
    const context = sheet.getContext('2d');
    context.drawImage(this.#canvas, 0, 0);
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = 'destination-over';
    context.fillStyle = '#000';
    context.fillRect(0, 0, width, height);
    return new Promise((resolve) => { sheet.toBlob(resolve, 'image/png'); });
  }

  /** The brush's ring follows its size. */
  resize() { this.#moved(); }

  #press(event) {
    if (event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#place(event);
    this.#begin();
  }

  #drag(event) {
    this.#place(event);
    if (this.#pressed) this.#stroke();
  }

  #release() {
    this.#pressed = false;
    this.#from = undefined;
  }

  #begin() {
    this.#remember();
    this.#pressed = true;
    this.#stroke();
  }

  #key(event) {
    const { key, shiftKey, repeat } = event;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (arrow) {
      const { width, height } = this.#canvas;
      const step = this.#diameter * NUDGE * (shiftKey ? 4 : 1);
      this.#at = { x: within(this.#at.x + (arrow[0] * step) / width), y: within(this.#at.y + (arrow[1] * step) / height) };
      this.#moved();
      if (this.#pressed) this.#stroke();
    } else if (key === ' ') {
      if (!repeat) this.#begin();
    } else if (key === 'Backspace') {
      this.undo();
    } else if (key === 'e' || key === 'E') {
      this.erasing = !this.erasing;
      emit(this, 'change');
    } else {
      return;
    }
    event.preventDefault();
  }

  #place({ offsetX, offsetY }) {
    this.#at = { x: within(offsetX / this.#canvas.clientWidth), y: within(offsetY / this.#canvas.clientHeight) };
    this.#moved();
  }

  get #diameter() { return this.size * Math.max(this.#canvas.width, this.#canvas.height); }

  #moved() {
    const share = (this.#diameter / this.#canvas.width) * 100;
    Object.assign(this.#ring.style, { left: `${this.#at.x * 100}%`, top: `${this.#at.y * 100}%`, width: `${share}%` });
  }

  // From where the brush was to where it is, in dabs that overlap.
  #stroke() {
    const { width, height } = this.#canvas;
    const to = { x: this.#at.x * width, y: this.#at.y * height };
    const from = this.#from ?? to;
    const count = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / (this.#diameter / 8)));
    for (let dab = 1; dab <= count; dab++) {
      this.#dab(from.x + ((to.x - from.x) * dab) / count, from.y + ((to.y - from.y) * dab) / count);
    }
    this.#from = to;
  }

  #dab(x, y) {
    const radius = this.#diameter / 2;
    const context = this.#context;
    const fade = context.createRadialGradient(x, y, radius * (1 - this.softness) * 0.98, x, y, radius);
    fade.addColorStop(0, `rgb(${COLOUR})`);
    fade.addColorStop(1, `rgb(${COLOUR} / 0)`);
    context.globalCompositeOperation = this.erasing ? 'destination-out' : 'source-over';
    context.fillStyle = fade;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
    context.globalCompositeOperation = 'source-over';
  }

  #remember() {
    this.#past.push(this.#context.getImageData(0, 0, this.#canvas.width, this.#canvas.height));
    if (this.#past.length > STEPS) this.#past.shift();
    emit(this, 'change');
  }

  #everyPixel(work) {
    const image = this.#context.getImageData(0, 0, this.#canvas.width, this.#canvas.height);
    for (let at = 0; at < image.data.length; at += 4) work(image.data, at);
    this.#context.putImageData(image, 0, 0);
  }

  // Only how much is there matters; all of it shows in the brush's colour.
  #tint() {
    this.#context.globalCompositeOperation = 'source-in';
    this.#context.fillStyle = `rgb(${COLOUR})`;
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#context.globalCompositeOperation = 'source-over';
  }
}

function within(value) { return Math.min(Math.max(value, 0), 1); }

customElements.define('brush-surface', BrushSurface);
