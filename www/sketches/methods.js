// The models and recipes side by side, one after the other, so that their times can be compared.

import { number, t } from '../language/words.js';
import { duration } from '../run/tempo.js';
import { SMALL } from './panel.js';

const DIGITS = { maximumSignificantDigits: 3 };

/**
 * @import { Settings } from '../engine/messages.d.ts'
 * @import { Choices, Given, Heard, Sketch } from './panel.js'
 */

export class Methods {
  inTurn = false;
  heading = t('Compare methods');
  /** @type {Choices} */
  choices = [];
  choice = '';
  /** @type {Settings} */
  #wanted;
  /** @type {Record<string, Partial<Settings>>} */
  #recipes;
  #hasVgg19;

  /** @param {Given} given */
  constructor({ wanted, page, hasVgg19 }) {
    this.#wanted = wanted;
    this.#recipes = page.recipes;
    this.#hasVgg19 = hasVgg19;
    this.hint = hasVgg19 ? t('The same pair and seed, one after the other. Edges are the photo’s (1: all kept), colour is the distance from the painting’s (0: none), grain is relative to the painting’s.')
      : t('Load VGG19 to compare it and the published recipes as well. Edges are the photo’s (1: all kept), colour is the distance from the painting’s (0: none), grain is relative to the painting’s.');
  }

  /** @returns {Sketch[]} */
  sketches() {
    const base = { ...this.#wanted, masked: false, placed: false, texture: false, ...SMALL, 'style-layers': {}, 'content-layers': {}, 'style-loss': 'usual' };
    const own = (model, pooling) => ({ ...base, recipe: 'scumble', model, pooling });
    const theirs = (recipe) => ({ ...base, ...this.#recipes[recipe], recipe });
    return [
      { caption: t('Built-in'), settings: own('student', 'average') },
      ...this.#hasVgg19 ? [{ caption: 'VGG19', settings: own('vgg19', 'average') }, { caption: 'Gatys et al.', settings: theirs('gatys') },
        { caption: 'neural-style', settings: theirs('neural-style') }, { caption: 'style-transfer-pytorch', settings: theirs('style-transfer-pytorch') }]
        : [{ caption: t('Built-in, Wasserstein'), settings: { ...own('student', 'average'), 'style-loss': 'wasserstein' } },
          { caption: t('Built-in, Gram matrix'), settings: { ...own('student', 'average'), 'style-loss': 'gram' } }],
    ];
  }

  /** @param {Heard} heard */
  hear({ dialog, index, progress, ms, likeness }) {
    const loss = progress.losses.at(-1)?.total;
    dialog.board.tell(index, [
      duration(ms / 1000), t('{count} iterations', { count: progress.iteration }), loss !== undefined && t('loss {loss}', { loss: number(loss, DIGITS) }),
      likeness && t('edges {edges}, colour {colour}, grain {grain}', {
        edges: number(likeness.edges, DIGITS), colour: number(likeness.colour, DIGITS), grain: number(likeness.grain, DIGITS),
      }),
    ].filter(Boolean).join(' · '));
  }
}
