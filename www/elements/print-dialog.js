// <print-dialog> asks how large a print is to be: open({width, height}) with the picture's size.
//   size {edge}             another one was chosen: .say(words) tells what it will take
//   print {edge, memory}    the longest edge in pixels, and how many MiB of graphics memory it may take

import { t } from '../language/words.js';
import { emit, h } from './dom.js';

const SIZES = [['3508', 'A4', '29.7 cm'], ['4961', 'A3', '42 cm'], ['4724', '30 × 40 cm', ''], ['3840', '4K', 'Wallpaper']];
const OTHER = 'other';
const LARGEST = 8192; // px
const PER_CM = 300 / 2.54; // pixels

export class PrintDialog extends HTMLElement {
  #dialog; #form; #measure; #words; #begin; #picture = { width: 1, height: 1 };

  connectedCallback() {
    if (this.#dialog) return;
    const choice = (/** @type {string} */ value, ...words) => h('label', { class: 'check' }, h('input', { type: 'radio', name: 'size', value }), h('span', {}, ...words));
    const number = (/** @type {object} */ attributes) => h('input', { type: 'number', required: true, ...attributes });
    this.#form = h('form', { method: 'dialog', oninput: () => this.#tell() },
      h('fieldset', { class: 'group' }, h('legend', {}, 'Size'),
        ...SIZES.map(([edge, name, words]) => choice(edge, name, words && h('small', {}, words))),
        choice(OTHER, 'Another')),
      h('div', { class: 'stack' },
        h('label', { class: 'field inline' }, 'Longest edge', number({ name: 'edge', max: LARGEST })),
        h('label', { class: 'field inline' }, 'Graphics memory, MiB', number({ name: 'memory', min: 96, max: 65536, step: 4, value: 1024 }))));
    this.#measure = h('p', { class: 'measure' });
    this.#words = h('p', { class: 'hint', role: 'status' });
    this.#begin = h('button', { type: 'button', class: 'primary', 'data-action': 'print', onclick: () => this.#print() }, 'Make it larger');
    this.#dialog = h('dialog', { 'aria-labelledby': 'print-heading' },
      h('h2', { id: 'print-heading' }, 'Print'),
      h('p', { class: 'hint' }, 'The picture is painted on, larger and with finer strokes, a tile at a time. It stays as it is here; the print is another one.'),
      this.#form, this.#measure, this.#words,
      h('div', { class: 'dialog-buttons' },
        h('button', { type: 'button', 'data-action': 'close', onclick: () => this.#dialog.close() }, 'Cancel'), this.#begin));
    this.append(this.#dialog);
  }

  /** @param {{width: number, height: number}} picture */
  open(picture) {
    this.#picture = picture;
    const { size, edge } = this.#form.elements;
    const least = this.#least;
    edge.min = least;
    for (const choice of size) choice.disabled = Number(choice.value) < least;
    const first = [...size].find((choice) => !choice.disabled);
    first.checked = true;
    if (first.value === OTHER) edge.value = Math.min(2 * least, LARGEST);
    this.#tell();
    this.#dialog.showModal();
  }

  close() { this.#dialog.close(); }

  say(words) { this.#words.textContent = words; }

  /** A print is larger than its picture. */
  get #least() { return Math.max(this.#picture.width, this.#picture.height) + 1; }

  #tell() {
    const { size, edge } = this.#form.elements;
    if (size.value !== OTHER) edge.value = size.value;
    edge.readOnly = size.value !== OTHER;
    this.#begin.disabled = !this.#form.checkValidity();
    const { width, height } = this.#picture;
    const by = edge.valueAsNumber / Math.max(width, height);
    const [wide, high] = [width, height].map((length) => Math.max(1, Math.round(length * by)));
    const cm = (pixels) => Math.round(10 * pixels / PER_CM) / 10;
    this.#measure.textContent = this.#begin.disabled ? t('From {least} to {most} px.', { least: this.#least, most: LARGEST })
      : t('{width} × {height} px: {wide} × {high} cm at 300 dots an inch', { width: wide, height: high, wide: cm(wide), high: cm(high) });
    this.say('');
    if (!this.#begin.disabled) emit(this, 'size', { edge: edge.valueAsNumber });
  }

  #print() {
    const { edge, memory } = this.#form.elements;
    this.#dialog.close();
    emit(this, 'print', { edge: edge.valueAsNumber, memory: memory.valueAsNumber });
  }
}

customElements.define('print-dialog', PrintDialog);
