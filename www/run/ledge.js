// The ledge under the picture: its buttons, the line that says how far it is, and what a screen reader hears of it.

import { t } from '../language/words.js';
import { $ } from '../page/ids.js';
import { Announcer } from './announcer.js';
import { StatusLine } from './status-line.js';
import { Tempo } from './tempo.js';

/**
 * @import { RunProgress } from '../engine/messages.d.ts'
 * @import { Page } from '../page/page.js'
 * @import { Easel } from './easel.js'
 * @import { Stage } from './stage.js'
 */

export class Ledge {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Stage} */
  #stage;
  #announcer = new Announcer($('announcer')); #status = new StatusLine(); #tempo = new Tempo();

  /** @param {{page: Page, easel: Easel, stage: Stage}} given */
  constructor({ page, easel, stage }) {
    [this.#page, this.#easel, this.#stage] = [page, easel, stage];
    $('paint').addEventListener('click', () => easel.paint());
    $('pause').addEventListener('click', () => (page.state === 'paused' ? easel.resume() : easel.pause()));
    $('stop').addEventListener('click', () => easel.stop());
    page.on('state', () => { this.#tempo.forget(); this.dress(); });
    easel.on('begin', () => this.#begin());
    easel.on('run', () => this.#tempo.forget());
    easel.on('first', () => this.dress());
    easel.on('progress', ({ progress }) => this.#step(progress));
    easel.on('end', () => this.#announcer.say(this.#isWhole ? t('Done. The picture can be saved.') : t('Stopped.')));
  }

  /** Shows the buttons that mean something now, and keeps the focus where the person left it. */
  dress() {
    const { state } = this.#page;
    const { isRunning, run, progress } = this.#easel;
    const held = /** @type {HTMLElement | null} */ (document.activeElement);
    $('paint').hidden = isRunning;
    $('paint').disabled = state === 'unsupported';
    $('pause').hidden = $('stop').hidden = !isRunning;
    const [icon, words] = $('pause').querySelectorAll('use, span');
    words.textContent = state === 'paused' ? t('Continue') : t('Pause');
    icon.setAttribute('href', `icons.svg#${state === 'paused' ? 'resume' : 'pause'}`);
    for (const button of [$('compare'), $('original'), $('save'), $('save-as'), $('print')]) {
      button.disabled = !this.#stage.hasPicture || (this.#stage.live && Boolean(run && !progress));
    }
    $('print').hidden = isRunning;
    if (held?.hidden) (isRunning ? $('pause') : $('paint')).focus({ preventScroll: true });
    this.#tell();
  }

  get #isWhole() {
    const { finished, stopped } = this.#easel.progress ?? {};
    return finished || stopped;
  }

  #begin() {
    this.#announcer.restart();
    this.#announcer.say(t('Preparing to paint.'));
    $('stage').scrollIntoView({ block: 'nearest' });
    $('progress').removeAttribute('value');
  }

  /** @param {RunProgress} progress */
  #step(progress) {
    this.#tempo.beat(progress, performance.now());
    if (this.#page.state === 'painting') this.#announcer.progress(progress.fraction);
    this.#tell();
  }

  #tell() {
    const { state } = this.#page;
    this.#status.show({ state, progress: this.#easel.progress, atOnce: Boolean(this.#easel.run?.style), pace: state === 'painting' ? this.#tempo.read() : null });
  }
}
