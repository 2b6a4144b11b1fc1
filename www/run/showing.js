// The showing: turns runs into what the stage and the plot of losses show; before there are any, the pair in the wells.

import { t } from '../language/words.js';
import { $ } from '../page/ids.js';
import { nameOf } from './run.js';

/**
 * @import { Easel, Step } from './easel.js'
 * @import { Run } from './run.js'
 * @import { Stage } from './stage.js'
 * @import { Wells } from '../sources/wells.js'
 */

export class Showing {
  /** @type {Wells} */
  #wells;
  /** @type {Stage} */
  #stage;

  /** @param {{easel: Easel, wells: Wells, stage: Stage}} given */
  constructor({ easel, wells, stage }) {
    [this.#wells, this.#stage] = [wells, stage];
    wells.on('change', () => this.invite());
    easel.on('run', (run) => this.#begun(run));
    easel.on('first', (step) => this.#unveil(step));
    easel.on('progress', (step) => this.#step(step));
    easel.on('steered', (run) => { if (easel.progress) stage.name(nameOf(run)); });
  }

  /** Shows the pair that lies in the wells, as long as nothing was painted. */
  invite() {
    const { photo, painting } = this.#wells.lying(['photo', 'painting']);
    this.#stage.invite({ photo, painting });
    if (this.#stage.isEmpty && !this.#stage.hasPicture) {
      this.#stage.say(photo && painting ? t('Press Paint, and your GPU repaints the photo in the painting’s manner.')
        : photo ? t('Now choose a painting. The photo will be painted in its manner.')
          : painting ? t('Now choose a photo to paint in this manner.')
            : t('Drop a photo and a painting anywhere on this page.'));
    }
  }

  /** @param {Run | undefined} run */
  #begun(run) {
    $('losses').scales = run?.scales ?? [];
    if (run) return;
    this.#stage.clear();
    $('losses').hidden = true;
    this.invite();
  }

  /** @param {Step} step */
  #unveil(step) {
    this.#showLive(step);
    $('losses').hidden = Boolean(step.run.style);
    this.#stage.name(nameOf(step.run));
  }

  /** @param {Step} step */
  #step(step) {
    $('losses').add(step.progress.losses);
    if (this.#stage.live) this.#showLive(step);
  }

  /** @param {Step} step */
  #showLive({ run, progress: { width, height } }) {
    this.#stage.showLive({ width, height, photo: run.original });
  }
}
