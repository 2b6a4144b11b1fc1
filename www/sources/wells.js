// Turns wells, shelves, camera, drops and pastes into pictures that lie in the engine.

import { Emitter } from '../engine/emitter.js';
import { FALLEN } from '../engine/painter.js';
import { t, told } from '../language/words.js';
import { listen } from './incoming.js';

const BRUSH_HEADINGS = { mask: 'Where to paint?', place: 'Where does the second painting go?' };
const SAMPLES = new URL('../samples/samples.json', import.meta.url);

/**
 * @import { Source } from '../engine/messages.d.ts'
 * @import { Page } from '../page/page.js'
 * @import { BrushDialog } from '../elements/brush-dialog.js'
 * @import { CameraDialog } from '../elements/camera-dialog.js'
 * @import { PictureWell } from '../elements/picture-well.js'
 * @import { SampleShelf } from '../elements/sample-shelf.js'
 * @import { Given } from '../elements/elements.d.ts'
 *
 * @typedef {Given & {sample?: string}} New One to be laid into a well; `sample` is its address, if it is this site's own.
 * @typedef {New & {url: string, size?: string, notes?: string[]}} Picture One that lies in a well.
 * @typedef {Partial<Record<Source, Picture>>} Pictures
 *
 * @extends {Emitter<{change: void, own: Source, given: {which: Source, picture: Given, answers: Promise<boolean>[]}, answered: void, weights: Blob, style: Blob, film: File}>}
 */
export class Wells extends Emitter {
  /** Resolves when the samples are laid out. */
  furnished = Promise.resolve();
  /** @type {Page} */
  #page;
  /** @type {Map<Source, Picture>} */
  #lying = new Map();
  /** @type {Set<Promise<unknown>>} */
  #pending = new Set();
  #wells = /** @type {Record<Source, PictureWell>} */ ({});
  /** @type {Partial<Record<Source, SampleShelf>>} */
  #shelves = {};

  /** @param {Page} page */
  constructor(page) {
    super();
    this.#page = page;
    for (const well of document.querySelectorAll('picture-well')) this.#attend(well);
    for (const shelf of document.querySelectorAll('sample-shelf')) {
      const which = /** @type {Source} */ (shelf.getAttribute('name'));
      this.#shelves[which] = shelf;
      shelf.addEventListener('sample', async ({ detail }) => {
        await this.#takeSample(which, detail);
        this.emit('own', which);
      });
    }
    this.#attendCamera(document.querySelector('camera-dialog'));
    this.#attendBrush(document.querySelector('brush-dialog'));
    listen({
      isTaken: (which) => this.#lying.has(which) && !this.get(which)?.sample,
      take: (which, picture) => this.receive(which, picture),
      takeWeights: (blob) => this.emit('weights', blob),
      takeStyle: (blob) => this.emit('style', blob),
      takeFilm: (file) => this.emit('film', file),
    });
  }

  /** What lies in a well: {title, blob, url}, or undefined. A new picture is a new object. @param {Source} which */
  get(which) { return this.#lying.get(which); }

  /** What lies in these, by their names; each of them is named. @param {Source[]} names @returns {Pictures} */
  lying(names) { return Object.fromEntries(names.map((which) => [which, this.get(which)])); }

  /** Whether these pictures are the ones that lie here. @param {Pictures} pictures */
  hold(pictures) { return this.names.every((which) => !(which in pictures) || pictures[which] === this.get(which)); }

  /** @param {Source} which */
  focus(which) { this.#wells[which].focus(); }

  /** Resolves when the engine has answered for every picture given so far. */
  settled() { return Promise.all(this.#pending); }

  /** Once the engine is open, and whenever it was opened anew, it is given what lies here. */
  resend() {
    for (const [which, picture] of this.#lying) this.#track(this.#give(which, picture));
    return this.settled();
  }

  /** A picture that the person gave: perhaps one that Scumble saved, which brings more than itself. @param {Source} which @param {Given} picture */
  receive(which, picture) { return this.#track(this.#receive(which, picture)); }

  /** The names of all wells. @returns {Source[]} */
  get names() { return /** @type {Source[]} */ (Object.keys(this.#wells)); }

  /** A sample of this site, by the address that it was taken from. @param {Source} which @param {string} file @param {string} title */
  takeSampleFile(which, file, title) { return this.#takeSample(which, { file: new URL(file, SAMPLES).href, title }); }

  /** @param {Source} which @param {New} picture @returns {Promise<void>} */
  take(which, { blob, title, sample }) {
    const before = this.#lying.get(which);
    /** @type {Picture} */
    const picture = { blob, title, sample, url: URL.createObjectURL(blob) };
    this.#put(which, picture);
    // Whatever the engine might refuse is not the browser's to decode before: it is seen when the engine has taken it.
    const seen = sample ? this.#show(which, picture) : Promise.resolve();
    return this.#track(seen.then(() => this.#give(which, picture, before)));
  }

  /** Lays out the samples and puts the first of each kind into its well, so that Paint works at once. */
  offerSamples() {
    this.furnished = this.#layOutSamples();
  }

  async #layOutSamples() {
    const response = await fetch(SAMPLES).catch(() => null);
    if (!response?.ok) return; // without samples the wells simply wait
    const samples = (await response.json()).map((sample) => ({
      ...sample, title: t(sample.title), alt: t(sample.alt), file: new URL(sample.file, SAMPLES).href, thumb: new URL(sample.thumb, SAMPLES).href,
    }));
    await Promise.all(this.names.map((which) => {
      const shelf = this.#shelves[which];
      if (!shelf) return;
      shelf.samples = samples.filter(({ kind }) => kind === which);
      const first = samples.find(({ kind }) => kind === which);
      return first && !this.#lying.has(which) ? this.#takeSample(which, first, () => !this.#lying.has(which)) : undefined;
    }));
  }

  async #receive(which, picture) {
    /** @type {Promise<boolean>[]} */
    const answers = [];
    this.emit('given', { which, picture, answers });
    if ((await Promise.all(answers)).some(Boolean)) return this.emit('answered');
    const taken = this.take(which, picture);
    this.emit('own', which);
    await taken;
  }

  async #takeSample(which, { file, title }, stillWanted = () => true) {
    try {
      const response = await fetch(file).catch(() => null);
      if (!response?.ok) throw new Error(t('The sample “{title}” could not be loaded. Check the connection, or choose a file of your own.', { title }));
      const blob = await response.blob();
      if (stillWanted()) await this.take(which, { blob, title, sample: file });
    } catch (error) {
      this.#page.complain(error);
    }
  }

  /**
   * The engine has the last word on what a picture is; if it refuses, what lay there before lies there again.
   * @param {Source} which @param {Picture} picture @param {Picture} [before]
   */
  async #give(which, picture, before) {
    if (!this.#page.isOpen) return; // resend() will
    const well = this.#wells[which];
    well.busy = true;
    try {
      const { width, height, notes, thumbnail } = await this.#page.painter.ask('setPicture', { which, blob: picture.blob });
      if (this.#lying.get(which) !== picture) return;
      const unseen = [picture.url, before?.url];
      Object.assign(picture, { size: `${width} × ${height}`, notes: notes.map(told), url: URL.createObjectURL(new Blob([thumbnail], { type: 'image/png' })) });
      await this.#show(which, picture);
      this.#told(which);
      for (const url of unseen) if (url) URL.revokeObjectURL(url);
    } catch (error) {
      if (error.name === FALLEN && !error.isCause) return; // it is given to the next engine
      if (this.#lying.get(which) === picture) this.#putBack(which, before);
      this.#page.complain(error.isCause ? new Error(t('“{title}” made the painting engine crash, and was put away.', { title: picture.title })) : error);
    } finally {
      well.busy = false;
    }
  }

  #put(which, picture) {
    this.#lying.set(which, picture);
    if (this.#shelves[which]) this.#shelves[which].selected = picture?.sample ?? null;
    this.#told(which);
  }

  #putBack(which, before) {
    if (before) {
      this.#put(which, before);
      this.#show(which, before);
    } else {
      this.#lying.delete(which);
      this.#wells[which].clear();
      this.#told(which);
    }
  }

  /** @param {Source} which @param {Picture} picture */
  #show(which, { url, title, size, notes }) { return this.#wells[which].show({ url, title, size, notes }); }

  #told(which) { this.emit('change'); }

  #track(work) {
    this.#pending.add(work);
    return work.finally(() => this.#pending.delete(work));
  }

  #attend(well) {
    this.#wells[well.name] = well;
    well.addEventListener('picture', ({ detail }) => this.receive(well.name, detail));
    well.addEventListener('trouble', ({ detail }) => this.#page.complain(new Error(t(detail.message))));
  }

  #attendBrush(brush) {
    let which;
    for (const well of Object.values(this.#wells)) {
      well.addEventListener('brush', async () => {
        const photo = this.get('photo');
        if (!photo) return this.#page.complain(new Error(t('There is no photo to paint over. Choose one first.')));
        which = well.name;
        await import('../elements/brush-dialog.js'); // most pictures need no mask
        brush.open({ heading: t(BRUSH_HEADINGS[which]), photo: photo.url, mask: this.get(which)?.url });
      });
    }
    brush.addEventListener('picture', ({ detail }) => this.take(which, detail));
  }

  #attendCamera(camera) {
    let which;
    for (const well of Object.values(this.#wells)) {
      well.addEventListener('camera', async () => {
        which = well.name;
        await import('../elements/camera-dialog.js');
        camera.open();
      });
    }
    camera.addEventListener('picture', ({ detail }) => this.receive(which, detail));
  }
}
