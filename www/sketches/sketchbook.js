// The sketchbook: small pictures beside the large one. Variations to choose from, what the layers hold on to, and several
// methods side by side. While it is open, the large picture rests.

import '../elements/sketch-dialog.js';
import * as settings from '../settings/settings.js';
import { duration } from '../run/tempo.js';
import { number, t, told } from '../language/words.js';

const $ = (id) => document.getElementById(id);
const SKETCH = { size: 128, effort: 0.3, 'stop-early': false, seamless: false };

const STRENGTHS = [25, 50, 75];
const SCALES = [0.6, 1, 1.6];
const DIGITS = { maximumSignificantDigits: 3 };
const COLOURS = { painting: 'the painting', photo: 'the photo', matched: 'the photo’s palette' };

export class Sketchbook {
  #page; #easel; #wells; #form; #open; #resume = false;

  constructor({ page, easel, wells, form }) {
    [this.#page, this.#easel, this.#wells, this.#form] = [page, easel, wells, form];
    for (const id of Object.keys(BOOKS)) {
      const dialog = $(id);
      dialog.addEventListener('choose', ({ detail: { value } }) => this.#fill(value));
      dialog.addEventListener('pick', ({ detail: { index } }) => this.#promote(index));
      dialog.addEventListener('closed', () => this.#close());
    }
    const listen = (painter) => painter.addEventListener('sketch', ({ detail }) => this.#hear(detail));
    if (page.painter) listen(page.painter);
    page.addEventListener('painter', ({ detail: painter }) => listen(painter));
  }

  /** Opens "variations", "xray" or "methods". */
  async open(id) {
    const [dialog, Book] = [$(id), BOOKS[id]];
    const wanted = settings.read(this.#form);
    const missing = ['photo', 'painting'].find((which) => !this.#wells.get(which));
    if (missing) return this.#page.complain(new Error(t('Choose a photo and a painting first: click, drop or paste them.')));
    if (!await this.#page.opened) return;
    this.#resume = await this.#easel.pause();
    await this.#wells.settled();
    const hasVgg19 = (await this.#page.painter.weights()).loaded;
    this.#open = { dialog, book: new Book({ wanted, page: this.#page, easel: this.#easel, hasVgg19 }), asked: 0 };
    const { book } = this.#open;
    dialog.open({ heading: book.heading, hint: book.hint, legend: book.legend, choices: book.choices, choice: book.choice });
    await this.#fill(book.choice);
  }

  async #fill(choice) {
    const { book, dialog } = this.#open;
    try {
      const sketches = book.sketches(choice);
      dialog.board.cells = sketches.map(({ caption, name, current }) => ({ caption, name, current }));
      this.#open.sketches = sketches;
      const { painter } = this.#page;
      await painter.sketch({ list: sketches.map(({ settings: own }) => own).filter(Boolean), inTurn: book.inTurn });
      await book.fill?.(dialog, choice);
    } catch (error) {
      dialog.close();
      this.#page.complain(error);
    }
  }

  #hear({ index, progress, frame, ms, likeness, error }) {
    if (!this.#open) return;
    const { dialog, book } = this.#open;
    if (error) return dialog.board.tell(index, told(error.message));
    if (frame) dialog.board.draw(index, frame);
    dialog.board.progress(index, progress.finished ? 1 : progress.fraction);
    book.hear?.(dialog, index, { progress, ms, likeness });
  }

  // The one that was picked is what the large picture becomes.
  #promote(index) {
    const { dialog, sketches } = this.#open;
    const { promote } = sketches[index];
    this.#resume = false;
    dialog.close();
    settings.write(this.#form, promote);
    settings.announce(this.#form);
    this.#easel.paint();
  }

  async #close() {
    if (!this.#open) return;
    this.#open = undefined;
    await this.#page.painter.endSketches();
    if (this.#resume) await this.#easel.resume();
  }
}

/** Nine of the pair: how strong, how coarse, whose colours. */
class Variations {
  inTurn = true;
  heading = t('Variations');
  hint = t('Nine sketches of your pair. Pick the one you like, and it is painted large.');
  legend = t('Colours of');
  choices = Object.entries(COLOURS).map(([value, words]) => ({ value, words: t(words) }));
  #wanted;

  constructor({ wanted }) {
    this.#wanted = wanted;
    this.choice = Object.hasOwn(COLOURS, wanted.colours) ? wanted.colours : 'painting';
  }

  sketches(colours) {
    return STRENGTHS.flatMap((strength) => SCALES.map((scale) => {
      const promote = { strength, 'style-scale': scale, colours };
      const caption = t('Strength {strength}, strokes × {scale}', { strength, scale: number(scale) });
      return { caption, promote, settings: { ...this.#wanted, texture: false, masked: false, placed: false, ...promote, ...SKETCH } };
    }));
  }
}

/** What each layer holds on to, and where something remains to be done. */
class XRay {
  inTurn = true;
  heading = t('X-ray');
  hint = t('What the network sees, layer by layer, from fine to coarse.');
  choice = 'photo';
  #wanted; #page; #easel;

  constructor({ wanted, page, easel }) {
    this.#wanted = wanted;
    this.#page = page;
    this.#easel = easel;
    this.choices = [{ value: 'photo', words: t('What this layer keeps of the photo') }, { value: 'painting', words: t('What this layer keeps of the painting') },
      ...easel.progress ? [{ value: 'rest', words: t('Where the loss remains') }] : []];
  }

  sketches(choice) {
    if (choice === 'rest') return [{ caption: t('From the photo') }, { caption: t('From the painting') }];
    const layers = settings.STYLE_LAYERS;
    const none = Object.fromEntries(layers.map((name) => [name, 0]));
    const base = { ...this.#wanted, recipe: 'scumble', masked: false, placed: false, blend: [], 'style-scales': [], colours: 'painting', ...SKETCH, start: 'noise', effort: 0.5 };
    return layers.map((name) => ({
      caption: name,
      settings: choice === 'photo'
        ? { ...base, texture: false, 'style-layers': none, 'content-layers': { [name]: 1 } }
        : { ...base, texture: true, 'style-layers': { [name]: 1 }, 'content-layers': {} },
    }));
  }

  async fill(dialog, choice) {
    if (choice !== 'rest') return;
    dialog.below.replaceChildren(Object.assign(document.createElement('p'), { className: 'hint',
      textContent: t('Bright areas would still change much in the next step. Under Losses on the page you find the curves over time.') }));
    for (const [index, { width, height, rgba }] of (await this.#page.painter.heat()).entries()) {
      dialog.board.draw(index, { width, height, rgba: glow(rgba) });
      dialog.board.progress(index, 1);
    }
  }
}

/** The models and recipes side by side, one after the other, so that their times can be compared. */
class Methods {
  inTurn = false;
  heading = t('Compare methods');
  choices = [];
  choice = '';
  #wanted; #recipes; #hasVgg19;

  constructor({ wanted, page, hasVgg19 }) {
    this.#wanted = wanted;
    this.#recipes = page.recipes;
    this.#hasVgg19 = hasVgg19;
    this.hint = hasVgg19 ? t('The same pair and seed, one after the other. Edges are the photo’s (1: all kept), colour is the distance from the painting’s (0: none), grain is relative to the painting’s.')
      : t('Load VGG19 to compare it and the published recipes as well. Edges are the photo’s (1: all kept), colour is the distance from the painting’s (0: none), grain is relative to the painting’s.');
  }

  sketches() {
    const base = { ...this.#wanted, masked: false, placed: false, texture: false, ...SKETCH, 'style-layers': {}, 'content-layers': {}, 'style-loss': 'usual' };
    const own = (model, pooling) => ({ ...base, recipe: 'scumble', model, pooling });
    const theirs = (recipe) => {
      const { model, start, optimizer, pooling } = this.#recipes[recipe];
      return { ...base, recipe, model, start, optimizer, pooling };
    };
    return [
      { caption: t('Built-in'), settings: own('student', 'average') },
      ...this.#hasVgg19 ? [{ caption: 'VGG19', settings: own('vgg19', 'average') }, { caption: 'Gatys et al.', settings: theirs('gatys') },
        { caption: 'neural-style', settings: theirs('neural-style') }, { caption: 'style-transfer-pytorch', settings: theirs('style-transfer-pytorch') }]
        : [{ caption: t('Built-in, Wasserstein'), settings: { ...own('student', 'average'), 'style-loss': 'wasserstein' } },
          { caption: t('Built-in, Gram matrix'), settings: { ...own('student', 'average'), 'style-loss': 'gram' } }],
    ];
  }

  hear(dialog, index, { progress, ms, likeness }) {
    const loss = progress.losses.at(-1)?.total;
    dialog.board.tell(index, [
      duration(ms / 1000), t('{count} iterations', { count: progress.iteration }), loss !== undefined && t('loss {loss}', { loss: number(loss, DIGITS) }),
      likeness && t('edges {edges}, colour {colour}, grain {grain}', {
        edges: number(likeness.edges, DIGITS), colour: number(likeness.colour, DIGITS), grain: number(likeness.grain, DIGITS),
      }),
    ].filter(Boolean).join(' · '));
  }
}

const BOOKS = { variations: Variations, xray: XRay, methods: Methods };

// Black, then the colour of embers, then white.
function glow(rgba) {
  const heat = new Uint8ClampedArray(rgba.length);
  for (let i = 0; i < rgba.length; i += 4) {
    const value = rgba[i] / 255;
    heat.set([255 * Math.min(1, 2.2 * value), 255 * value ** 1.6, 255 * value ** 4, 255], i);
  }
  return heat;
}
