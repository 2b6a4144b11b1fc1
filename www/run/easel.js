// The easel: turns Paint, Pause and Stop into runs. What is seen of them stands elsewhere.
//
// Events: begin (Paint was pressed), run (another one is at work, this.run, or none), first (its first step is done),
//   progress (after each step), steered, end

import { Emitter } from '../engine/emitter.js';
import { t } from '../language/words.js';
import * as settings from '../settings/settings.js';

const CALLED = { photo: 'Choose a photo first: click, drop or paste one.', painting: 'Choose a painting first: click, drop or paste one.',
  start: 'Choose a picture to start from first: click, drop or paste one.', second: 'Choose a second painting first: click, drop or paste one.',
  place: 'Choose a mask for the second painting first: click, drop, paste or paint one.', mask: 'Choose a mask first: click, drop, paste or paint one.' };

/**
 * @import { Failure, RunProgress, Score, Settings } from '../engine/messages.d.ts'
 * @import { Page } from '../page/page.js'
 * @import { Pictures, Wells } from '../sources/wells.js'
 * @import { Run } from './run.js'
 *
 * @typedef {{run: Run, progress: RunProgress}} Step
 * @typedef {{blob: Blob, width: number, height: number}} Frame A picture to go on from.
 * @typedef {{first: Settings, score: Score, until: number, findings?: string, from?: Blob}} Again A saved run.
 *
 * @extends {Emitter<{begin: void, run: Run | undefined, first: Step, progress: Step, steered: Run, end: void}>}
 */
export class Easel extends Emitter {
  /** The run that is painted or was painted last, or nothing. @type {Run | undefined} */
  run;
  /** The newest step's. @type {RunProgress | undefined} */
  progress;
  /** @type {Page} */
  #page;
  /** @type {Wells} */
  #wells;
  /** @type {HTMLFormElement} */
  #form;
  /** @type {Again & {asked: string, pictures: Pictures} | undefined} */
  #again;

  /** @param {{page: Page, wells: Wells, form: HTMLFormElement}} given */
  constructor({ page, wells, form }) {
    super();
    [this.#page, this.#wells, this.#form] = [page, wells, form];
    page.on('painter', (painter) => {
      this.#replaceRun(undefined);
      painter.on('progress', (progress) => this.#step(progress));
      painter.on('failed', (failure) => this.#ended(failure));
    });
  }

  get isRunning() { return ['painting', 'paused'].includes(this.#page.state); }

  /** The next run is to be the one of a saved file, step for step, as long as neither settings nor pictures are changed. @param {Again} again */
  follow(again) {
    const wanted = settings.read(this.#form);
    this.#again = { ...again, asked: JSON.stringify(wanted), pictures: this.#wells.lying(settings.sourcesOf(wanted)) };
  }

  /** Begins a run; `from` a frame of the past, if there is one, at the scales that are left from there. @param {Frame} [from] */
  async paint(from) {
    await this.#wells.furnished; // whoever is quicker than the samples meant to paint them
    const wanted = settings.read(this.#form);
    const sources = settings.sourcesOf(from ? { ...wanted, start: 'photo' } : wanted);
    const lacks = () => sources.find((which) => !this.#wells.get(which));
    if (lacks()) await this.#wells.settled(); // one that was just dropped is still being looked at
    const missing = lacks();
    if (missing) {
      this.#wells.focus(missing);
      return this.#page.complain(new Error(t(CALLED[missing])));
    }
    this.#page.clearMessages();
    this.progress = undefined; // the last picture stays in sight until the first step of this one
    this.#page.state = 'painting';
    this.emit('begin');
    try {
      if (!await this.#page.opened) return;
      await this.#wells.settled();
      const again = from ? undefined : this.#toRepeat(wanted);
      const first = again?.first ?? (from ? await this.#goingOn(wanted, from) : wanted);
      const start = again?.from ?? from?.blob ?? (wanted.start === 'picture' ? this.#wells.get('start')?.blob : undefined);
      const pictures = /** @type {Run['pictures']} */ (this.#wells.lying(sources));
      if (!this.isRunning) return; // stopped before it began
      const { id, scales, original, findings } = await this.#page.painter.ask('start', { settings: first, from: start, score: again?.score, until: again?.until, findings: again?.findings });
      this.#replaceRun({
        id, settings: wanted, first, score: [...again?.score ?? []], from: start, pictures, findings, scales,
        continues: first.start === 'picture' && wanted.start !== 'picture',
        iterations: scales.reduce((sum, { iterations }) => sum + iterations, 0),
        original: URL.createObjectURL(new Blob([original], { type: 'image/png' })),
      });
      if (!this.isRunning) await this.#page.painter.ask('stop');
      else if (this.#page.state === 'paused') await this.#page.painter.ask('pause');
    } catch (error) {
      this.#ended(error);
    }
  }

  /**
   * Puts a picture here that a style made at once: a run of one step, or the same run with another picture.
   * @param {Run} run @param {{width: number, height: number}} size
   */
  put(run, { width, height }) {
    const isNew = run !== this.run;
    if (isNew) this.#replaceRun(run);
    this.progress = { iteration: 1, iterations: 1, scale: 1, scales: 1, width, height, fraction: 1, finished: true, stopped: false, setbacks: 0, losses: [] };
    const step = { run, progress: this.progress };
    this.emit('first', step);
    this.#page.state = 'done';
    if (isNew) this.emit('end');
    this.emit('progress', step);
  }

  /** Pauses, if something is painted; resolves to whether it was. */
  async pause() {
    if (this.#page.state !== 'painting') return false;
    this.#page.state = 'paused';
    await this.#page.painter.ask('pause');
    return true;
  }

  async resume() {
    if (this.#page.state !== 'paused') return;
    this.#page.state = 'painting';
    await this.#page.painter.ask('resume');
  }

  async stop() {
    await this.#page.painter.ask('stop');
    if (!this.isRunning) return; // the last step came first
    this.#page.state = this.progress ? 'done' : 'ready';
    this.emit('end');
  }

  /**
   * Notes what the run at work follows now: `wanted` of the form, and these pictures. It was steered by `next`, after the step `at`.
   * @param {{at: number, next: Settings, wanted: Settings, pictures: Run['pictures']}} followed
   */
  steered({ at, next, wanted, pictures }) {
    const run = /** @type {Run} */ (this.run);
    run.score.push({ at, settings: next });
    const exchanged = this.#wells.names.some((which) => which in run.pictures && pictures[which] && pictures[which].blob !== run.pictures[which]?.blob);
    Object.assign(run, { settings: wanted, pictures, mixed: run.mixed || exchanged });
    this.emit('steered', run);
  }

  /** @param {Settings} wanted */
  #toRepeat(wanted) {
    const again = this.#again;
    return again?.asked === JSON.stringify(wanted) && this.#wells.hold(again.pictures) ? again : undefined;
  }

  /**
   * A finished picture has no use for the small scales: from a frame, only those remain that are not smaller.
   * @param {Settings} wanted @param {Frame} from @returns {Promise<Settings>}
   */
  async #goingOn(wanted, from) {
    const { scales } = await this.#page.painter.ask('plan', { settings: wanted });
    const left = scales.filter(({ width, height }) => Math.max(width, height) >= Math.max(from.width, from.height)).length;
    return { ...wanted, start: 'picture', 'start-noise': 0, scales: Math.max(1, left) };
  }

  /** @param {RunProgress} progress */
  #step(progress) {
    const { run } = this;
    if (!run) return;
    if (progress.setbacks && !this.progress?.setbacks) {
      this.#page.note(t('Some numbers grew beyond all bounds. The painting went back to the last good picture, and goes on with smaller steps.'));
    }
    const isFirst = !this.progress;
    this.progress = progress;
    if (isFirst) this.emit('first', { run, progress });
    if (progress.finished || progress.stopped) {
      this.#page.state = 'done';
      this.emit('end');
    }
    this.emit('progress', { run, progress });
  }

  /** The run fell: the page goes on with what it has. @param {Failure} error */
  #ended(error) {
    const keepsPicture = error.name === 'RanAway' && Boolean(this.progress); // as it was before, like one that was stopped
    if (!keepsPicture) this.#replaceRun(undefined);
    this.#page.state = keepsPicture ? 'done' : 'ready';
    if (keepsPicture) this.emit('end');
    this.#page.complain(error);
  }

  /** @param {Run | undefined} run */
  #replaceRun(run) {
    this.run = run;
    this.progress = undefined;
    this.emit('run', run);
  }
}
