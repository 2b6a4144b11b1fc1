// Nine sketches of the pair: how strong, how coarse, whose colours.

import { number, t } from '../language/words.js';
import { SMALL } from './panel.js';

const STRENGTHS = [25, 50, 75];
const SCALES = [0.6, 1, 1.6];
const COLOURS = { painting: 'the painting', photo: 'the photo', matched: 'the photo’s palette' };

/**
 * @import { Settings } from '../engine/messages.d.ts'
 * @import { Given, Sketch } from './panel.js'
 */

export class Variations {
  inTurn = true;
  heading = t('Variations');
  hint = t('Nine sketches of your pair. Pick the one you like, and it is painted large.');
  legend = t('Colours of');
  choices = Object.entries(COLOURS).map(([value, words]) => ({ value, words: t(words) }));
  /** @type {Settings} */
  #wanted;

  /** @param {Given} given */
  constructor({ wanted }) {
    this.#wanted = wanted;
    this.choice = Object.hasOwn(COLOURS, wanted.colours) ? wanted.colours : 'painting';
  }

  /** @param {string} colours @returns {Sketch[]} */
  sketches(colours) {
    return STRENGTHS.flatMap((strength) => SCALES.map((scale) => {
      const promote = { strength, 'style-scale': scale, colours };
      const caption = t('Strength {strength}, strokes × {scale}', { strength, scale: number(scale) });
      return { caption, promote, settings: { ...this.#wanted, texture: false, masked: false, placed: false, ...promote, ...SMALL } };
    }));
  }
}
