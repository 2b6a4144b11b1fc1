// The sketchbook: panels of small pictures beside the large one. While it is open, the large picture rests.

import '../elements/sketch-dialog.js';
import { t, told } from '../language/words.js';
import * as settings from '../settings/settings.js';
import { Methods } from './methods.js';
import { Variations } from './variations.js';
import { XRay } from './xray.js';

/** All panels, by the ids of their dialogs in index.html. */
const PANELS = { variations: Variations, xray: XRay, methods: Methods };

/** @param {keyof typeof PANELS} id @returns {SketchDialog} */
const dialogOf = (id) => /** @type {any} */ (document.getElementById(id));

/**
 * @import { Events } from '../engine/messages.d.ts'
 * @import { Painter } from '../engine/painter.js'
 * @import { SketchDialog } from '../elements/sketch-dialog.js'
 * @import { Page } from '../page/page.js'
 * @import { Easel } from '../run/easel.js'
 * @import { Wells } from '../sources/wells.js'
 * @import { StyleShelf } from '../styling/shelf.js'
 * @import { Panel, Sketch } from './panel.js'
 */

export class Sketchbook {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Wells} */
  #wells;
  /** @type {StyleShelf} */
  #shelf;
  #form;
  /** @type {{dialog: SketchDialog, panel: Panel, sketches: Sketch[]} | undefined} */
  #open;
  #resume = false;

  /** @param {{page: Page, easel: Easel, wells: Wells, shelf: StyleShelf, form: HTMLFormElement}} given */
  constructor({ page, easel, wells, shelf, form }) {
    [this.#page, this.#easel, this.#wells, this.#shelf, this.#form] = [page, easel, wells, shelf, form];
    for (const id of /** @type {(keyof typeof PANELS)[]} */ (Object.keys(PANELS))) {
      const dialog = dialogOf(id);
      dialog.addEventListener('choose', ({ detail: { value } }) => this.#fill(value));
      dialog.addEventListener('pick', ({ detail: { index } }) => this.#promote(index));
      dialog.addEventListener('closed', () => this.#close());
    }
    const listen = (/** @type {Painter} */ painter) => {
      painter.on('sketch', (news) => this.#hear(news));
      painter.on('sketchFailed', ({ index, error }) => this.#open?.dialog.board.tell(index, told(error.message)));
    };
    if (page.painter) listen(page.painter);
    page.on('painter', listen);
    page.on('fell', () => this.#open?.dialog.close());
  }

  /** Opens a panel by its id. @param {keyof typeof PANELS} id */
  async open(id) {
    const dialog = dialogOf(id);
    const wanted = settings.read(this.#form);
    if (!this.#wells.get('photo') || !this.#wells.get('painting')) return this.#page.complain(new Error(t('Choose a photo and a painting first: click, drop or paste them.')));
    if (!await this.#page.opened) return;
    this.#resume = await this.#easel.pause();
    await this.#wells.settled();
    const hasVgg19 = (await this.#page.painter.ask('weights')).loaded;
    const [painting, style] = [this.#wells.get('painting')?.title ?? '', await this.#shelf.atHand()];
    /** @type {Panel} */
    const panel = new PANELS[id]({ wanted, page: this.#page, easel: this.#easel, hasVgg19, painting, style });
    this.#open = { dialog, panel, sketches: [] };
    dialog.open({ heading: panel.heading, hint: panel.hint, legend: panel.legend, choices: panel.choices, choice: panel.choice });
    await this.#fill(panel.choice);
  }

  /** @param {string} choice */
  async #fill(choice) {
    if (!this.#open) return;
    const { panel, dialog } = this.#open;
    try {
      const sketches = panel.sketches(choice);
      dialog.board.cells = sketches;
      this.#open.sketches = sketches;
      const { painter } = this.#page;
      await painter.ask('beginSketches', { list: sketches.flatMap(({ settings: own, style }, index) => (own ? { index, settings: own, style } : [])), inTurn: panel.inTurn });
      await panel.fill?.(dialog, choice);
    } catch (error) {
      dialog.close();
      this.#page.complain(error);
    }
  }

  /** @param {Events['sketch']} news */
  #hear(news) {
    if (!this.#open) return;
    const { dialog, panel } = this.#open;
    const { index, progress, frame } = news;
    if (frame) dialog.board.draw(index, frame);
    dialog.board.progress(index, progress.finished ? 1 : progress.fraction);
    panel.hear?.({ dialog, ...news });
  }

  /** The one that was picked is what the large picture becomes. @param {number} index */
  #promote(index) {
    if (!this.#open) return;
    const { dialog, sketches } = this.#open;
    const { promote } = sketches[index];
    this.#resume = false;
    dialog.close();
    settings.write(this.#form, promote);
    settings.announce(this.#form);
    this.#easel.paint();
  }

  async #close() {
    if (!this.#open) return;
    this.#open = undefined;
    await this.#page.painter.ask('endSketches').catch(() => {}); // an engine that fell has none
    if (this.#resume) await this.#easel.resume();
  }
}
