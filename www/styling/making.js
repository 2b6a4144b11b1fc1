// The making of a style: it times a few steps, asks how long it may train, trains in sight of the person, and hands the style
// over. While its dialog is open, the large picture rests.

import '../elements/style-dialog.js';
import { t, told } from '../language/words.js';
import { $ } from '../page/ids.js';
import { download, slug } from '../project/download.js';
import { duration, timeLeft } from '../run/tempo.js';
import * as settings from '../settings/settings.js';
import { SMALL, STEPS, USUAL, hasSettled, planFor, planIn, seconds } from './terms.js';

const SAMPLES = new URL('../samples/samples.json', import.meta.url);
const START = new URL('../weights/start.style', import.meta.url); // what other paintings have taught
const KEEP_MS = 30_000; // from one copy of the style to the next
const TIMED = 4; // steps; the first also compiles what it needs
const STRENGTH = 50; // what a style is trained for: its dial begins there
const LENGTHS = { short: 'Short', normal: 'Normal', long: 'Long' };

/**
 * @import { Bytes, Events, TrainingPlan } from '../engine/messages.d.ts'
 * @import { Painter } from '../engine/painter.js'
 * @import { Page } from '../page/page.js'
 * @import { Easel } from '../run/easel.js'
 * @import { Picture, Wells } from '../sources/wells.js'
 * @import { Length } from './terms.js'
 */

export class Making {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Wells} */
  #wells;
  #form; #use; #dialog = $('style-making');
  /** @type {'closed' | 'timing' | 'preparing' | 'training' | 'resting' | 'made'} */
  #phase = 'closed';
  #resume = false; #own = planIn(location.search); #quarter = 0;
  /** @type {number[]} */
  #steps_ms = [];
  /** @type {number[]} */
  #looks_ms = [];
  /** The photo's losses. @type {number[]} */
  #totals = [];
  #step = 0; #all = 0; #isBroken = false; #isSaved = false;
  /** The style as it was. @type {{at_ms: number, step?: number, bytes?: Bytes} | undefined} */
  #kept;

  /** `use` takes the style that was made. @param {{page: Page, easel: Easel, wells: Wells, form: HTMLFormElement, use: (blob: Blob, took_s: number) => Promise<void>}} given */
  constructor({ page, easel, wells, form, use }) {
    [this.#page, this.#easel, this.#wells, this.#form, this.#use] = [page, easel, wells, form, use];
    const answer = (type, work) => this.#dialog.addEventListener(type, ({ detail }) => this.#attempt(() => work.call(this, detail)));
    answer('train', this.#train);
    answer('hold', this.#hold);
    answer('halt', this.#halt);
    answer('keep', this.#save);
    answer('hand', this.#share);
    answer('use', this.#take);
    answer('closed', this.#close);
    const listen = (/** @type {Painter} */ painter) => {
      painter.on('training', (news) => this.#hear(news));
      painter.on('trainingFailed', (failure) => { if (this.#breakOff()) page.complain(failure); });
    };
    if (page.painter) listen(page.painter);
    page.on('painter', listen);
    page.on('fell', () => this.#breakOff()); // the page tells of it
    addEventListener('beforeunload', (event) => { if (this.#step > 0 && !this.#isSaved && ['training', 'resting', 'made'].includes(this.#phase)) event.preventDefault(); });
  }

  /** Asks, and finds out meanwhile how fast this device is. */
  async open() {
    if (!this.#wells.get('photo') || !this.#wells.get('painting')) return this.#page.complain(new Error(t('Choose a photo and a painting first: click, drop or paste them.')));
    if (!await this.#page.opened || this.#phase !== 'closed') return;
    this.#phase = 'timing';
    this.#resume = await this.#easel.pause();
    await this.#wells.settled();
    this.#forget();
    const lengths = Object.entries(LENGTHS).map(([value, words]) => ({ value, words: t(words), steps: this.#stepsOf(value) }));
    this.#dialog.ask({ painting: this.#title, lengths, length: USUAL });
    await this.#attempt(() => this.#begin({ ...this.#own, steps: TIMED }, []));
  }

  get #title() { return this.#wells.get('painting')?.title ?? ''; }

  /** @param {string} length */
  #stepsOf(length) { return this.#own.steps ?? STEPS[/** @type {Length} */ (length)]; }

  #forget() {
    [this.#steps_ms, this.#looks_ms, this.#totals] = [[], [], []];
    this.#step = this.#quarter = 0;
    this.#kept = undefined;
    this.#isSaved = false;
  }

  /** @param {Partial<TrainingPlan>} plan @param {Blob[]} photos @param {Blob} [start] */
  #begin(plan, photos, start) {
    const wanted = settings.read(this.#form);
    // What a style is trained for is neither a mask's nor a start's business.
    const own = { ...wanted, strength: STRENGTH, texture: false, masked: false, placed: false, start: /** @type {const} */ ('photo') };
    return this.#page.painter.ask('beginTraining', { settings: own, plan: planFor(wanted.size, plan), photos, start });
  }

  /** @param {{length: string, isSmall: boolean, photos: File[]}} wanted */
  async #train({ length, isSmall, photos }) {
    this.#phase = 'preparing';
    const steps = this.#stepsOf(length);
    const plan = { ...isSmall ? { network: SMALL } : {}, ...this.#own, steps };
    this.#dialog.begin({ photo: /** @type {Picture} */ (this.#wells.get('photo')).url, steps });
    this.#forget();
    const [samples, first] = await Promise.all([this.#samples(), plan.network ? undefined : this.#first()]);
    if (this.#phase !== 'preparing') return; // Stop was pressed meanwhile
    try {
      await this.#begin(plan, [...samples, ...photos], first);
    } catch (error) {
      this.#dialog.close();
      throw error;
    }
    if (this.#phase === 'preparing') this.#phase = 'training';
    else if (this.#phase === 'closed') await this.#page.painter.ask('endTraining'); // the same
  }

  /** The photos of this site; one that is looked at takes no part. */
  async #samples() {
    const response = await fetch(SAMPLES).catch(() => null);
    const samples = response?.ok ? await response.json() : [];
    const files = samples.filter(({ kind }) => kind === 'photo').map(({ file }) => new URL(file, SAMPLES).href)
      .filter((file) => file !== this.#wells.get('photo')?.sample);
    const found = await Promise.all(files.map((file) => fetch(file).then((answer) => (answer.ok ? answer.blob() : null), () => null)));
    return found.filter((blob) => blob !== null);
  }

  /** What the usual network begins with; one of another size begins with random numbers, and so does one without a connection. */
  async #first() {
    const response = await fetch(START).catch(() => null);
    return response?.ok ? response.blob() : undefined;
  }

  // --- while it trains

  /** @param {Events['training']} news */
  #hear({ step, steps, finished, step_ms, seen, look_ms }) {
    if (step > 1) this.#steps_ms.push(step_ms);
    if (look_ms !== undefined) this.#looks_ms.push(look_ms);
    if (this.#phase === 'timing' && finished) return this.#foretell();
    if (this.#phase !== 'training' && this.#phase !== 'resting') return;
    [this.#step, this.#all] = [step, steps];
    this.#tell(step, steps);
    if (seen) {
      this.#dialog.draw(seen);
      this.#dialog.add(seen.losses);
      this.#totals.push(seen.losses.total);
    }
    if (seen && performance.now() - (this.#kept?.at_ms ?? 0) > KEEP_MS) this.#keep(step);
    if (finished) this.#made(t('The style is ready.'));
    else if (seen && hasSettled(this.#totals, steps)) this.#attempt(() => this.#end(t('The style is ready after {count} steps: the picture hardly changed any more.', { count: step })));
  }

  /** How fast this device trains; 0 before anything was timed. */
  get pace() {
    const mean = (/** @type {number[]} */ all) => all.reduce((sum, one) => sum + one, 0) / Math.max(1, all.length);
    return { step_ms: mean(this.#steps_ms), look_ms: mean(this.#looks_ms) };
  }

  #foretell() {
    for (const length of Object.keys(LENGTHS)) this.#dialog.foretell(length, t('About {time}', { time: duration(seconds(this.#stepsOf(length), this.pace)) }));
  }

  /** @param {number} step @param {number} steps */
  #tell(step, steps) {
    const percent = Math.floor(100 * step / steps);
    const left = this.#phase === 'resting' ? t('paused') : step > 2 && timeLeft(seconds(steps - step, this.pace));
    this.#dialog.tell({ share: step / steps, words: [`${percent} %`, left, t('step {step} of {steps}', { step, steps })].filter(Boolean).join(' · ') });
    const quarter = Math.floor(4 * step / steps);
    if (quarter <= this.#quarter || quarter === 4) return;
    this.#quarter = quarter; // seldom enough to be borne by those who hear it
    this.#dialog.announce(t('{share} percent of the training is done.', { share: 25 * quarter }));
  }

  async #hold() {
    if (this.#phase !== 'training' && this.#phase !== 'resting') return;
    const rests = this.#phase === 'training';
    this.#phase = rests ? 'resting' : 'training';
    this.#dialog.resting = rests;
    this.#dialog.announce(rests ? t('Paused.') : '');
    if (this.#step > 0) this.#tell(this.#step, this.#all);
    await this.#page.painter.ask(rests ? 'pauseTraining' : 'resumeTraining');
  }

  /** Stop keeps what is there; before the first step that is nothing. */
  async #halt() {
    if (this.#phase === 'preparing' || this.#step === 0) return this.#dialog.close();
    await this.#end(t('Stopped after {count} steps. The style is as good as it was by then.', { count: this.#step }));
  }

  /** @param {string} words */
  async #end(words) {
    if (this.#phase === 'made') return;
    this.#made(words);
    await this.#page.painter.ask('pauseTraining');
  }

  /** @param {string} words */
  #made(words) {
    this.#phase = 'made';
    this.#dialog.made({ name: this.#title, words, canShare: Boolean(navigator.canShare?.({ files: [new File([], 'x.style')] })) });
    this.#dialog.announce(words);
  }

  // --- what becomes of it

  /** Now and then the style is kept as it is so far, should the engine fall. @param {number} step */
  async #keep(step) {
    const at_ms = performance.now();
    this.#kept = { ...this.#kept, at_ms };
    const { bytes } = await this.#page.painter.ask('trainedStyle', { name: this.#title }).catch(() => ({ bytes: undefined })); // then the one before stays
    if (bytes) this.#kept = { at_ms, step, bytes };
  }

  /** @param {{name: string}} wanted */
  async #file({ name }) {
    if (this.#isBroken && this.#kept?.bytes) return new File([this.#kept.bytes], `${slug(name)}.style`);
    const { bytes } = await this.#page.painter.ask('trainedStyle', { name });
    return new File([bytes], `${slug(name)}.style`);
  }

  /** @param {{name: string}} wanted */
  async #save(wanted) {
    download(await this.#file(wanted));
    this.#isSaved = true;
    this.#dialog.say(t('Saved. Drop the file on this page to paint with it again.'));
  }

  /** @param {{name: string}} wanted */
  async #share(wanted) { await navigator.share({ files: [await this.#file(wanted)], title: wanted.name }); }

  /** @param {{name: string}} wanted */
  async #take(wanted) {
    const file = await this.#file(wanted);
    if (this.#easel.isRunning) await this.#easel.stop(); // its picture stays among the past ones
    this.#resume = false;
    this.#dialog.close();
    await this.#use(file, seconds(this.#step, this.pace));
  }

  async #close() {
    this.#phase = 'closed';
    this.#isBroken = false;
    await this.#page.painter.ask('endTraining').catch(() => {}); // an engine that fell trains nothing
    if (this.#resume) await this.#easel.resume();
  }

  /** Ends a training that cannot go on, with the style as it was kept, if it was; returns whether nothing is left of it. */
  #breakOff() {
    if (this.#phase === 'closed' || this.#isBroken) return false;
    this.#isBroken = true;
    if (this.#kept?.bytes) this.#made(t('The training broke off. The style is kept as it was after {count} steps.', { count: this.#kept.step ?? 0 }));
    else this.#dialog.close();
    return !this.#kept?.bytes;
  }

  /** @param {() => unknown} work */
  async #attempt(work) {
    try {
      await work();
    } catch (error) {
      if (error.name === 'AbortError') return; // the person closed the share sheet
      if (this.#dialog.isOpen) this.#dialog.say(told(error.message));
      else this.#page.complain(error);
    }
  }
}
