// The past: a slider through the moments of the runs, a new run from any of them, a moment pinned to compare with, and
// undo and redo.

import { t } from '../language/words.js';
import { $ } from '../page/ids.js';
import { nameOf } from '../run/run.js';
import * as settings from '../settings/settings.js';
import { Undo } from './undo.js';

const SETTLED_MS = 600; // a slider that is being moved is one change

/**
 * @import { Page } from '../page/page.js'
 * @import { History, PastRun } from './history.js'
 * @import { Easel } from '../run/easel.js'
 * @import { Ledge } from '../run/ledge.js'
 * @import { Run } from '../run/run.js'
 * @import { Stage } from '../run/stage.js'
 * @import { Wells } from '../sources/wells.js'
 */

export class Past {
  /** @type {Page} */
  #page;
  /** @type {Easel} */
  #easel;
  /** @type {Stage} */
  #stage;
  /** @type {Ledge} */
  #ledge;
  /** @type {History} */
  #history;
  /** @type {Wells} */
  #wells;
  /** @type {PastRun | undefined} */
  #run;
  /** @type {number | null} */
  #index = null;
  #form; #undo = new Undo(); #pinned = false; #restoring = false; #timer;

  /** @param {{page: Page, easel: Easel, stage: Stage, ledge: Ledge, history: History, wells: Wells, form: HTMLFormElement}} given */
  constructor({ page, easel, stage, ledge, history, wells, form }) {
    [this.#page, this.#easel, this.#stage, this.#ledge, this.#history, this.#wells, this.#form] = [page, easel, stage, ledge, history, wells, form];
    easel.on('run', (run) => this.#begun(run));
    history.on('change', () => this.#draw());
    easel.on('first', ({ run }) => { if (run.style) this.#follow(run); });
    // The first step of a run shows the canvas; whoever looks at an older picture goes on doing so.
    easel.on('progress', () => { if (this.#run && this.#run !== easel.run && stage.live) this.#look(this.#index); });
    page.on('painter', (painter) => painter.on('frame', (frame) => history.add(frame)));
    $('time').addEventListener('look', ({ detail }) => this.#look(detail.index));
    $('runs').addEventListener('change', () => this.show(history.runs[$('runs').selectedIndex]));
    for (const button of [$('branch'), $('head-start')]) button.addEventListener('click', () => this.#paintOn());
    $('pin').addEventListener('click', () => this.#pin());
    $('undo').addEventListener('click', () => this.#restore(this.#undo.back()));
    $('redo').addEventListener('click', () => this.#restore(this.#undo.forth()));
    form.addEventListener('input', () => this.#later());
    wells.on('change', () => this.#later());
    document.addEventListener('keydown', (event) => this.#shortcut(event));
    wells.furnished.then(() => this.#remember());
    this.#draw();
  }

  /** The run that is looked at. */
  get run() { return this.#run; }

  /** The frame that is looked at; nothing when it is the living picture. */
  get frame() {
    if (!this.#run) return undefined;
    if (this.#run.style || this.#run !== this.#easel.run) return this.#run.frames[this.#index ?? this.#run.frames.length - 1];
    return this.#index === null ? undefined : this.#run.frames[this.#index];
  }

  /** Looks at the newest moment of a run. @param {PastRun} run */
  show(run) {
    this.#run = run;
    this.#look(null);
    this.#later();
  }

  /** @param {Run | undefined} run */
  #begun(run) {
    this.#index = null;
    if (run) {
      this.#run = /** @type {PastRun} */ (run);
      this.#history.begin(run);
      this.#later();
      return;
    }
    // A run that fell, or a device that was lost, takes the living picture along; what had become of it is here.
    this.#run = this.#history.runs.findLast(({ frames }) => frames.length > 0);
    this.#pinned = false;
    this.#look(null);
  }

  /** The newest picture of a style is in sight. @param {Run} run */
  #follow(run) {
    this.#run = /** @type {PastRun} */ (run);
    this.#index = null;
    this.#draw();
    this.#later();
  }

  async #paintOn() {
    await this.#run?.kept;
    await this.#easel.paint(this.frame);
  }

  #look(index) {
    this.#index = index;
    const { run, frame } = this;
    if (frame) this.#stage.showFrame(frame, run?.original);
    else if (this.#easel.progress) this.#stage.showLive({ ...this.#easel.progress, photo: run?.original });
    if (run) this.#stage.name(nameOf(run));
    this.#ledge.dress();
    this.#draw();
  }

  #pin() {
    const pinned = this.#pinned ? undefined : this.frame ?? this.#run?.frames.at(-1);
    this.#pinned = Boolean(pinned);
    this.#stage.pin(pinned);
    this.#draw();
  }

  #draw() {
    const { runs } = this.#history;
    const frames = this.#run?.frames ?? [];
    $('time').show({ frames, iterations: this.#run?.iterations ?? 0, index: this.#index });
    $('time').hidden = frames.length < 2;
    const styled = Boolean(this.#run?.style);
    $('pin').hidden = frames.length < 1;
    $('branch').hidden = frames.length < 1 || styled;
    $('head-start').hidden = frames.length < 1 || !styled;
    $('branch').disabled = !this.frame;
    $('pin').ariaPressed = String(this.#pinned);
    $('runs').hidden = runs.length === 0 || (runs.length === 1 && this.#run === runs[0]);
    if ($('runs').options.length !== runs.length) {
      $('runs').replaceChildren(...runs.map((_, index) => new Option(t('Picture {number}', { number: index + 1 }), String(index))));
    }
    $('runs').selectedIndex = runs.findIndex((run) => run === this.#run);
    $('undo').disabled = !this.#undo.canBack;
    $('redo').disabled = !this.#undo.canForth;
  }

  // --- undo and redo

  #later() {
    if (this.#restoring) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#remember(), SETTLED_MS);
  }

  #remember() {
    clearTimeout(this.#timer);
    const pictures = this.#wells.lying(this.#wells.names);
    const now = { settings: settings.read(this.#form), pictures, run: this.#run };
    const same = (a, b) => JSON.stringify(a.settings) === JSON.stringify(b.settings) && a.run === b.run
      && this.#wells.names.every((which) => a.pictures[which]?.blob === b.pictures[which]?.blob);
    this.#undo.remember(now, same);
    this.#draw();
  }

  async #restore(state) {
    if (!state) return;
    clearTimeout(this.#timer);
    this.#restoring = true;
    try {
      settings.write(this.#form, state.settings, { whole: true });
      for (const which of this.#wells.names) {
        const picture = state.pictures[which];
        if (picture && picture.blob !== this.#wells.get(which)?.blob) await this.#wells.take(which, picture);
      }
      if (state.run && state.run !== this.#run && this.#history.runs.includes(state.run)) {
        this.#run = state.run;
        this.#look(null);
      }
      settings.announce(this.#form);
    } catch (error) {
      this.#page.complain(error);
    } finally {
      this.#restoring = false;
      this.#draw();
    }
  }

  #shortcut(event) {
    const isText = event.target.matches?.('input[type="number"], input[type="text"], textarea');
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isText || document.querySelector('dialog[open]')) return;
    const key = event.key.toLowerCase();
    if (key === 'z' || key === 'y') {
      event.preventDefault();
      if (!event.shiftKey && key === 'z') this.#remember(); // what has not settled yet is a change as well
      this.#restore(event.shiftKey || key === 'y' ? this.#undo.forth() : this.#undo.back());
    }
  }
}
