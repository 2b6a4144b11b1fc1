// The first ten seconds: a finished example in sight at once, and then one that paints itself, slowly, until the person
// does something. Whoever drops a picture of their own meanwhile sees that painted instead.

import { t } from '../language/words.js';
import { $ } from '../page/ids.js';

const EXAMPLE = { size: 192, effort: 0.6 };
const STEP_MS = 60;    // no faster than the eye can follow
const TOO_SLOW_MS = 1500; // a device that takes longer for a step has better things to do

/**
 * @import { Page } from '../page/page.js'
 * @import { Easel } from './easel.js'
 * @import { Showing } from './showing.js'
 * @import { Stage } from './stage.js'
 * @import { Wells } from '../sources/wells.js'
 */

export class Example {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Stage} */
  #stage;
  /** @type {Showing} */
  #showing;
  /** @type {Wells} */
  #wells;
  #on = false; #awaiting;

  /** @param {{page: Page, easel: Easel, stage: Stage, showing: Showing, wells: Wells}} given */
  constructor({ page, easel, stage, showing, wells }) {
    [this.#page, this.#easel, this.#stage, this.#showing, this.#wells] = [page, easel, stage, showing, wells];
    $('invitation').hidden = true;
    wells.on('own', (which) => this.#given(which));
    wells.on('answered', () => { this.#awaiting = false; }); // a saved file is no photo to paint at once
    wells.on('change', () => { if (this.#over) this.#end(); });
    easel.on('run', (run) => { if (run) this.#end(); });
    page.on('painter', (painter) => painter.on('example', (news) => this.#show(news)));
  }

  /** Once the engine is there and the samples lie in their wells. */
  async play() {
    await this.#wells.furnished;
    await this.#wells.settled();
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches || /** @type {any} */ (navigator).connection?.saveData;
    if (calm || $('example').dataset.over || this.#page.state !== 'ready' || this.#over || !this.#wells.get('photo') || !this.#wells.get('painting')) return;
    this.#on = true;
    await this.#page.painter.ask('beginExample', { settings: EXAMPLE, step_ms: STEP_MS, tooSlow_ms: TOO_SLOW_MS });
  }

  // The pair is not the example's any more.
  get #over() {
    const { photo, painting } = $('example').dataset;
    return /** @type {const} */ (['photo', 'painting']).some((which) => {
      const { sample } = this.#wells.get(which) ?? {};
      return this.#wells.get(which) && sample?.split('/').at(-1) !== (which === 'photo' ? photo : painting);
    });
  }

  #show({ progress }) {
    if (!this.#on) return;
    $('example').hidden = true;
    $('invitation').hidden = true;
    $('canvas').hidden = false;
    this.#stage.say(progress.finished ? t('An example. Drop a photo anywhere to paint yours.') : t('An example that paints itself. Drop a photo anywhere to paint yours.'));
  }

  // A picture of their own while the example plays: theirs now, without another word.
  #given(which) {
    if (!['photo', 'painting'].includes(which) || !this.#awaiting) return;
    this.#awaiting = false;
    this.#easel.paint();
  }

  #end() {
    if (this.#on) {
      this.#awaiting = !this.#easel.run;
      this.#page.painter.ask('endExample');
    }
    this.#on = false;
    if ($('example').dataset.over) return;
    $('example').dataset.over = 'true';
    $('example').hidden = true;
    if (this.#easel.run) return;
    $('canvas').hidden = true;
    $('invitation').hidden = false;
    this.#showing.invite();
  }
}
