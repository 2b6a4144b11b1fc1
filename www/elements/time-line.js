// <time-line> turns the frames of a run into a slider through its past.
//   .show({frames, iterations, index})    index: the frame that is looked at, or null for the newest
//   look {index}      the person wants to see that frame; null: the picture as it stands

import { t } from '../language/words.js';
import { emit, h } from './dom.js';

export class TimeLine extends HTMLElement {
  #range; #frames = [];

  connectedCallback() {
    if (this.#range) return;
    this.#range = h('input', { type: 'range', id: 'moment', min: 0, max: 0, step: 1, value: 0, 'aria-label': t('The picture’s past'), oninput: () => this.#moved() });
    this.append(this.#range);
  }

  show({ frames, iterations, index }) {
    this.#frames = frames;
    this.#range.max = Math.max(0, frames.length - 1);
    this.#range.value = index ?? this.#range.max;
    const at = frames[index ?? frames.length - 1]?.iteration ?? 0;
    this.#range.setAttribute('aria-valuetext', t('Iteration {at} of {all}', { at, all: iterations }));
  }

  #moved() {
    const index = this.#range.valueAsNumber;
    emit(this, 'look', { index: index >= this.#frames.length - 1 ? null : index });
  }
}

customElements.define('time-line', TimeLine);
