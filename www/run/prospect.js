// The prospect: the line that says what Paint will take. It probes when nothing is painted and the person has paused for a
// moment, keeps what it found from visit to visit, and learns from every run. As long as nobody chose a size, it sets the
// largest that this device paints in about a minute.

import { number, t } from '../language/words.js';
import { $ } from '../page/ids.js';
import * as settings from '../settings/settings.js';
import { forecast, largestSafe, largestWithin } from './forecast.js';
import { duration } from './tempo.js';

const CALM_MS = 900;
const EDGES = [64, 112, 256]; // px
const USUAL_EDGES = [128, 192, 256, 384, 512]; // px
const ABOUT_A_MINUTE = 75; // s
const KEPT = 'scumble-probes';
const GUESSED_MEMORY = 4; // GB, where the browser does not say

/**
 * @import { Scale, Settings } from '../engine/messages.d.ts'
 * @import { Page } from '../page/page.js'
 * @import { Easel } from './easel.js'
 * @import { Wells } from '../sources/wells.js'
 */

export class Prospect {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Wells} */
  #wells;
  /** What was found out about, for which the size was set. @type {Set<string>} */
  #suited = new Set();
  #form; #timer; #probes = recall(); #asked = 0; #looking = Promise.resolve(); #promise; #began;

  /** @param {{page: Page, easel: Easel, wells: Wells, form: HTMLFormElement}} given */
  constructor({ page, easel, wells, form }) {
    [this.#page, this.#easel, this.#wells, this.#form] = [page, easel, wells, form];
    form.addEventListener('input', () => this.#later());
    wells.on('change', () => this.#later());
    page.on('state', () => this.#later());
    document.addEventListener('close', () => this.#later(), true); // of a dialog: it does not bubble
    page.on('painter', () => { this.#looking = Promise.resolve(); }); // a worker that is gone answers no more
    easel.on('run', () => this.#start());
    easel.on('end', () => this.#learn());
    page.on('state', () => { if (page.state === 'paused') this.#began = undefined; });
    easel.on('steered', () => { this.#began = undefined; });
  }

  /** What these scales take in seconds, as far as this way of painting is known. @param {Settings} wanted @param {Scale[]} scales */
  secondsOf(wanted, scales) {
    const probe = this.#probes[keyOf(this.#page.adapter, wanted)];
    return probe && forecast(probe.found, scales, probe.correction).seconds;
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const asked = ++this.#asked;
      // One after the other: the engine probes with one sketch.
      this.#looking = this.#looking.then(() => this.#look(asked));
    }, CALM_MS);
  }

  async #look(asked) {
    if (asked !== this.#asked) return;
    if (!['ready', 'done'].includes(this.#page.state) || !this.#page.isOpen || document.querySelector('dialog[open]')) return;
    const wanted = settings.read(this.#form);
    if (settings.sourcesOf(wanted).some((which) => !this.#wells.get(which))) return this.#say('');
    try {
      await this.#wells.settled();
      const { painter, adapter } = this.#page;
      const { scales } = await painter.ask('plan', { settings: wanted });
      const key = keyOf(adapter, wanted);
      if (!this.#probes[key]) {
        this.#say(t('Testing how fast this device is …'));
        const found = await painter.ask('probe', { settings: wanted, edges: EDGES.filter((edge, index) => index < 2 || edge <= wanted.size) });
        if (!found) return this.#say(''); // a picture is painted meanwhile
        this.#probes[key] = { found, correction: 1 };
        keep(this.#probes);
      }
      if (asked !== this.#asked) return;
      const { found, correction } = this.#probes[key];
      if (await this.#suit(key, wanted)) return this.#later();
      this.#promise = { key, settings: JSON.stringify(wanted), ...forecast(found, scales, correction) };
      const { width, height } = scales[scales.length - 1];
      const edges = [...$('size').options].map(({ value }) => Number(value));
      const limits = { longestArray: this.#page.longestArray, memory_bytes: (/** @type {any} */ (navigator).deviceMemory ?? GUESSED_MEMORY) * 2 ** 30 };
      const safe = largestSafe(found, edges, Math.min(width, height) / Math.max(width, height), limits);
      $('prospect').dataset.seconds = this.#promise.seconds;
      this.#say([
        t('About {time}', { time: duration(this.#promise.seconds) }),
        t('{megabytes} MB of graphics memory', { megabytes: Math.max(1, Math.round(this.#promise.bytes / 1e6)) }),
        this.#sized(wanted.size, safe),
        t('{rate} iterations/s at full size', { rate: number(this.#promise.perSecond, { maximumSignificantDigits: 2 }) }),
      ].filter(Boolean).join('\u00a0· ')); // a line may end with a dot, never begin with one
    } catch {
      this.#say(''); // what is wrong will be said when Paint is pressed
    }
  }

  /** Sets the size that suits this device, once for each way of painting; returns whether it is another than before. */
  async #suit(key, wanted) {
    if (settings.isSizeChosen(this.#form) || this.#suited.has(key)) return false;
    this.#suited.add(key);
    const { painter } = this.#page;
    const sizes = await Promise.all(USUAL_EDGES.map(async (edge) => ({ edge, ...await painter.ask('plan', { settings: { ...wanted, size: edge } }) })));
    const { found, correction } = this.#probes[key];
    const edge = largestWithin(ABOUT_A_MINUTE, sizes, found, correction);
    if (edge === wanted.size || settings.isSizeChosen(this.#form) || !['ready', 'done'].includes(this.#page.state)) return false;
    settings.suitSize(this.#form, edge);
    return true;
  }

  /** Whether the size is safe here, or suits this device anyway. @param {number} size @param {number} [safe] the largest that is */
  #sized(size, safe) {
    if (safe && safe < size) return t('above the safe size here, {size} px', { size: safe });
    if (!settings.isSizeChosen(this.#form)) return t('size suits this device');
    return safe && t('safe up to {size} px', { size: safe });
  }

  #say(words) { $('prospect').textContent = words; }

  // --- what became of it

  #start() {
    const { run } = this.#easel;
    const foretold = run && !run.style && !run.print && this.#promise?.settings === JSON.stringify(run.settings);
    this.#began = foretold ? { at: performance.now(), promise: this.#promise } : undefined;
  }

  // Only a run that went through undisturbed teaches anything.
  #learn() {
    if (!this.#began || !this.#easel.progress?.finished) return;
    const { at, promise: { key, seconds } } = this.#began;
    const probe = this.#probes[key];
    if (!probe) return;
    probe.correction *= (performance.now() - at) / 1000 / seconds;
    keep(this.#probes);
  }
}

// What a step costs depends on these.
function keyOf(adapter, { recipe, model, 'style-loss': loss, optimizer, pooling, seamless, 'style-layers': layers }) {
  return JSON.stringify([adapter, recipe, model, loss, optimizer, pooling, seamless, Object.keys(layers).length > 0 && layers]);
}

function recall() {
  try { return JSON.parse(localStorage.getItem(KEPT) ?? '{}') ?? {}; } catch { return {}; }
}

function keep(probes) {
  try { localStorage.setItem(KEPT, JSON.stringify(probes)); } catch { /* then the next visit looks again */ }
}
