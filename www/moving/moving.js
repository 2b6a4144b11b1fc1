// Moving pictures in the manner of a style: the camera's, live, or a film's. It opens the dialog, lays the wished style into the
// engine, and paints frames; where frames come from and what becomes of them stands in camera.js and film.js. While its dialog is
// open, the large picture rests.

import '../elements/moving-dialog.js';
import { FALLEN } from '../engine/painter.js';
import { t, told } from '../language/words.js';
import { $ } from '../page/ids.js';
import { Camera } from './camera.js';
import { Film } from './film.js';

/**
 * @import { Pixels } from '../engine/messages.d.ts'
 * @import { Page } from '../page/page.js'
 * @import { Easel } from '../run/easel.js'
 * @import { Size } from './pace.js'
 *
 * @typedef {{name: string, bring: () => Promise<Blob>}} Offered A style, and where its file comes from.
 * @typedef {{styles: Offered[], strength: number, film?: File}} Wanted Without a film, it is the camera.
 * @typedef {(frame: ImageBitmap, size: Size) => Promise<Pixels>} Paint Paints a frame as the person wishes now; the frame is closed.
 */

export class Moving {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  #dialog = $('moving'); #resume = false;
  /** @type {Offered[]} */
  #styles = [];
  /** The one that the engine has. @type {Offered | undefined} */
  #laid;
  /** What the dialog is open for. @type {Camera | Film | undefined} */
  #work;

  /** @param {{page: Page, easel: Easel}} given */
  constructor({ page, easel }) {
    [this.#page, this.#easel] = [page, easel];
    const answer = (type, work) => this.#dialog.addEventListener(type, () => this.#attempt(work));
    answer('manner', () => this.#work?.follow());
    answer('record', () => this.#work instanceof Camera && this.#work.record());
    answer('train', () => this.#work instanceof Film && this.#work.begin());
    answer('halt', () => this.#work instanceof Film && this.#work.halt());
    answer('keep', () => this.#work instanceof Film && this.#work.save());
    answer('closed', () => this.#close());
  }

  /** @param {Wanted} wanted */
  async open({ styles, strength, film }) {
    if (!await this.#page.opened || this.#work) return;
    if (styles.length === 0) throw new Error(t('There is no style to paint with. Open one, or make one of a painting, then try again.'));
    const given = { dialog: this.#dialog, paint: this.#paint, styleName: () => this.#styles[this.#dialog.manner.style].name };
    const work = film ? new Film({ ...given, file: film }) : new Camera(given);
    [this.#work, this.#styles] = [work, styles];
    this.#resume = await this.#easel.pause();
    work.open({ styles: styles.map(({ name }) => name), strength });
    await this.#attempt(() => work.run());
  }

  /** @type {Paint} */
  #paint = async (frame, size) => {
    const { style, strength } = this.#dialog.manner;
    try {
      await this.#lay(this.#styles[style]);
      return await this.#page.painter.ask('stylizeFrame', { frame, ...size, strength }, [frame]);
    } finally {
      frame.close(); // the same, if it was not transferred
    }
  };

  /** @param {Offered} style */
  async #lay(style) {
    if (style === this.#laid) return;
    await this.#page.painter.ask('loadStyle', { blob: await style.bring(), moving: true });
    this.#laid = style;
  }

  async #close() {
    const work = this.#work;
    [this.#work, this.#laid] = [undefined, undefined];
    this.#page.painter.ask('dropStyle', { moving: true }).catch(() => {}); // an engine that fell has none
    if (this.#resume) await this.#easel.resume();
    await work?.end();
  }

  /** An engine that fell is the page's to tell; of anything else the dialog tells. @param {() => unknown} work */
  async #attempt(work) {
    try {
      await work();
    } catch (error) {
      const isFatal = error.name === FALLEN;
      if (isFatal && this.#dialog.isOpen) this.#dialog.close();
      if (isFatal || !this.#dialog.isOpen) this.#page.complain(error);
      else this.#dialog.say(told(error.message));
    }
  }
}
