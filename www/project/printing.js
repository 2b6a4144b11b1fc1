// Printing: asks how large a finished picture is to become, says what that takes, and lets the easel do it.

import '../elements/print-dialog.js';
import { t } from '../language/words.js';
import { $ } from '../page/ids.js';
import { duration } from '../run/tempo.js';

const IN_TILES = 1.5;   // every tile is seen twice, and goes back once
const TARGETS = 2 / 3;  // of a step's work: each scale begins with a look at the picture and at the painting

/**
 * @import { Page } from '../page/page.js'
 * @import { PastRun } from '../past/history.js'
 * @import { Past } from '../past/past.js'
 * @import { Easel, Print } from '../run/easel.js'
 * @import { Prospect } from '../run/prospect.js'
 */

export class Printing {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Past} */
  #past;
  /** @type {Prospect} */
  #prospect;
  #dialog = $('printing');

  /** @param {{page: Page, easel: Easel, past: Past, prospect: Prospect}} given */
  constructor({ page, easel, past, prospect }) {
    [this.#page, this.#easel, this.#past, this.#prospect] = [page, easel, past, prospect];
    this.#dialog.addEventListener('size', ({ detail }) => this.#foretell(detail.edge).catch(() => {})); // what is wrong is said when it begins
    this.#dialog.addEventListener('print', ({ detail }) => this.#print(detail));
  }

  ask() {
    if (this.#run.style) this.#page.note(t('A style made this picture at once. Paint one, to make a print of it.'));
    else this.#dialog.open(this.#size);
  }

  /** The run that is looked at; without one there is nothing to print. */
  get #run() { return /** @type {PastRun} */ (this.#past.run); }

  /** Of the picture that is looked at. @returns {{width: number, height: number}} */
  get #size() { return /** @type {NonNullable<Past['frame']>} */ (this.#past.frame ?? this.#easel.progress); }

  /** @param {Print} wanted */
  async #print(wanted) {
    await this.#run.kept;
    const { frame } = this.#past;
    const moment = /** @type {NonNullable<Past['frame']>} */ (frame ?? this.#run.frames.at(-1));
    return this.#easel.print(this.#run, wanted, { moment, isLiving: !frame });
  }

  /** @param {number} edge */
  async #foretell(edge) {
    const { settings } = this.#run;
    const { width, height } = this.#size;
    const { scales } = await this.#page.painter.ask('plan', { settings, print: { from: Math.max(width, height), edge } });
    const withTargets = scales.map((scale) => ({ ...scale, iterations: scale.iterations + TARGETS }));
    const seconds = this.#prospect.secondsOf(settings, withTargets);
    this.#dialog.say(seconds ? t('About {time}', { time: duration(IN_TILES * seconds) }) : '');
  }
}
