// <sketch-board> turns sketches into a grid of small pictures. With the attribute `pick` each is a button.
//   .cells = [{caption, name, current}]     name: what a screen reader says, if not the caption
//   draw(index, {width, height, rgba})      tell(index, words)       progress(index, 0..1)
//   pick {index}

import { emit, h } from './dom.js';

export class SketchBoard extends HTMLElement {
  #cells = [];

  set cells(cells) {
    this.#cells = cells.map(({ caption, name, current }, index) => {
      const canvas = h('canvas', { width: 4, height: 3, role: 'img', 'aria-label': name ?? caption });
      const words = h('small', {}, '');
      const bar = h('progress', { max: 1, value: 0, 'aria-label': name ?? caption });
      const body = [canvas, bar, h('span', { class: 'sketch-caption' }, caption), words];
      const node = this.hasAttribute('pick')
        ? h('button', { type: 'button', class: 'sketch', 'aria-current': current && 'true', onclick: () => emit(this, 'pick', { index }) }, ...body)
        : h('figure', { class: 'sketch' }, ...body);
      return { node, canvas, words, bar };
    });
    this.replaceChildren(...this.#cells.map(({ node }) => node));
  }

  draw(index, { width, height, rgba }) {
    const { canvas } = this.#cells[index] ?? {};
    if (!canvas) return;
    Object.assign(canvas, { width, height });
    canvas.getContext('2d').putImageData(new ImageData(rgba, width, height), 0, 0);
  }

  tell(index, words) { if (this.#cells[index]) this.#cells[index].words.textContent = words; }

  progress(index, share) {
    const bar = this.#cells[index]?.bar;
    if (!bar) return;
    bar.value = share;
    bar.classList.toggle('done', share >= 1);
  }
}

customElements.define('sketch-board', SketchBoard);
