// Turns what each way cost and brought into a table: a row for each way, filled as results arrive; the best of a column stands out.

import { h } from '../elements/dom.js';
import { number, t } from '../language/words.js';

/**
 * @typedef {object} Figures What is known of a way. `first_s` and `last_s`: until a picture can be seen, until it is finished.
 * @property {number} [first_s]
 * @property {number} [last_s]
 * @property {number} [passes]
 * @property {number} [gflop]
 * @property {number} [memory]
 * @property {number | null} [r]
 * @property {number | null} [layout]
 * @property {number} [edges]
 * @property {number} [colour]
 * @typedef {keyof Figures} Name
 */

/** The columns as `scumble compare` heads them. Less is better, but of edges. @returns {{name: Name, heading: string, judged?: boolean}[]} */
const columns = () => [
  { name: 'first_s', heading: t('First picture, s') },
  { name: 'last_s', heading: t('Finished, s') },
  { name: 'passes', heading: t('Passes') },
  { name: 'gflop', heading: 'GFLOP' },
  { name: 'memory', heading: t('Memory, MiB') },
  { name: 'r', heading: 'R', judged: true },
  { name: 'layout', heading: t('Layout'), judged: true },
  { name: 'edges', heading: t('Edges') },
  { name: 'colour', heading: t('Colours') },
];
const MORE_IS_BETTER = 'edges';
const DIGITS = { maximumSignificantDigits: 3 };

/** A unit keeps to its word. @param {string} heading */
function withUnit(heading) { return heading.replace(/, (?=\S+$)/, ',\u00a0'); }

export class FigureTable {
  element; #columns; #rows;

  /** @param {{ways: string[], judged: boolean}} given the ways in the order of their rows; without judge some columns are left out */
  constructor({ ways, judged }) {
    this.#columns = columns().filter((column) => judged || !column.judged);
    this.#rows = ways.map((way) => {
      const cells = this.#columns.map(() => h('td', {}, '–'));
      return { node: h('tr', {}, h('th', { scope: 'row' }, way), ...cells), cells, figures: /** @type {Figures} */ ({}) };
    });
    const head = h('tr', {}, h('th', { scope: 'col' }, 'Way'), ...this.#columns.map(({ heading }) => h('th', { scope: 'col' }, withUnit(heading))));
    this.element = h('div', { class: 'figures', role: 'region', tabindex: 0, 'aria-label': 'What each way costs and brings' },
      h('table', {}, h('thead', {}, head), h('tbody', {}, ...this.#rows.map(({ node }) => node))));
  }

  /** Adds what became known of a way. @param {number} index @param {Figures} figures */
  tell(index, figures) {
    const row = this.#rows[index];
    Object.assign(row.figures, figures);
    this.#columns.forEach(({ name }, column) => {
      const values = this.#rows.map(({ figures: own }) => own[name]).filter((value) => typeof value === 'number');
      const best = Math[name === MORE_IS_BETTER ? 'max' : 'min'](...values);
      for (const { figures: own, cells } of this.#rows) {
        const value = own[name];
        if (typeof value !== 'number') continue;
        const words = number(value, DIGITS);
        cells[column].replaceChildren(values.length > 1 && value === best ? h('strong', {}, words) : words);
      }
    });
  }

  /** What is known of a way. @param {number} index */
  of(index) { return this.#rows[index].figures; }
}
