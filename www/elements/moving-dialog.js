// <moving-dialog> shows moving pictures as a style paints them, as far as that is seen: the camera's, or a film's.
//   openCamera({styles, strength}); openFilm({title, styles, strength}): styles are their names
//   offer({edges, edge}): what a film's longest edge can be
//   draw({width, height, rgba}); .canvas
//   tell({words, share}): how it goes on; say(words): what has to be known, also to those who hear it; close()
//   .phase = waiting | ready | working | made: what can be pressed
//   .manner = {style, strength, edge}: what the person wishes now
//   manner (it changed), record (begin a recording, or end it), train (begin the film), halt, keep, closed      what the person said

import { t } from '../language/words.js';
import { emit, h, icon } from './dom.js';

/** @import { Manner } from './elements.d.ts' */

/** What can be pressed, by the phase. */
const START = { action: 'train', words: 'Start' }, RECORD = { action: 'record', words: 'Record', drawing: 'film' };
const FILM = { waiting: START, ready: START, working: { action: 'halt', words: 'Stop', drawing: 'stop' }, made: { action: 'keep', words: 'Save', drawing: 'save' } };
const CAMERA = { waiting: RECORD, ready: RECORD, working: { action: 'record', words: 'Stop recording', drawing: 'stop' } };

export class MovingDialog extends HTMLElement {
  #dialog; #heading; #body; #words; #spoken; #buttons; #isFilm = false; #isOpen = false; #phase = '';
  #canvas; #style; #strength; #edge; #bar; #status;

  connectedCallback() {
    if (this.#dialog) return;
    this.#heading = h('h2', { id: `${this.id}-heading` });
    this.#body = h('div', { class: 'stack' });
    this.#words = h('p', { hidden: true });
    this.#spoken = h('p', { class: 'visually-hidden', role: 'status' });
    this.#buttons = h('div', { class: 'dialog-buttons' });
    this.#dialog = h('dialog', {
      class: 'wide', 'aria-labelledby': `${this.id}-heading`, onclose: () => { if (!this.#dialog.open) this.#leave(); },
      oncancel: (event) => {
        if (this.#phase !== 'working') return;
        event.preventDefault(); // Escape ends the film or the recording, and what it has is kept
        emit(this, this.#isFilm ? 'halt' : 'record');
      },
    }, this.#heading, this.#body, this.#words, this.#spoken, this.#buttons);
    this.append(this.#dialog);
  }

  /** @param {{styles: string[], strength: number}} given */
  openCamera({ styles, strength }) {
    this.#isFilm = false;
    this.#open('Camera', 'The camera’s view, as the style paints it', { styles, strength });
  }

  /** @param {{title: string, styles: string[], strength: number}} given */
  openFilm({ title, styles, strength }) {
    this.#isFilm = true;
    this.#open('Film', 'The film, as the style paints it', { styles, strength, title });
  }

  /** @param {{edges: number[], edge: number}} given */
  offer({ edges, edge }) {
    this.#edge.replaceChildren(...edges.map((value) => h('option', { value, selected: value === edge }, `${value} px`)));
    this.#edge.disabled = false;
  }

  #open(heading, seen, { styles, strength, title = '' }) {
    const id = (name) => `${this.id}-${name}`;
    const told = () => emit(this, 'manner');
    const value = h('output', { for: id('strength') }, String(strength));
    this.#heading.textContent = t(heading);
    this.#canvas = h('canvas', { width: 4, height: 3, role: 'img', 'aria-label': seen });
    this.#style = h('select', { id: id('style'), onchange: told }, ...styles.map((name, index) => h('option', { value: index }, name)));
    this.#strength = h('input', { type: 'range', id: id('strength'), min: 0, max: 100, value: strength, oninput: () => {
      value.textContent = this.#strength.value;
      told();
    } });
    this.#edge = h('select', { id: id('edge'), onchange: told });
    this.#status = h('p', { class: 'status' });
    this.#bar = h('progress', { max: 1, value: 0, 'aria-label': 'Film', hidden: !this.#isFilm });
    this.#body.replaceChildren(h('div', { class: 'training' },
      h('figure', {}, this.#canvas),
      h('div', { class: 'settings' },
        title ? h('p', { class: 'title' }, title) : null,
        h('div', { class: 'field' }, h('label', { for: id('style') }, 'Style'), this.#style),
        h('div', { class: 'field' }, h('div', { class: 'field-line' }, h('label', { for: id('strength') }, 'Strength'), value), this.#strength),
        this.#isFilm ? h('div', { class: 'field' }, h('label', { for: id('edge') }, 'Longest edge'), this.#edge) : null)),
      h('div', { class: 'progress' }, this.#bar, this.#status));
    this.say('');
    this.#dress('waiting');
    this.#isOpen = true;
    this.#dialog.showModal();
    this.#style.focus();
  }

  set phase(phase) {
    if (this.#phase !== phase) this.#dress(phase);
  }

  #dress(phase) {
    this.#phase = phase;
    const busy = phase === 'working', hadFocus = this.#buttons.contains(document.activeElement);
    if (this.#isFilm) for (const control of [this.#style, this.#strength]) control.disabled = phase === 'made';
    this.#edge.disabled = phase !== 'ready';
    this.#bar.hidden = !(this.#isFilm && busy);
    const main = this.#isFilm ? FILM[phase] : CAMERA[phase];
    this.#buttons.replaceChildren(...[
      !(this.#isFilm && busy) && this.#button({ action: 'close', words: 'Close', look: '' }, () => this.close()),
      this.#button({ ...main, disabled: phase === 'waiting' }),
    ].filter(Boolean));
    if (hadFocus || busy || phase === 'made') this.#buttons.lastElementChild.focus();
  }

  /** @returns {HTMLCanvasElement} */
  get canvas() { return this.#canvas; }

  /** @returns {Manner} */
  get manner() { return { style: Number(this.#style.value), strength: this.#strength.valueAsNumber, edge: Number(this.#edge.value) }; }

  draw({ width, height, rgba }) {
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    this.#canvas.getContext('2d').putImageData(new ImageData(rgba, width, height), 0, 0);
  }

  /** @param {{words: string, share?: number}} news */
  tell({ words, share }) {
    if (share !== undefined) this.#bar.value = share;
    this.#status.textContent = words;
    this.#status.hidden = !words;
  }

  say(words) {
    this.#words.textContent = words;
    this.#words.hidden = !words;
    this.#spoken.textContent = words;
  }

  get isOpen() { return this.#isOpen; }

  close() {
    this.#dialog.close();
    this.#leave();
  }

  /** Tells it at once; the browser's own event comes later, perhaps when the dialog is open again. */
  #leave() {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    emit(this, 'closed');
  }

  #button({ action, words, look = 'primary', drawing = '', disabled = false }, press = () => emit(this, action)) {
    return h('button', { type: 'button', class: look, 'data-action': action, onclick: press, disabled }, drawing ? icon(drawing) : null, words);
  }
}

customElements.define('moving-dialog', MovingDialog);
