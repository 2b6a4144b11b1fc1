// Both approaches side by side: a style that repaints the photo in one pass, and the models and recipes that paint it step by step,
// one after the other, so that what they cost and what they bring can be compared.

import { h } from '../elements/dom.js';
import { number, t } from '../language/words.js';
import { duration } from '../run/tempo.js';
import { paysAfter } from '../styling/terms.js';
import { FigureTable } from './figures.js';
import { SMALL } from './panel.js';

const DIGITS = { maximumSignificantDigits: 3 };
const SIZES = [128, 256];
const STRENGTH = 50; // what a style is trained for: all ways are compared there
const MIB = 2 ** 20;
const [STYLE, OWN] = [0, 1]; // where the style stands in the list, and Scumble's own painter

/**
 * @import { Settings } from '../engine/messages.d.ts'
 * @import { SketchDialog } from '../elements/sketch-dialog.js'
 * @import { AtHand } from '../styling/styling.js'
 * @import { Choices, Given, Heard, Sketch } from './panel.js'
 */

export class Methods {
  inTurn = false;
  heading = t('Compare the approaches');
  legend = t('Size');
  /** @type {Choices} */
  choices = SIZES.map((size) => ({ value: String(size), words: `${size} px` }));
  choice = String(SMALL.size);
  /** @type {Settings} */
  #wanted;
  /** @type {Record<string, Partial<Settings>>} */
  #recipes;
  #hasVgg19; #painting; #size = SMALL.size;
  /** @type {AtHand | undefined} */
  #style;
  /** @type {FigureTable} */
  #table;
  #payoff = h('p', { 'data-says': 'payoff' });

  /** @param {Given} given */
  constructor({ wanted, page, hasVgg19, painting, style }) {
    this.#wanted = wanted;
    this.#recipes = page.recipes;
    this.#hasVgg19 = hasVgg19;
    this.#painting = painting;
    this.#style = style;
    this.hint = t('Gatys’ approach paints each picture step by step, and compares it with photo and painting at every step. Fast style transfer learns a painting beforehand, and then repaints any photo in one pass.');
  }

  /** The style first: it needs the least time. @param {string} choice @returns {Sketch[]} */
  sketches(choice) {
    this.#size = Number(choice);
    const base = { ...this.#wanted, ...SMALL, effort: this.#wanted.effort, size: this.#size, strength: STRENGTH, colours: /** @type {const} */ ('painting'), blend: [], 'style-scales': [],
      masked: false, placed: false, texture: false, 'style-layers': {}, 'content-layers': {}, 'style-loss': /** @type {const} */ ('usual') };
    const own = (model) => /** @type {Settings} */ ({ ...base, recipe: 'scumble', model, pooling: 'average' });
    const theirs = (recipe) => /** @type {Settings} */ ({ ...base, ...this.#recipes[recipe], recipe });
    return [
      { caption: t('Fast style transfer'), settings: this.#style && base, style: this.#style?.blob },
      { caption: t('Scumble, built-in'), settings: own('student') },
      ...this.#hasVgg19 ? [{ caption: t('Scumble, VGG19'), settings: own('vgg19') }, { caption: 'Gatys et al.', settings: theirs('gatys') },
        { caption: 'neural-style', settings: theirs('neural-style') }, { caption: 'style-transfer-pytorch', settings: theirs('style-transfer-pytorch') }]
        : [{ caption: t('Scumble, Wasserstein'), settings: { ...own('student'), 'style-loss': 'wasserstein' } },
          { caption: t('Scumble, Gram matrix'), settings: { ...own('student'), 'style-loss': 'gram' } }],
    ];
  }

  /** @param {SketchDialog} dialog @param {string} choice */
  async fill(dialog, choice) {
    this.#table = new FigureTable({ ways: this.sketches(choice).map(({ caption }) => caption), judged: this.#hasVgg19 });
    this.#payoff.replaceChildren();
    dialog.below.replaceChildren(this.#table.element, this.#payoff, h('p', { class: 'hint' }, this.#notes));
    if (this.#style) return dialog.board.tell(STYLE, this.#about(this.#style));
    dialog.board.progress(STYLE, 1);
    dialog.board.tell(STYLE, t('No style is at hand. Pick one on the page under Style, or make this painting one.'));
  }

  /** @param {Heard} heard */
  hear({ dialog, index, progress, ms, measures }) {
    const { iteration } = progress;
    if (iteration === 1) this.#table.tell(index, { first_s: ms / 1000 });
    if (index !== STYLE) {
      const loss = progress.losses.at(-1)?.total;
      dialog.board.tell(index, [t('{count} iterations', { count: iteration }), loss !== undefined && t('loss {loss}', { loss: number(loss, DIGITS) })].filter(Boolean).join(' · '));
    }
    if (!measures) return;
    const { gflop, peak, edges, colour, r, layout } = measures;
    this.#table.tell(index, { last_s: ms / 1000, passes: iteration, gflop, memory: peak / MIB, edges, colour, r, layout });
    this.#payoff.replaceChildren(this.#whatTrainingBrings());
  }

  /** @param {AtHand} style */
  #about({ name }) {
    return [name, t(name)].includes(this.#painting) ? t(name)
      : t('This style is called “{style}”, the painting “{painting}”. R and colours compare with that painting, which the style perhaps never saw.', { style: t(name), painting: this.#painting });
  }

  get #notes() {
    const common = t('All paint the same pair with the same seed, at strength 50. A pass leads the picture through a network, down and up; GFLOP counts its products and sums. Memory is what the engine held on the device at most. What the device does only once, as compiling, is not counted.');
    const meanings = t('Edges: correlation with the photo’s. Colours: distance from the painting’s. Less is nearer, but for edges.');
    const judged = this.#hasVgg19 ? t('R: distance from the painting’s manner, 1 for the untouched photo. Layout: distance from the photo’s.') : t('Load VGG19 to compare it and the published recipes as well.');
    return [common, judged, meanings].join(' ');
  }

  /** When the training of the style pays for itself, as far as that is known. */
  #whatTrainingBrings() {
    const [pass_s, slow_s] = [STYLE, OWN].map((index) => this.#table.of(index).last_s);
    if (!this.#style || pass_s === undefined || slow_s === undefined) return '';
    const { steps, took_s, foretold_s } = this.#style;
    const training_s = took_s ?? foretold_s;
    const trained = took_s !== undefined ? t('The training of the style took {time}.', { time: duration(took_s) })
      : foretold_s !== undefined ? t('The style was trained for {count} steps, which would take this device {time}.', { count: number(steps), time: duration(foretold_s) })
        : t('The style was trained for {count} steps.', { count: number(steps) });
    const seconds = (/** @type {number} */ value) => t('{count} s', { count: number(value, DIGITS) });
    const each = t('At {size} px a picture takes Scumble {slow}, and the style {fast}.', { size: this.#size, slow: seconds(slow_s), fast: seconds(pass_s) });
    const pictures = training_s !== undefined && paysAfter(training_s, { slow_s, pass_s });
    return [trained, each, pictures && t('So the training pays for itself after {count} pictures.', { count: number(pictures, DIGITS) })].filter(Boolean).join(' ');
  }
}
