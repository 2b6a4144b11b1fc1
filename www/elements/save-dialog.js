// <save-dialog> asks in which form a picture leaves: open({canShare, canCopy, filmed, isFinished}).
//   save {format, enclose}     download it        copy, share {enclose}, film, link, enlarge      what the button says
//   .say(words)                how a long answer is getting on

import { emit, h } from './dom.js';

const FORMATS = [
  ['png', 'PNG', 'lossless, and it carries its settings: drop it here again and everything is back'],
  ['png16', 'PNG, 16 bits', 'the same for printing and further work'],
  ['jpeg', 'JPEG', 'small; without settings and outline'],
  ['webp', 'WebP', 'lossless and smaller; without settings'],
];

export class SaveDialog extends HTMLElement {
  #dialog; #form; #words; #buttons = {};

  connectedCallback() {
    if (this.#dialog) return;
    const choice = (/** @type {string[]} */ [value, name, words], /** @type {number} */ index) => h('label', { class: 'check' },
      h('input', { type: 'radio', name: 'format', value, checked: index === 0 }), h('span', {}, name, h('small', {}, words)));
    this.#form = h('form', { method: 'dialog', onchange: () => this.#tidy() },
      h('fieldset', { class: 'group' }, h('legend', {}, 'File'), ...FORMATS.map(choice)),
      h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'enclose' }),
        h('span', {}, 'With the pictures inside', h('small', {}, 'whoever has the file then has your photo, too'))),
      h('p', { class: 'hint' }, 'The day the photo was taken is kept; where, and with what camera, is not. Colours are sRGB.'));
    const button = (name, words, look) => {
      this.#buttons[name] = h('button', { type: 'button', class: look, 'data-action': name, onclick: () => emit(this, name, this.#wanted()) }, words);
      return this.#buttons[name];
    };
    this.#words = h('p', { class: 'hint', role: 'status' });
    this.#dialog = h('dialog', { 'aria-labelledby': 'save-heading', onclose: () => emit(this, 'closed') },
      h('h2', { id: 'save-heading' }, 'Save as'), this.#form,
      h('div', { class: 'dialog-buttons start' }, button('copy', 'Copy the picture'), button('enlarge', 'Print …'), button('link', 'Copy a link to the settings'), button('share', 'Share …'), button('film', 'Film of the painting')),
      this.#words,
      h('div', { class: 'dialog-buttons' },
        h('button', { type: 'button', 'data-action': 'close', onclick: () => this.#dialog.close() }, 'Close'),
        button('save', 'Save', 'primary')));
    this.append(this.#dialog);
  }

  open({ canShare, canCopy, filmed, isFinished }) {
    this.#buttons.share.hidden = !canShare;
    this.#buttons.copy.hidden = !canCopy;
    this.#buttons.film.hidden = !filmed;
    this.#buttons.enlarge.hidden = !isFinished;
    this.say('');
    this.#tidy();
    this.#dialog.showModal();
  }

  close() { this.#dialog.close(); }

  say(words) { this.#words.textContent = words; }

  set busy(busy) { for (const button of Object.values(this.#buttons)) button.disabled = busy; }

  #wanted() {
    const { format, enclose } = this.#form.elements;
    return { format: format.value, enclose: enclose.checked && !enclose.disabled };
  }

  #tidy() {
    const { format, enclose } = this.#form.elements;
    enclose.disabled = !format.value.startsWith('png');
  }
}

customElements.define('save-dialog', SaveDialog);
