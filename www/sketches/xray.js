// What each layer holds on to, and where something remains to be done.

import { STYLE_LAYERS } from '../engine/tables.js';
import { t } from '../language/words.js';
import { SMALL } from './panel.js';

/**
 * @import { Pixels, Settings } from '../engine/messages.d.ts'
 * @import { SketchDialog } from '../elements/sketch-dialog.js'
 * @import { Page } from '../page/page.js'
 * @import { Given, Sketch } from './panel.js'
 */

export class XRay {
  inTurn = true;
  heading = t('X-ray');
  hint = t('What the network sees, layer by layer, from fine to coarse.');
  choice = 'photo';
  /** @type {Settings} */
  #wanted;
  /** @type {Page} */
  #page;

  /** @param {Given} given */
  constructor({ wanted, page, easel }) {
    [this.#wanted, this.#page] = [wanted, page];
    this.choices = [{ value: 'photo', words: t('What this layer keeps of the photo') }, { value: 'painting', words: t('What this layer keeps of the painting') },
      ...easel.progress && !easel.run?.style && !easel.run?.print ? [{ value: 'rest', words: t('Where the loss remains') }] : []];
  }

  /** @param {string} choice @returns {Sketch[]} */
  sketches(choice) {
    if (choice === 'rest') return [{ caption: t('From the photo') }, { caption: t('From the painting') }];
    const layers = STYLE_LAYERS;
    const none = Object.fromEntries(layers.map((name) => [name, 0]));
    const base = { ...this.#wanted, recipe: 'scumble', masked: false, placed: false, blend: [], 'style-scales': [], colours: 'painting', ...SMALL, start: 'noise', effort: 0.5 };
    return layers.map((name) => ({
      caption: name,
      settings: choice === 'photo'
        ? { ...base, texture: false, 'style-layers': none, 'content-layers': { [name]: 1 } }
        : { ...base, texture: true, 'style-layers': { [name]: 1 }, 'content-layers': {} },
    }));
  }

  /** @param {SketchDialog} dialog @param {string} choice */
  async fill(dialog, choice) {
    if (choice !== 'rest') return;
    dialog.below.replaceChildren(Object.assign(document.createElement('p'), { className: 'hint',
      textContent: t('Bright areas would still change much in the next step. Under Losses on the page you find the curves over time.') }));
    for (const [index, { width, height, rgba }] of (await this.#page.painter.ask('remaining')).entries()) {
      dialog.board.draw(index, { width, height, rgba: glow(rgba) });
      dialog.board.progress(index, 1);
    }
  }
}

/** Black, then the colour of embers, then white. @param {Pixels['rgba']} rgba */
function glow(rgba) {
  const heat = new Uint8ClampedArray(rgba.length);
  for (let i = 0; i < rgba.length; i += 4) {
    const value = rgba[i] / 255;
    heat.set([255 * Math.min(1, 2.2 * value), 255 * value ** 1.6, 255 * value ** 4, 255], i);
  }
  return heat;
}
