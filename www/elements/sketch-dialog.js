// <sketch-dialog> is a wide dialog with a heading, a hint, perhaps a choice, and a board of sketches.
//   open({heading, hint, choices: [{value, words}], choice, pick})      closed      choose {value}      pick {index}
//   .board is the <sketch-board>; .below a place for whatever else

import './sketch-board.js';
import { emit, h } from './dom.js';

export class SketchDialog extends HTMLElement {
  #dialog; #heading; #hint; #choices; #legend; board; below;

  connectedCallback() {
    if (this.#dialog) return;
    this.#heading = h('h2', { id: `${this.id}-heading` });
    this.#hint = h('p', { class: 'hint' });
    this.#legend = h('legend');
    this.#choices = h('fieldset', { class: 'segments', onchange: ({ target }) => emit(this, 'choose', { value: target.value }) });
    this.board = h('sketch-board', { pick: this.hasAttribute('pick') });
    this.below = h('div', { class: 'below' });
    this.#dialog = h('dialog', { class: 'wide', 'aria-labelledby': `${this.id}-heading`, onclose: () => emit(this, 'closed') },
      this.#heading, this.#hint, this.#choices, this.board, this.below,
      h('div', { class: 'dialog-buttons' }, h('button', { type: 'button', 'data-action': 'close', onclick: () => this.close() }, 'Close')));
    this.append(this.#dialog);
  }

  /** @param {{heading: string, hint: string, legend?: string, choices?: {value: string, words: string}[], choice?: string}} words */
  open({ heading, hint, legend, choices = [], choice }) {
    this.#heading.textContent = heading;
    this.#hint.textContent = hint;
    this.#legend.textContent = legend ?? heading;
    this.#legend.classList.toggle('visually-hidden', !legend);
    this.#choices.hidden = choices.length === 0;
    this.#choices.replaceChildren(this.#legend, ...choices.map(({ value, words }) => h('label', {},
      h('input', { type: 'radio', name: `${this.id}-choice`, value, checked: value === choice }), h('span', {}, words))));
    this.below.replaceChildren();
    this.#dialog.showModal();
  }

  get isOpen() { return this.#dialog.open; }

  close() { this.#dialog.close(); }
}

customElements.define('sketch-dialog', SketchDialog);
