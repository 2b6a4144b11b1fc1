// The style at hand: it repaints the photo in one pass, and again whenever photo, size or strength change. For the rest of the
// page such a picture is a run of one step.

import { h, icon } from '../elements/dom.js';
import { t } from '../language/words.js';
import { $ } from '../page/ids.js';
import { download, slug } from '../project/download.js';
import * as settings from '../settings/settings.js';
import { seconds } from './terms.js';

/**
 * @import { StyleAbout, Stylized } from '../engine/messages.d.ts'
 * @import { History } from '../past/history.js'
 * @import { Page } from '../page/page.js'
 * @import { Easel } from '../run/easel.js'
 * @import { Run } from '../run/run.js'
 * @import { Picture, Wells } from '../sources/wells.js'
 * @import { Moving, Offered } from '../moving/moving.js'
 * @import { Making } from './making.js'
 * @import { Given, Shipped } from './shelf.js'
 *
 * @typedef {StyleAbout & {blob: Blob, url: string | undefined, took_s: number | undefined}} Style `url`: of its thumbnail; `took_s`: its training, if that was here.
 * @typedef {{name: string, steps: number, blob: Blob, took_s: number | undefined, foretold_s: number | undefined}} AtHand `foretold_s`: what its training would take here, if a step was timed.
 * @typedef {{style: Style, photo: Picture, size: number, strength: number}} Wish What the picture shall be.
 */

export class Styling {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Wells} */
  #wells;
  /** @type {History} */
  #history;
  #form;
  /** @type {Style | undefined} */
  #style;
  /** What was painted last. @type {Wish | undefined} */
  #painted;
  /** The newest run of a style. @type {Run | undefined} */
  #run;
  #runs = 0;
  /** The size of a picture that is no file yet. @type {Stylized | undefined} */
  #loose;
  /** @type {Promise<void> | undefined} */
  #work;
  /** @type {Promise<Making> | undefined} */
  #making;
  /** @type {Promise<Moving> | undefined} */
  #moving;

  /** @param {Given} given */
  constructor({ page, easel, wells, form, history }) {
    [this.#page, this.#easel, this.#wells, this.#form, this.#history] = [page, easel, wells, form, history];
    form.addEventListener('input', () => this.#follow());
    wells.on('change', () => this.#follow());
    page.on('painter', () => page.opened.then((isOpen) => { if (isOpen) this.#resend(); }));
  }

  /** Takes a style from its file. @param {Blob} blob @param {number} [took_s] its training, if that was here */
  async take(blob, took_s) {
    if (!await this.#page.opened) return;
    const about = await this.#page.painter.ask('loadStyle', { blob });
    this.#lay({ ...about, blob, took_s, url: about.thumbnail.length > 0 ? URL.createObjectURL(new Blob([about.thumbnail], { type: 'image/png' })) : undefined });
    this.#paint();
  }

  /** Takes one that this site ships. @param {string} file @param {string} name */
  async fetch(file, name) { await this.take(await fetched(file, name)); }

  /** Opens the dialog in which a style is made of the painting. */
  async make() {
    this.#making ??= import('./making.js').then(({ Making }) => new Making({
      page: this.#page, easel: this.#easel, wells: this.#wells, form: this.#form, use: (blob, took_s) => this.take(blob, took_s),
    }));
    await this.#making.catch((error) => { this.#making = undefined; throw error; });
    await (await this.#making).open();
  }

  /** Opens the dialog in which moving pictures are painted: the camera's, or a film's. @param {Shipped[]} shipped @param {File} [film] */
  async move(shipped, film) {
    this.#moving ??= import('../moving/moving.js').then(({ Moving }) => new Moving({ page: this.#page, easel: this.#easel }));
    await this.#moving.catch((error) => { this.#moving = undefined; throw error; });
    await (await this.#moving).open({ styles: this.#offered(shipped), strength: settings.read(this.#form).strength, film });
  }

  /** The style at hand, and those that this site ships. @param {Shipped[]} shipped @returns {Offered[]} */
  #offered(shipped) {
    const offered = shipped.map(({ file, name }) => ({ name, bring: () => fetched(file, name) }));
    const own = this.#style;
    return own ? [{ name: own.name, bring: async () => own.blob }, ...offered.filter(({ name }) => name !== own.name)] : offered;
  }

  /** The style at hand, and what is known of its training. @returns {Promise<AtHand | undefined>} */
  async atHand() {
    const pace = (await this.#making)?.pace;
    if (!this.#style) return undefined;
    const { name, steps, blob, took_s } = this.#style;
    return { name, steps, blob, took_s, foretold_s: pace && pace.step_ms > 0 ? seconds(steps, pace) : undefined };
  }

  /** @param {Style | undefined} style */
  #lay(style) {
    if (this.#style?.url) URL.revokeObjectURL(this.#style.url);
    this.#style = style;
    $('style-at-hand').hidden = !style;
    if (!style) return $('style-at-hand').replaceChildren();
    const { name, url } = style;
    $('style-at-hand').replaceChildren(
      h('button', { type: 'button', class: 'style-face', 'data-action': 'paint', title: t('Paint with this style again'), onclick: () => this.#paint() },
        url ? h('img', { src: url, alt: '', width: 44, height: 44 }) : icon('bolt'), h('span', {}, name)),
      h('button', { type: 'button', class: 'icon-only', 'data-action': 'save', 'aria-label': t('Save the style'), title: t('Save the style'), onclick: () => this.#save() }, icon('save')),
      h('button', { type: 'button', class: 'icon-only', 'data-action': 'close', 'aria-label': t('Put the style away'), title: t('Put the style away'), onclick: () => this.#putAway() }, icon('close')));
  }

  #save() { if (this.#style) download(new File([this.#style.blob], `${slug(this.#style.name)}.style`)); }

  async #putAway() {
    this.#lay(undefined);
    $('make-style').focus();
    await this.#work; // its last picture is to become a file
    if (!this.#style) await this.#page.painter.ask('dropStyle');
  }

  /** A new engine knows no style. */
  async #resend() {
    try {
      if (!this.#style) return;
      await this.#page.painter.ask('loadStyle', { blob: this.#style.blob });
      this.#paint();
    } catch (error) {
      this.#page.complain(error);
    }
  }

  // --- painting

  /** Paints even what was painted before. */
  #paint() {
    if (this.#style && this.#easel.isRunning) this.#page.note(t('The style “{name}” is at hand. Press its name when this picture has ended or is stopped.', { name: this.#style.name }));
    this.#painted = undefined;
    this.#follow();
  }

  /** One pass at a time; the newest wish wins. What changes while a run is at work is the run's. */
  #follow() {
    if (this.#easel.isRunning) this.#painted = this.#wish;
    if (this.#work || !this.#isDue) return;
    this.#work = this.#passes().finally(() => { this.#work = undefined; });
    if (this.#run) this.#run.kept = this.#work;
  }

  async #passes() {
    try {
      while (await this.#wells.settled(), this.#isDue || this.#loose) {
        if (this.#isDue) await this.#pass();
        else await this.#keep();
      }
    } catch (error) {
      this.#loose = undefined;
      this.#page.complain(error);
    }
  }

  /** @returns {Wish | undefined} */
  get #wish() {
    const photo = this.#wells.get('photo');
    if (!this.#style || !photo) return undefined;
    const { size, strength } = settings.read(this.#form);
    return { style: this.#style, photo, size, strength };
  }

  get #isDue() {
    const wish = this.#wish;
    if (!wish || !this.#page.isOpen || this.#easel.isRunning) return false;
    return Object.entries(wish).some(([name, value]) => this.#painted?.[name] !== value);
  }

  async #pass() {
    const wish = /** @type {Wish} */ (this.#wish);
    this.#painted = wish;
    const { size, strength } = wish;
    const goesOn = this.#run !== undefined && this.#run === this.#easel.run && this.#run.pictures.photo === wish.photo && this.#run.style === wish.style;
    const stylized = await this.#page.painter.ask('stylize', { size, strength, original: !goesOn || this.#run?.settings.size !== size });
    if (this.#easel.isRunning) { // Paint was pressed meanwhile
      if (this.#loose) this.#loose = stylized;
      return;
    }
    this.#show(wish, stylized, goesOn && this.#run === this.#easel.run ? this.#run : undefined);
  }

  /** @param {Wish} wish @param {Stylized} stylized @param {Run} [former] the run whose picture this is now */
  #show({ style, photo }, stylized, former) {
    const wanted = settings.read(this.#form);
    const original = stylized.original ? URL.createObjectURL(new Blob([stylized.original], { type: 'image/png' })) : former?.original ?? '';
    const { width, height } = stylized;
    const before = former?.original;
    const now = { settings: wanted, first: wanted, scales: [{ width, height, iterations: 1 }], original, kept: this.#work };
    /** @type {Run} */
    const run = former ? Object.assign(former, now)
      : { id: -++this.#runs, score: [], pictures: { photo }, style, continues: false, findings: '', iterations: 1, ...now };
    this.#run = run;
    this.#loose = stylized;
    this.#easel.put(run, stylized);
    if (before && before !== original) URL.revokeObjectURL(before);
  }

  /** Once nothing changes any more the picture becomes a file: to be saved, looked at later, or painted on from. */
  async #keep() {
    const [run, { width, height }] = [/** @type {Run} */ (this.#run), /** @type {Stylized} */ (this.#loose)];
    this.#loose = undefined;
    const { bytes } = await this.#page.painter.ask('stylized');
    this.#history.keep(run, { iteration: 1, width, height, blob: new Blob([bytes], { type: 'image/png' }) });
  }
}

/** The file of a style that this site ships. @param {string} file @param {string} name */
async function fetched(file, name) {
  const response = await fetch(file).catch(() => null);
  if (!response?.ok) throw new Error(t('The style “{name}” could not be loaded. Check the connection and try again.', { name }));
  return response.blob();
}
