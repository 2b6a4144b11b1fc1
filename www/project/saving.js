// Turns what is seen into files, the clipboard, a share sheet or a film; and a file that was saved here into everything it
// was painted with.

import '../elements/save-dialog.js';
import { FALLEN } from '../engine/painter.js';
import { t } from '../language/words.js';
import { $ } from '../page/ids.js';
import { mannerOf, nameOf } from '../run/run.js';
import { linkTo } from '../settings/links.js';
import * as settings from '../settings/settings.js';
import { download, slug } from './download.js';
import * as project from './project.js';

const UNBEGUN = 'Missing'; // a new engine has not taken up the run yet
const DOTS_PER_INCH = 300; // of prints
const ENDINGS = { png: 'png', png16: 'png', jpeg: 'jpg', webp: 'webp' };
const TYPES = { png: 'image/png', png16: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' };

/**
 * @import { Wish } from '../elements/elements.d.ts'
 * @import { Source } from '../engine/messages.d.ts'
 * @import { Page } from '../page/page.js'
 * @import { History, Moment, PastRun } from '../past/history.js'
 * @import { Past } from '../past/past.js'
 * @import { Easel } from '../run/easel.js'
 * @import { Wells } from '../sources/wells.js'
 */

export class Saving {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Past} */
  #past;
  /** @type {Wells} */
  #wells;
  /** @type {History} */
  #history;
  #form; #dialog = $('saving');

  /** @param {{page: Page, easel: Easel, past: Past, history: History, wells: Wells, form: HTMLFormElement}} given */
  constructor({ page, easel, past, history, wells, form }) {
    [this.#page, this.#easel, this.#past, this.#history, this.#wells, this.#form] = [page, easel, past, history, wells, form];
    const answer = (type, work) => this.#dialog.addEventListener(type, ({ detail }) => this.#attempt(() => work.call(this, detail)));
    answer('save', this.#save);
    answer('copy', this.#copy);
    answer('share', this.#share);
    answer('film', this.#film);
    answer('link', this.#link);
  }

  /** What is seen, as a PNG, without a question. */
  atOnce() { return this.#attempt(() => this.#save({ format: 'png', enclose: false })); }

  /** Asks how. */
  ask() {
    this.#dialog.open({
      canShare: Boolean(navigator.canShare?.({ files: [new File([], 'x.png', { type: 'image/png' })] })),
      canCopy: 'write' in (navigator.clipboard ?? {}) && 'ClipboardItem' in globalThis,
      filmed: this.#run.frames.length > 1 && !this.#run.print, // a film of pictures of many megapixels is nothing that a browser plays
      isFinished: !this.#easel.isRunning,
    });
  }

  /** The run that is looked at; without one there is no picture to save. */
  get #run() { return /** @type {PastRun} */ (this.#past.run); }

  async #attempt(work) {
    this.#dialog.busy = true;
    try {
      await work();
    } catch (error) {
      if (error.name !== 'AbortError') { // the person closed the share sheet
        this.#dialog.close();
        this.#page.complain(error);
      }
    } finally {
      this.#dialog.busy = false;
    }
  }

  async #file({ format, enclose }) {
    await this.#run.kept;
    const { frame } = this.#past;
    // The living picture holds still, so that the file knows after how many steps it is.
    const paused = !frame && await this.#easel.pause();
    try {
      return await this.#written(frame, { format, enclose });
    } finally {
      if (paused) await this.#easel.resume();
    }
  }

  async #written(frame, wanted) {
    const run = this.#run;
    try {
      if (await this.#page.opened) return await this.#labelled(run, frame, wanted);
    } catch (error) {
      if (![FALLEN, UNBEGUN].includes(error.name)) throw error;
    }
    const last = frame ?? run.frames.at(-1); // the living picture fell with the engine
    return last && await this.#page.opened ? this.#labelled(run, last, wanted) : this.#plain(run, last);
  }

  /** The picture with what it was painted with. @param {PastRun} run @param {Moment | undefined} frame @param {Wish} wanted */
  async #labelled(run, frame, { format, enclose }) {
    const at = frame?.iteration ?? this.#easel.progress?.iteration;
    const { blob } = await this.#page.painter.ask('save', {
      format, settings: project.describe(run, at), enclosed: enclose ? project.enclosures(run) : [], frame: frame?.blob, dotsPerInch: run.print && DOTS_PER_INCH,
    });
    return new File([blob], `${titleOf(run)}.${ENDINGS[format]}`, { type: TYPES[format] });
  }

  /** Without an engine, the frame as it lies here: a PNG that does not say how it was painted. @param {PastRun} run @param {Moment} [frame] */
  #plain(run, frame) {
    if (!frame) throw new Error(t('This picture is gone with the painting engine. Start it again to paint it once more.'));
    return new File([frame.blob], `${titleOf(run)}.png`, { type: 'image/png' });
  }

  async #save(wanted) {
    const run = this.#run;
    download(await this.#file(wanted));
    this.#history.saved(run);
    this.#dialog.close();
  }

  async #copy() {
    // A promise, because some browsers ask for the clipboard at once or not at all.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': this.#file({ format: 'png', enclose: false }) })]);
    this.#dialog.say(t('Copied.'));
  }

  async #share(wanted) {
    await navigator.share({ files: [await this.#file(wanted)], title: nameOf(this.#run) });
    this.#dialog.close();
  }

  async #link() {
    await navigator.clipboard.writeText(linkTo(settings.read(this.#form)));
    this.#dialog.say(t('Copied.'));
  }

  async #film() {
    const run = this.#run;
    const { film } = await import('./film.js'); // few visitors make one
    const blob = await film(run.frames, {
      animate: (frames) => this.#page.painter.ask('animate', frames).then(({ bytes }) => new Blob([bytes], { type: 'image/png' })),
      report: (share) => this.#dialog.say(t('{share} percent of the film is made.', { share: Math.round(100 * share) })),
    });
    download(new File([blob], `${titleOf(run)}.${blob.type.split('/')[1]}`, { type: blob.type }));
    this.#dialog.say(blob.type.startsWith('video') ? '' : t('This browser makes no video; it is an animated PNG instead.'));
  }

  // --- a file that was saved here

  /** Takes everything back that a saved file carries; answers whether it was one. */
  async restore({ which, picture: { blob, title } }) {
    if (!await this.#page.opened) return false;
    const label = await this.#page.painter.ask('readLabel', { blob });
    const found = label && project.read(label);
    if (!found) return false;
    const { project: { settings: wanted, first, score, iterations, sources, findings, mixed, busy, outdated, style }, enclosed } = found;
    settings.write(this.#form, wanted, { whole: true });
    const missing = [];
    for (const [name, { title: called, sample }] of /** @type {[Source, {title: string, sample?: string}][]} */ (Object.entries(sources))) {
      if (enclosed[name]) await this.#wells.take(name, { blob: enclosed[name], title: called });
      else if (sample) await this.#wells.takeSampleFile(name, sample, called);
      else missing.push(called);
    }
    settings.announce(this.#form);
    const continues = first.start === 'picture' && wanted.start !== 'picture';
    const whole = missing.length === 0 && !mixed && !busy && !outdated && !style && (!continues || Boolean(enclosed.start));
    if (whole) {
      this.#easel.follow({ first, score, until: iterations, findings, from: first.start === 'picture' ? enclosed.start : undefined });
    }
    const asPicture = { label: t('Use it as a picture instead'), run: () => this.#wells.take(which, { blob, title }) };
    this.#page.note(outdated && missing.length === 0 ? t('“{title}” was painted by an earlier built-in model. Its settings are back; today’s model paints another picture from them.', { title })
      : whole ? t('“{title}” brought its settings and pictures back. Press Paint for the same picture.', { title })
      : style !== undefined && missing.length === 0 ? t('“{title}” was made at once by the style “{style}”. Drop that style’s file, too, for the same picture.', { title, style })
      : busy && missing.length === 0 ? t('“{title}” brought its settings and pictures back. Its own picture cannot be repeated: it was changed too often while it was painted.', { title })
      : missing.length === 0 ? t('“{title}” brought its settings and pictures back. Its own picture cannot be repeated: it was begun from another one, or one was exchanged on the way.', { title })
      : t('“{title}” brought its settings back. It was painted from {pictures}: drop them to go on.', { title, pictures: missing.map((name) => `“${name}”`).join(', ') }), asPicture);
    return true;
  }
}

/** @param {PastRun} run */
function titleOf(run) {
  return `${slug(run.pictures.photo?.title ?? 'texture')}-x-${slug(mannerOf(run))}`;
}
