// <brush-dialog> turns brush strokes over the photo into one event: picture {blob, title}. Call open({heading, photo, mask}).

import './brush-surface.js';
import { t } from '../language/words.js';
import { emit, h, icon } from './dom.js';

export class BrushDialog extends HTMLElement {
  #dialog; #heading; #surface; #undo; #erase;

  connectedCallback() {
    if (this.#dialog) return;
    this.#heading = h('h2', { id: 'brush-heading' });
    this.#surface = h('brush-surface', { onchange: () => this.#tell() });
    this.#undo = this.#button('undo', 'Undo', () => this.#surface.undo());
    this.#erase = this.#button('erase', 'Erase', () => { this.#surface.erasing = !this.#surface.erasing; });
    this.#dialog = h('dialog', { class: 'wide', 'aria-labelledby': 'brush-heading' }, this.#heading, this.#surface,
      h('div', { class: 'brush-controls' },
        this.#slider('Brush', 2, 40, 12, (value) => { this.#surface.size = value / 100; this.#surface.resize(); }),
        this.#slider('Softness', 0, 100, 50, (value) => { this.#surface.softness = value / 100; })),
      h('div', { class: 'dialog-buttons start' }, this.#erase, this.#undo,
        this.#button('invert', 'Invert', () => this.#surface.invert()),
        this.#button('clear', 'Clear', () => this.#surface.clear())),
      h('div', { class: 'dialog-buttons' },
        h('button', { type: 'button', 'data-action': 'close', onclick: () => this.#dialog.close() }, 'Cancel'),
        h('button', { type: 'button', class: 'primary', 'data-action': 'use', onclick: () => this.#use() }, icon('brush'), 'Use it')));
    this.append(this.#dialog);
  }

  async open({ heading, photo, mask }) {
    this.#heading.textContent = heading;
    this.#dialog.showModal();
    await this.#surface.load(photo, mask);
    this.#tell();
  }

  async #use() {
    const blob = await this.#surface.toBlob();
    this.#dialog.close();
    emit(this, 'picture', { blob, title: t('Painted by hand') });
  }

  #tell() {
    this.#undo.disabled = !this.#surface.canUndo;
    this.#erase.setAttribute('aria-pressed', this.#surface.erasing);
  }

  #button(action, words, work) {
    return h('button', { type: 'button', class: 'compact', 'data-action': action, onclick: () => { work(); this.#tell(); } }, words);
  }

  #slider(words, min, max, value, changed) {
    return h('label', {}, words, h('input', { type: 'range', min, max, value, oninput: ({ target }) => changed(target.valueAsNumber) }));
  }
}

customElements.define('brush-dialog', BrushDialog);
