// The first ten seconds: a finished example in sight at once, and then one that paints itself, slowly, until the person
// does something. Whoever drops a picture of their own meanwhile sees that painted instead.

import { t } from '../language/words.js';

const $ = (id) => document.getElementById(id);
const EXAMPLE = { size: 192, effort: 0.6 };
const STEP_MS = 60;    // no faster than the eye can follow
const TOO_SLOW_MS = 1500; // a device that takes longer for a step has better things to do

export class Example {
  #page; #easel; #stage; #wells; #on = false; #awaiting;

  constructor({ page, easel, stage, wells }) {
    [this.#page, this.#easel, this.#stage, this.#wells] = [page, easel, stage, wells];
    $('invitation').hidden = true;
    wells.addEventListener('own', ({ detail: which }) => this.#given(which));
    wells.addEventListener('answered', () => { this.#awaiting = false; }); // a saved file is no photo to paint at once
    wells.addEventListener('change', () => { if (this.#over) this.#end(); });
    easel.addEventListener('run', () => { if (easel.run) this.#end(); });
    page.addEventListener('painter', ({ detail: painter }) => painter.addEventListener('example', ({ detail }) => this.#show(detail)));
  }

  /** Once the engine is there and the samples lie in their wells. */
  async play() {
    await this.#wells.furnished;
    await this.#wells.settled();
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches || navigator.connection?.saveData;
    if (calm || $('example').dataset.over || this.#page.state !== 'ready' || this.#over || !this.#wells.get('photo') || !this.#wells.get('painting')) return;
    this.#on = true;
    await this.#page.painter.example({ settings: EXAMPLE, step_ms: STEP_MS, tooSlow_ms: TOO_SLOW_MS });
  }

  // The pair is not the example's any more.
  get #over() {
    const { photo, painting } = $('example').dataset;
    return ['photo', 'painting'].some((which) => {
      const { sample } = this.#wells.get(which) ?? {};
      return this.#wells.get(which) && sample?.split('/').at(-1) !== (which === 'photo' ? photo : painting);
    });
  }

  #show({ progress }) {
    if (!this.#on) return;
    $('example').hidden = true;
    $('invitation').hidden = true;
    $('canvas').hidden = false;
    this.#stage.say(progress.finished ? t('An example. Drop a photo anywhere to paint yours.') : t('An example that paints itself. Drop a photo anywhere to paint yours.'));
  }

  // A picture of their own while the example plays: theirs now, without another word.
  #given(which) {
    if (!['photo', 'painting'].includes(which) || !this.#awaiting) return;
    this.#awaiting = false;
    this.#easel.paint();
  }

  #end() {
    if (this.#on) {
      this.#awaiting = !this.#easel.run;
      this.#page.painter.endExample();
    }
    this.#on = false;
    if ($('example').dataset.over) return;
    $('example').dataset.over = true;
    $('example').hidden = true;
    if (this.#easel.run) return;
    $('canvas').hidden = true;
    $('invitation').hidden = false;
    this.#easel.invite();
  }
}
