// Keeps what is painted in this browser, so that neither a crash nor a closed tab takes it along, and offers it when the page is
// opened again. Where nothing can be kept, the browser asks before it closes the page.

import { t } from '../language/words.js';
import { describe, read } from '../project/project.js';
import { nameOf } from '../run/run.js';
import * as settings from '../settings/settings.js';
import { Visit } from './visit.js';

const SETTLED_MS = 400;
const DAY_MS = 86_400_000;
const UNSAVED_DAYS = 14, SAVED_DAYS = 1; // so long is a visit offered
const MOST_VISITS = 3;
const FORMAT = 1;

/**
 * @import { Page } from '../page/page.js'
 * @import { History, Moment, PastRun } from '../past/history.js'
 * @import { Past } from '../past/past.js'
 * @import { Easel } from '../run/easel.js'
 * @import { Run } from '../run/run.js'
 * @import { Picture, Pictures, Wells } from '../sources/wells.js'
 *
 * @typedef {{name: string, bytes: number, type: string}} KeptFile
 * @typedef {KeptFile & {title: string, sample?: string, size?: string, notes?: string[]}} KeptPicture
 * @typedef {object} KeptRun
 * @property {string} key
 * @property {string} label what project.js says of it
 * @property {Record<string, KeptPicture>} pictures
 * @property {KeptFile} [from]
 * @property {Pick<Run, 'scales' | 'iterations' | 'continues' | 'until' | 'print'>} own
 * @property {boolean} saved
 * @property {(Omit<Moment, 'blob' | 'url'> & KeptFile)[]} frames
 * @typedef {{format: number, at: number, settings: any, wells: Record<string, KeptPicture>, runs: KeptRun[], atWork?: string, isPaused: boolean}} Notes
 */

export class Keeping {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Wells} */
  #wells;
  /** @type {History} */
  #history;
  /** @type {Past} */
  #past;
  #form;
  /** @type {Visit | undefined} */
  #visit;
  /** The names of files that the notes before these speak of. @type {Set<string>} */
  #former = new Set();
  /** One write after the other. @type {Promise<void>} */
  #line = Promise.resolve();
  #timer; #said = ''; #isKept = false; #isRefused = false; #awaitsCheckpoint = false; #isForgotten = false;
  /** The key of a run that is about to go on. @type {string | undefined} */
  #coming;

  /** @param {{page: Page, easel: Easel, wells: Wells, history: History, past: Past, form: HTMLFormElement}} given */
  constructor({ page, easel, wells, history, past, form }) {
    [this.#page, this.#easel, this.#wells, this.#history, this.#past, this.#form] = [page, easel, wells, history, past, form];
    history.on('change', () => this.#later());
    easel.on('begin', () => { this.#isForgotten = false; });
    easel.on('run', () => this.#now());
    easel.on('steered', () => this.#later());
    easel.on('end', () => this.#later());
    easel.on('kept', (run) => this.#keepRun(run));
    addEventListener('pagehide', () => this.#now());
    addEventListener('beforeunload', (event) => { if (this.#wouldLose) event.preventDefault(); });
    this.#later();
  }

  /** Whether something unsaved would be lost. */
  get #wouldLose() {
    return !this.#isKept && (this.#easel.isRunning || this.#history.runs.some(({ frames, saved }) => frames.length > 0 && !saved));
  }

  // Changes may come faster than this, so that none may begin the wait anew.
  #later() { this.#timer ??= setTimeout(() => this.#now(), SETTLED_MS); }

  #now() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#history.runs.some(({ frames }) => frames.length > 0) || this.#easel.run) this.#inLine(() => this.#write());
  }

  /** @param {PastRun | Run} run */
  #keepRun(run) {
    if (this.#awaitsCheckpoint) return; // the newest is written when its turn comes
    this.#awaitsCheckpoint = true;
    this.#inLine(async () => {
      this.#awaitsCheckpoint = false;
      const { checkpoint } = run;
      if (checkpoint) await (await this.#begun()).checkpoint.write({ key: keyOf(run), iteration: checkpoint.iteration }, checkpoint.blob);
    });
  }

  /** @param {() => Promise<void>} work */
  #inLine(work) {
    if (this.#isForgotten) return; // until a new picture is begun
    this.#line = this.#line.then(work).then(() => { this.#isKept = true; }, (error) => this.#refuse(error));
  }

  /** Private windows may keep nothing, and a disk may be full. @param {Error} error */
  #refuse(error) {
    this.#isKept = false;
    if (error.name === 'NotFoundError' && this.#visit) { // somebody deleted the files of this site
      this.#visit = undefined;
      this.#said = '';
      return this.#later();
    }
    if (this.#isRefused || error.name !== 'QuotaExceededError') return;
    this.#isRefused = true;
    this.#page.note(t('This browser has no room left to keep your pictures. Save them before you leave.'));
  }

  async #begun() { return this.#visit ??= await Visit.begin(); }

  async #write() {
    const visit = await this.#begun();
    const names = new Set();
    const keep = async (/** @type {Blob} */ blob) => {
      const name = await visit.keep(blob);
      names.add(name);
      return { name, bytes: blob.size, type: blob.type };
    };
    const pictures = async (/** @type {Pictures} */ lying) => {
      const kept = /** @type {Record<string, KeptPicture>} */ ({});
      for (const [which, picture] of Object.entries(lying)) {
        if (picture) kept[which] = { ...await keep(picture.blob), title: picture.title, sample: picture.sample, size: picture.size, notes: picture.notes };
      }
      return kept;
    };
    /** @type {KeptRun[]} */
    const runs = [];
    for (const run of this.#history.runs) {
      const { scales, iterations, continues, until, print, saved = false } = run;
      const frames = [];
      for (const { iteration, width, height, blob } of [...run.frames]) frames.push({ iteration, width, height, ...await keep(blob) });
      runs.push({ key: keyOf(run), label: describe(run, Infinity), pictures: await pictures(run.pictures), from: run.from && await keep(run.from), own: { scales, iterations, continues, until, print }, saved, frames });
    }
    const { run, isRunning } = this.#easel;
    /** @type {Notes} */
    const notes = {
      format: FORMAT, at: Date.now(), settings: settings.read(this.#form), wells: await pictures(this.#wells.lying(this.#wells.names)), runs,
      atWork: this.#coming ?? (run && isRunning ? keyOf(run) : undefined), isPaused: this.#page.state === 'paused',
    };
    await visit.notes.write(notes);
    const said = JSON.stringify({ ...notes, at: 0 });
    if (said !== this.#said) this.#later(); // soon both slots tell of it, should one be damaged
    this.#said = said;
    await visit.sweep(new Set([...names, ...this.#former])); // the other notes, should these be damaged, need the former
    this.#former = names;
  }

  // --- the next visit

  /** Offers what the last visit has left, if it is worth it. */
  async offer() {
    const left = (await Promise.all((await Visit.left()).map(async (visit) => ({ visit, notes: /** @type {Notes | undefined} */ ((await visit.notes.read())?.says) }))));
    const isWorth = ({ notes }) => notes?.format === FORMAT && notes.runs.some(({ frames, key }) => frames.length > 0 || key === notes.atWork)
      && Date.now() - notes.at < DAY_MS * (notes.runs.every(({ saved }) => saved) ? SAVED_DAYS : UNSAVED_DAYS);
    const worth = left.filter(isWorth).sort((a, b) => Number(b.notes?.at) - Number(a.notes?.at)).slice(0, MOST_VISITS);
    for (const one of left) if (!worth.includes(one)) await one.visit.forget();
    if (worth.length === 0) return;
    const [{ visit, notes }] = /** @type {{visit: Visit, notes: Notes}[]} */ (worth);
    const checkpoint = await visit.checkpoint.read();
    const goesOn = notes.atWork !== undefined && checkpoint?.says.key === notes.atWork;
    this.#page.note(goesOn ? t('This page was closed while a picture was being painted. It is still here.') : t('The pictures of your last visit are still here.'), {
      label: goesOn ? t('Go on') : t('Bring them back'),
      run: () => this.#restore(visit, notes, goesOn && checkpoint ? { blob: checkpoint.blob, iteration: checkpoint.says.iteration } : undefined)
        .catch((error) => this.#page.complain(error))
        .finally(() => {
          this.#coming = undefined;
          this.#easel.unexpect();
        }),
    });
  }

  /** Deletes all that is kept; what lies on this page stays until it is closed. */
  async forget() {
    this.#isForgotten = true;
    await this.#line;
    await Visit.forgetAll();
    this.#visit = undefined;
    this.#said = '';
    this.#isKept = false;
    this.#page.note(t('Deleted. What lies on this page stays until it is closed.'));
  }

  /** @param {Visit} visit @param {Notes} notes @param {Run['checkpoint']} checkpoint */
  async #restore(visit, notes, checkpoint) {
    while (!await this.#page.opened) await new Promise((resolve) => { this.#page.on('painter', () => resolve(undefined)); });
    if (checkpoint) {
      this.#coming = notes.atWork;
      this.#easel.expect(notes.isPaused);
    }
    const former = this.#visit;
    this.#visit = visit;
    if (former) this.#inLine(() => former.forget()); // what it kept is kept here from now on
    settings.write(this.#form, notes.settings, { whole: true });
    for (const [which, kept] of Object.entries(notes.wells)) {
      const blob = await visit.file(kept);
      if (blob) await this.#wells.take(/** @type {any} */ (which), { blob, title: kept.title, sample: kept.sample });
    }
    settings.announce(this.#form);
    const runs = [];
    for (const kept of notes.runs) {
      const run = await this.#revived(visit, notes, kept);
      if (run && (run.frames.length > 0 || (checkpoint && run.key === notes.atWork))) runs.push(run);
    }
    this.#history.restore(runs);
    const atWork = runs.find(({ key }) => key === notes.atWork);
    const newest = runs.findLast(({ frames }) => frames.length > 0);
    if (newest) this.#past.show(newest);
    // Whoever stopped it meanwhile sees its picture, and it waits; what was begun since then goes before.
    if (!atWork || !checkpoint || (!this.#easel.isExpecting && this.#easel.isRunning)) return;
    await this.#easel.goOnWith(Object.assign(atWork, { checkpoint }), { isPaused: this.#page.state !== 'painting' });
  }

  /** @param {Visit} visit @param {Notes} notes @param {KeptRun} kept @returns {Promise<PastRun | undefined>} */
  async #revived(visit, notes, { key, label, pictures: files, from, own, saved, frames: moments }) {
    const project = read({ settings: label, enclosed: [] })?.project;
    if (!project) return undefined;
    const pictures = /** @type {Pictures} */ ({});
    for (const [which, file] of /** @type {[import('../engine/messages.d.ts').Source, KeptPicture][]} */ (Object.entries(files))) {
      const lying = this.#wells.get(which);
      const blob = file.name === notes.wells[which]?.name ? undefined : await visit.file(file);
      const picture = blob ? { blob, title: file.title, sample: file.sample, size: file.size, notes: file.notes, url: URL.createObjectURL(blob) } : lying;
      if (picture) pictures[which] = picture;
    }
    const frames = [];
    for (const { iteration, width, height, ...file } of moments) {
      const blob = await visit.file(file);
      if (blob) frames.push({ iteration, width, height, blob, url: URL.createObjectURL(blob) });
    }
    const original = pictures.photo ?? pictures.painting;
    return {
      ...own, id: -1, key, saved, frames, pictures, settings: project.settings, first: project.first, score: project.score, mixed: project.mixed,
      findings: project.findings ?? '', style: project.style === undefined ? undefined : { name: project.style },
      from: from && await visit.file(from), original: original ? URL.createObjectURL(original.blob) : '',
    };
  }
}

/** @param {Run} run */
function keyOf(run) { return run.key ??= crypto.randomUUID(); }
