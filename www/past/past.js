// The past: a slider through the moments of the runs, a new run from any of them, a moment pinned to compare with, and
// undo and redo.

import { nameOf } from '../run/easel.js';
import * as settings from '../settings/settings.js';
import { Undo } from './undo.js';
import { t } from '../language/words.js';

const $ = (id) => document.getElementById(id);
const SETTLED_MS = 600; // a slider that is being moved is one change

export class Past {
  #page; #easel; #stage; #history; #wells; #form; #undo = new Undo(); #index = null; #run; #pinned = false; #restoring = false; #timer;

  constructor({ page, easel, stage, history, wells, form }) {
    [this.#page, this.#easel, this.#stage, this.#history, this.#wells, this.#form] = [page, easel, stage, history, wells, form];
    easel.addEventListener('run', () => this.#begun());
    history.addEventListener('change', () => this.#draw());
    // The first step of a run shows the canvas; whoever looks at an older picture goes on doing so.
    easel.addEventListener('progress', () => { if (this.#run && this.#run !== easel.run && stage.live) this.#look(this.#index); });
    page.addEventListener('painter', ({ detail: painter }) => {
      painter.addEventListener('frame', ({ detail }) => history.add(detail));
    });
    $('time').addEventListener('look', ({ detail }) => this.#look(detail.index));
    $('runs').addEventListener('change', () => this.show(history.runs[$('runs').value]));
    $('branch').addEventListener('click', () => easel.paint(this.frame));
    $('pin').addEventListener('click', () => this.#pin());
    $('undo').addEventListener('click', () => this.#restore(this.#undo.back()));
    $('redo').addEventListener('click', () => this.#restore(this.#undo.forth()));
    form.addEventListener('input', () => this.#later());
    wells.addEventListener('change', () => this.#later());
    document.addEventListener('keydown', (event) => this.#shortcut(event));
    wells.furnished.then(() => this.#remember());
    this.#draw();
  }

  /** The run that is looked at. */
  get run() { return this.#run; }

  /** The frame that is looked at; nothing when it is the living picture. */
  get frame() {
    if (!this.#run) return undefined;
    if (this.#run !== this.#easel.run) return this.#run.frames[this.#index ?? this.#run.frames.length - 1];
    return this.#index === null ? undefined : this.#run.frames[this.#index];
  }

  /** Looks at the newest moment of a run. */
  show(run) {
    this.#run = run;
    this.#look(null);
    this.#later();
  }

  #begun() {
    const { run } = this.#easel;
    this.#index = null;
    if (run) {
      this.#run = run;
      this.#history.begin(run);
      this.#later();
      return;
    }
    // A run that fell, or a device that was lost, takes the living picture along; what had become of it is here.
    this.#run = this.#history.runs.findLast(({ frames }) => frames.length > 0);
    this.#pinned = false;
    this.#look(null);
  }

  #look(index) {
    this.#index = index;
    const { frame } = this;
    if (frame) this.#stage.showFrame(frame, this.#run.original);
    else if (this.#easel.progress) this.#stage.showLive({ ...this.#easel.progress, photo: this.#run.original });
    if (this.#run) this.#stage.name(nameOf(this.#run));
    this.#easel.dress();
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
    $('branch').hidden = $('pin').hidden = frames.length < 1;
    $('branch').disabled = !this.frame;
    $('pin').ariaPressed = String(this.#pinned);
    $('runs').hidden = runs.length === 0 || (runs.length === 1 && this.#run === runs[0]);
    if ($('runs').options.length !== runs.length) {
      $('runs').replaceChildren(...runs.map((_, index) => new Option(t('Picture {number}', { number: index + 1 }), index)));
    }
    $('runs').value = runs.indexOf(this.#run);
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
    const pictures = Object.fromEntries(this.#wells.names.map((which) => [which, this.#wells.get(which)]));
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
