// The easel: turns Paint, Pause and Stop into runs. What is seen of them stands elsewhere.
//
// Events: begin (Paint was pressed), run (another one is at work, this.run, or none), first (its first step is done),
//   progress (after each step), kept (a run as it stood), steered, end
//
// An engine that falls breaks a run off. It goes on from where it was kept, or begins anew, as soon as there is an engine again.

import { Emitter } from '../engine/emitter.js';
import { FALLEN } from '../engine/painter.js';
import { t } from '../language/words.js';
import * as settings from '../settings/settings.js';

const CALLED = { photo: 'Choose a photo first: click, drop or paste one.', painting: 'Choose a painting first: click, drop or paste one.',
  start: 'Choose a picture to start from first: click, drop or paste one.', second: 'Choose a second painting first: click, drop or paste one.',
  place: 'Choose a mask for the second painting first: click, drop, paste or paint one.', mask: 'Choose a mask first: click, drop, paste or paint one.' };

/**
 * @import { Checkpoint, Failure, RunProgress, Scale, Score, Settings } from '../engine/messages.d.ts'
 * @import { Page } from '../page/page.js'
 * @import { Picture, Pictures, Wells } from '../sources/wells.js'
 * @import { Run } from './run.js'
 *
 * @typedef {{run: Run, progress: RunProgress}} Step
 * @typedef {{blob: Blob, width: number, height: number}} Frame A picture to go on from.
 * @typedef {{edge: number, memory: number}} Print How long its longest edge is to be, in pixels, and how many MiB of graphics memory it may take.
 * @typedef {{of: Run, wanted: Print}} Printing
 * @typedef {{run?: Run, from?: Frame, print?: Printing, isPaused: boolean, hasProgressed: boolean}} BrokenOff
 * @typedef {{first: Settings, score: Score, until: number, findings?: string, from?: Blob}} Again A saved run.
 *
 * @extends {Emitter<{begin: void, run: Run | undefined, first: Step, progress: Step, kept: Run, steered: Run, end: void}>}
 */
export class Easel extends Emitter {
  /** The run that is painted or was painted last, or nothing. @type {Run | undefined} */
  run;
  /** The newest step's. @type {RunProgress | undefined} */
  progress;
  /** Whether a run is about to come back. */
  isExpecting = false;
  /** @type {Page} */
  #page;
  /** @type {Wells} */
  #wells;
  /** @type {HTMLFormElement} */
  #form;
  /** @type {Again & {asked: string, pictures: Pictures} | undefined} */
  #again;
  /** The run that is being begun. @type {{from?: Frame, print?: Printing} | undefined} */
  #beginning;
  /** @type {BrokenOff | undefined} */
  #brokenOff;

  /** @param {{page: Page, wells: Wells, form: HTMLFormElement}} given */
  constructor({ page, wells, form }) {
    super();
    [this.#page, this.#wells, this.#form] = [page, wells, form];
    page.on('painter', (painter) => {
      this.#replaceRun(undefined);
      painter.on('progress', (progress) => this.#step(progress));
      painter.on('checkpoint', (kept) => this.#kept(kept));
      painter.on('failed', (failure) => this.#ended(failure));
    });
    page.on('fell', () => this.#breakOff());
  }

  get isRunning() { return ['painting', 'paused'].includes(this.#page.state); }

  /** The next run is to be the one of a saved file, step for step, as long as neither settings nor pictures are changed. @param {Again} again */
  follow(again) {
    const wanted = settings.read(this.#form);
    this.#again = { ...again, asked: JSON.stringify(wanted), pictures: this.#wells.lying(settings.sourcesOf(wanted)) };
  }

  /** Begins a run; `from` a frame of the past, if there is one, at the scales that are left from there. @param {Frame} [from] */
  async paint(from) {
    this.#brokenOff = undefined;
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
    this.#begin({ from });
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
        id, settings: wanted, until: again?.until, first, score: [...again?.score ?? []], from: start, pictures, findings, scales,
        continues: first.start === 'picture' && wanted.start !== 'picture',
        iterations: stepsOf(scales),
        original: URL.createObjectURL(new Blob([original], { type: 'image/png' })),
      });
      await this.#obey();
    } catch (error) {
      this.#ended(error);
    }
  }

  /**
   * Makes a print of a run's picture.
   * @param {Run} of @param {Print} wanted
   * @param {{moment: Frame, isLiving?: boolean, isPaused?: boolean}} from this moment; `isLiving`: the picture stands so on the easel, where it has more than 8 bits;
   *   `isPaused`: it waits
   */
  async print(of, wanted, { moment, isLiving = false, isPaused = false }) {
    this.#brokenOff = undefined;
    this.#begin({ from: moment, print: { of, wanted } });
    if (isPaused) this.#page.state = 'paused';
    try {
      if (!await this.#page.opened) return;
      await this.#wells.settled();
      const { settings: own, pictures } = of;
      const asked = { settings: own, ...wanted, from: isLiving ? undefined : moment.blob, photo: pictures.photo?.blob };
      const { id, scales, original, findings } = await this.#withPictures(of, () => this.#page.painter.ask('print', asked));
      this.#replaceRun({
        id, settings: own, first: own, score: [], from: moment.blob, pictures, findings, scales, print: wanted, continues: false, mixed: true,
        iterations: stepsOf(scales), original: URL.createObjectURL(new Blob([original], { type: 'image/png' })),
      });
      await this.#obey();
    } catch (error) {
      this.#ended(error);
    }
  }

  /**
   * Goes on with what an engine's fall has broken off, at a smaller size if it fell for want of memory; resolves to what is to
   * be told of it.
   * @param {Failure} [failure] the fall
   */
  async goOn(failure) {
    const broken = this.#brokenOff;
    if (!broken) return t('It was started again; your pictures are still here.');
    const { run, from, print, isPaused, hasProgressed } = broken;
    if (!run?.checkpoint) {
      const moment = from ?? /** @type {any} */ (run)?.frames?.at(-1) ?? { blob: run?.from };
      const printing = print ?? (run?.print && { of: run, wanted: run.print });
      const isShort = MEMORY.test(failure?.message ?? '');
      if (printing) await this.print(printing.of, isShort ? withLess(printing.wanted) : printing.wanted, { moment, isPaused });
      else await this.paint(from);
      return t('It was started again, and so is the picture.');
    }
    const isShort = MEMORY.test(failure?.message ?? '') || !hasProgressed;
    return this.goOnWith(run, { isShort, isPaused });
  }

  /** A run is about to come back and to go on: nothing else is begun meanwhile. @param {boolean} isPaused */
  expect(isPaused) {
    this.progress = undefined;
    this.isExpecting = true;
    this.#page.state = isPaused ? 'paused' : 'painting';
  }

  /** It does not come. */
  unexpect() {
    if (this.isExpecting) this.#page.state = 'ready';
    this.isExpecting = false;
  }

  /**
   * Goes on with a run from where it was kept; resolves to what is to be told of it.
   * @param {Run} run @param {{isShort?: boolean, isPaused?: boolean}} [how] `isShort`: of memory, so that it goes on at a smaller size
   */
  async goOnWith(run, { isShort = false, isPaused = false } = {}) {
    const checkpoint = /** @type {NonNullable<Run['checkpoint']>} */ (run.checkpoint);
    const smaller = isShort ? Math.round(run.settings.size / Math.SQRT2) : undefined;
    this.expect(isPaused);
    this.isExpecting = false;
    this.#brokenOff = { run, isPaused, hasProgressed: false }; // should the engine fall at once again
    try {
      if (smaller) this.#shrink(run, smaller);
      const score = run.score.filter(({ at }) => at >= checkpoint.iteration).map(({ at, settings: own }) => ({ at, settings: { ...own, ...smaller && { size: smaller } } }));
      const resumed = () => this.#page.painter.ask('start', { settings: run.first, resume: { ...checkpoint, size: smaller }, score, until: run.until });
      const { id, scales } = await this.#withPictures(run, resumed);
      Object.assign(run, { id, scales, iterations: stepsOf(scales) });
      this.#replaceRun(run);
      await this.#obey();
    } catch (error) {
      this.#ended(error);
      return '';
    }
    return smaller ? t('It was started again, and the picture goes on at {size} px, for want of memory.', { size: smaller })
      : t('It was started again, and the picture goes on.');
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
    await this.#tell('pause');
    return true;
  }

  async resume() {
    if (this.#brokenOff) this.#brokenOff.isPaused = false;
    if (this.#page.state !== 'paused') return;
    this.#page.state = 'painting';
    await this.#tell('resume');
  }

  async stop() {
    this.unexpect();
    await this.#tell('stop');
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

  /** @param {{from?: Frame, print?: Printing}} beginning */
  #begin(beginning) {
    this.#page.clearMessages();
    this.isExpecting = false;
    this.progress = undefined; // the last picture stays in sight until the first step of this one
    this.#page.state = 'painting';
    this.#beginning = beginning;
    this.emit('begin');
  }

  /**
   * Begins something with a run's own pictures, wherever others lie in the wells by now.
   * @template T @param {Run} run @param {() => Promise<T>} begun @returns {Promise<T>}
   */
  async #withPictures({ pictures }, begun) {
    const others = this.#wells.names.filter((which) => pictures[which] && pictures[which] !== this.#wells.get(which));
    for (const which of others) await this.#page.painter.ask('setPicture', { which, blob: /** @type {Picture} */ (pictures[which]).blob });
    const answer = await begun();
    if (others.length > 0) await this.#wells.resend();
    return answer;
  }

  /** What was pressed while the run was being begun. */
  async #obey() {
    if (!this.isRunning) await this.#page.painter.ask('stop');
    else if (this.#page.state === 'paused') await this.#page.painter.ask('pause');
  }

  /** @param {'pause' | 'resume' | 'stop'} what */
  async #tell(what) {
    try { await this.#page.painter.ask(what); } catch (error) { this.#page.complain(error); }
  }

  /** The run is smaller from here on, and so is what the page wants. @param {Run} run @param {number} size */
  #shrink(run, size) {
    run.settings = { ...run.settings, size };
    run.mixed = true; // from its beginning it is not painted like this again
    settings.write(this.#form, run.settings);
    settings.announce(this.#form);
  }

  /** @param {Checkpoint} kept */
  #kept({ run: id, ...checkpoint }) {
    const { run } = this;
    if (run?.id !== id) return;
    run.checkpoint = checkpoint;
    this.emit('kept', run);
  }

  /** Remembers what the engine's fall breaks off: a run at work, or one whose last picture is not among its frames yet. */
  #breakOff() {
    const { run, progress } = this;
    const isUnkept = run?.checkpoint && progress && run.checkpoint.iteration < progress.iteration && /** @type {any} */ (run).frames?.at(-1)?.iteration !== progress.iteration;
    if (this.#beginning && this.isRunning) this.#brokenOff = { ...this.#beginning, isPaused: this.#page.state === 'paused', hasProgressed: true };
    else if (run && (this.isRunning || isUnkept)) this.#brokenOff = { run, isPaused: this.#page.state === 'paused', hasProgressed: Boolean(progress) };
    this.#replaceRun(undefined);
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
    if (error.name === FALLEN) return; // then it was broken off
    const { run } = this;
    if (run?.checkpoint && this.progress && MEMORY.test(error.message)) {
      this.#replaceRun(undefined);
      this.goOnWith(run, { isShort: true }).then((sentence) => this.#page.note(sentence));
      return;
    }
    this.#brokenOff = this.#beginning = undefined;
    const keepsPicture = error.name === 'RanAway' && Boolean(this.progress); // as it was before, like one that was stopped
    if (!keepsPicture) this.#replaceRun(undefined);
    this.#page.state = keepsPicture ? 'done' : 'ready';
    if (keepsPicture) this.emit('end');
    this.#page.complain(error);
  }

  /** @param {Run | undefined} run */
  #replaceRun(run) {
    if (run) this.#brokenOff = this.#beginning = undefined;
    this.run = run;
    this.progress = undefined;
    this.emit('run', run);
  }
}

/** What drivers and our own errors say when it runs out. */
const MEMORY = /memory|buffer of/i;

/** MiB that the page offers a print at least. */
const LEAST_MEMORY = 96;

/** The same print in smaller tiles. @param {Print} wanted @returns {Print} */
function withLess({ edge, memory }) { return { edge, memory: Math.max(LEAST_MEMORY, memory / 2) }; }

/** @param {Scale[]} scales */
function stepsOf(scales) { return scales.reduce((sum, { iterations }) => sum + iterations, 0); }
