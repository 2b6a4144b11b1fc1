// Steering: the picture being painted follows what is changed meanwhile, as far as it can. What it cannot follow waits for
// the next Paint, and a line says so.

import { $ } from '../page/ids.js';
import * as settings from '../settings/settings.js';

/**
 * @import { Page } from '../page/page.js'
 * @import { Pictures, Wells } from '../sources/wells.js'
 * @import { Easel } from './easel.js'
 * @import { Run } from './run.js'
 */

export class Steering {
  /** @type {Page} */
  #page;
  /** @type {Wells} */
  #wells;
  #form;
  /** @type {Easel} */
  #easel;
  #isAsking = false;

  /** @param {{page: Page, wells: Wells, form: HTMLFormElement, easel: Easel}} given */
  constructor({ page, wells, form, easel }) {
    [this.#page, this.#wells, this.#form, this.#easel] = [page, wells, form, easel];
    form.addEventListener('input', () => this.#steer());
    wells.on('change', () => this.#steer());
    easel.on('run', () => this.#steer()); // by what was changed while it was made ready
    page.on('state', () => this.#tellPending());
    $('repaint').addEventListener('click', () => easel.paint());
    this.#steer(); // by what was changed before anybody listened
  }

  /** One question at a time; the newest wins. */
  async #steer() {
    this.#tellPending();
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      for (let asked; this.#differs();) {
        await this.#wells.settled();
        const wanted = settings.read(this.#form);
        const pictures = /** @type {Run['pictures']} */ (this.#wells.lying(settings.sourcesOf(wanted)));
        const question = JSON.stringify([wanted, Object.values(pictures).map((picture) => picture?.url)]);
        const { run } = this.#easel;
        if (!run || question === asked || !canFollow(run, pictures)) break;
        asked = question;
        // What a run has from where it began, it keeps.
        const { start, scales, 'start-noise': noise } = run.first;
        const next = { ...wanted, ...run.continues && { start, scales, 'start-noise': noise } };
        const { steered, at } = await this.#page.painter.ask('steer', { settings: next });
        if (steered && run === this.#easel.run) this.#easel.steered({ at, next, wanted, pictures });
      }
    } catch (error) {
      this.#page.complain(error);
    } finally {
      this.#isAsking = false;
      this.#tellPending();
    }
  }

  #tellPending() {
    const hidden = this.#isAsking || !this.#differs();
    if (hidden && $('pending').contains(document.activeElement)) $('pause').focus();
    $('pending').hidden = hidden;
  }

  /** Whether something is painted, and otherwise than the page says now. */
  #differs() {
    const { run, isRunning } = this.#easel;
    return isRunning && run !== undefined && (JSON.stringify(run.settings) !== JSON.stringify(settings.read(this.#form))
      || !this.#wells.hold(run.pictures));
  }
}

/** Paintings may come and go; the photo and the start are what the picture stands on. @param {Run} run @param {Pictures} pictures */
function canFollow(run, pictures) {
  const { photo, start } = run.pictures;
  return pictures.photo === photo && (pictures.start === start || run.continues) && Object.values(pictures).every(Boolean);
}
