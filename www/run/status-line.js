// Turns the state of a run into the words and the bar under the picture, at most once a frame.

import { number, t } from '../language/words.js';
import { $ } from '../page/ids.js';
import { timeLeft } from './tempo.js';

const WAITING = { loading: 'Getting the brushes ready …', ready: 'Ready.', painting: 'Preparing …', paused: 'Paused.', unsupported: '' };

/**
 * @import { RunProgress } from '../engine/messages.d.ts'
 * @import { Pace } from './tempo.js'
 * @typedef {{state: string, progress?: RunProgress, atOnce?: boolean, pace?: Pace | null}} Now
 */

export class StatusLine {
  #scheduled = false;
  /** @type {Now} */
  #now = { state: '' };

  /** @param {Now} now the newest step's progress, whether it was the only one, and what the Tempo reads */
  show(now) {
    this.#now = now;
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => { this.#scheduled = false; this.#draw(this.#now); });
  }

  /** @param {Now} now */
  #draw({ state, progress, atOnce, pace }) {
    document.title = t('Scumble: your photo, in a painting’s manner');
    if (!progress) {
      if (state !== 'painting') $('progress').value = 0;
      $('status').textContent = WAITING[state] ? t(WAITING[state]) : '';
      return;
    }
    const { iteration, fraction, finished, width, height, scale, scales } = progress;
    const percent = `${Math.floor(100 * fraction)} %`;
    $('progress').value = 100 * fraction;
    $('status').replaceChildren(...[
      strong(finished ? t('Done') : percent),
      state === 'paused' && t('paused'),
      state === 'done' && !finished && t('stopped'),
      pace && timeLeft(pace.secondsLeft),
      `${width} × ${height}${state === 'done' ? '' : ` (${t('{scale} of {scales}', { scale, scales })})`}`,
      pace && pace.perSecond > 0 && t('{rate} iterations/s', { rate: number(pace.perSecond, { maximumSignificantDigits: 3 }) }),
      atOnce ? t('in one pass') : state === 'done' && t('{count} iterations', { count: iteration }),
    ].filter(Boolean).map(span));
    if (state === 'painting') document.title = `${percent} · Scumble`;
  }
}

function span(content) {
  const node = document.createElement('span');
  node.append(content);
  return node;
}

function strong(words) {
  const node = document.createElement('strong');
  node.append(words);
  return node;
}
