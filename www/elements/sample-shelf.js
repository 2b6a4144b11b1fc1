// <sample-shelf name="photo" label="Sample photos"> turns a list of samples into a row of buttons.
//   .samples = [{file, thumb, title, alt}]     .selected = file or null
//   sample {file, title, ...}                  one was picked

import { emit, h } from './dom.js';

export class SampleShelf extends HTMLElement {
  #buttons = new Map();

  set samples(samples) {
    this.#buttons.clear();
    for (const sample of samples) {
      this.#buttons.set(sample.file, h('button',
        { type: 'button', 'aria-pressed': 'false', title: sample.title, onclick: () => emit(this, 'sample', sample) },
        h('img', { src: sample.thumb, alt: sample.alt, loading: 'lazy', width: 96, height: 96 })));
    }
    const items = [...this.#buttons.values()].map((button) => h('li', {}, button));
    this.replaceChildren(h('ul', { class: 'shelf', 'aria-label': this.getAttribute('label') }, ...items));
  }

  set selected(file) {
    for (const [name, button] of this.#buttons) button.setAttribute('aria-pressed', String(name === file));
  }
}

customElements.define('sample-shelf', SampleShelf);
