// The shelf of styles: those that this site ships, a file that somebody gives, and one that is made here; and the doors to camera and
// film. Everything behind it comes when it is asked for.

import { h, icon } from '../elements/dom.js';
import { $ } from '../page/ids.js';

const STYLES = new URL('../shipped-styles/styles.json', import.meta.url);

/**
 * @import { Page } from '../page/page.js'
 * @import { Easel } from '../run/easel.js'
 * @import { History } from '../past/history.js'
 * @import { Wells } from '../sources/wells.js'
 * @import { Styling } from './styling.js'
 * @typedef {{page: Page, easel: Easel, wells: Wells, form: HTMLFormElement, history: History}} Given
 * @typedef {{file: string, name: string}} Shipped
 */

export class StyleShelf {
  #given;
  /** @type {Promise<Styling> | undefined} */
  #styling;
  /** @type {Promise<Shipped[]>} */
  #shipped;

  /** @param {Given} given */
  constructor(given) {
    this.#given = given;
    const on = (id, work) => $(id).addEventListener('click', work);
    const take = (blob) => this.#attempt((styling) => styling.take(blob));
    const move = (film) => this.#attempt(async (styling) => styling.move(await this.#shipped, film));
    const chosen = (accept, work) => {
      const files = h('input', { type: 'file', accept, hidden: true, onchange: () => {
        const [file] = files.files;
        files.value = ''; // so that the same file can be chosen again
        if (file) work(file);
      } });
      $('styles').append(files);
      return () => files.click();
    };
    on('open-style', chosen('.style', take));
    on('make-style', () => this.#attempt((styling) => styling.make()));
    on('open-camera', () => move());
    on('open-film', chosen('video/*', move));
    given.wells.on('style', take);
    given.wells.on('film', move);
    this.#shipped = given.wells.furnished.then(() => this.#layOut()).catch(() => []); // without the list there is no shelf
  }

  /** The style at hand. */
  async atHand() { return (await this.#styling)?.atHand(); }

  async #layOut() {
    const response = await fetch(STYLES);
    /** @type {Shipped[]} */
    const shipped = response.ok ? await response.json() : [];
    for (const style of shipped) style.file = new URL(style.file, STYLES).href;
    const button = ({ file, name }) => h('li', {}, h('button', {
      type: 'button', onclick: () => this.#attempt((styling) => styling.fetch(file, name)),
    }, icon('bolt'), name));
    if (shipped.length > 0) $('styles').append(h('ul', { class: 'styles-row', 'aria-label': 'Styles of this site' }, ...shipped.map(button)));
    return shipped;
  }

  /** @param {(styling: Styling) => Promise<void>} work */
  async #attempt(work) {
    try {
      this.#styling ??= import('./styling.js').then(({ Styling }) => new Styling(this.#given));
      await this.#styling.catch((error) => { this.#styling = undefined; throw error; });
      await work(await this.#styling);
    } catch (error) {
      this.#given.page.complain(error);
    }
  }
}
