// The easel: Paint, Pause, Stop, and a picture that follows what is changed while it is painted.
//
// Events: run (another one begins, this.run), progress, steered, end

import { Announcer } from './announcer.js';
import * as settings from '../settings/settings.js';
import { StatusLine } from './status-line.js';
import { Tempo } from './tempo.js';
import { t } from '../language/words.js';

const $ = (id) => document.getElementById(id);
const CALLED = { photo: 'Choose a photo first: click, drop or paste one.', painting: 'Choose a painting first: click, drop or paste one.',
  start: 'Choose a picture to start from first: click, drop or paste one.', second: 'Choose a second painting first: click, drop or paste one.',
  place: 'Choose a mask for the second painting first: click, drop, paste or paint one.', mask: 'Choose a mask first: click, drop, paste or paint one.' };

export class Easel extends EventTarget {
  /**
   * The run that is painted or was painted last, or nothing. `settings` are those of the form that it follows by now, `first`
   * those that it began with, `score` the {at, settings} that it was steered by since; `pictures` lie in the wells. It is
   * `mixed` once one of them was exchanged on the way, and `continues` another one that it was begun from.
   */
  run;
  /** The newest step's. */
  progress;
  #page; #wells; #form; #stage; #announcer = new Announcer($('announcer')); #status = new StatusLine();
  #tempo = new Tempo([]); #steering = false; #again;

  constructor(page, wells, form, stage) {
    super();
    this.#page = page;
    this.#wells = wells;
    this.#form = form;
    this.#stage = stage;
    $('paint').addEventListener('click', () => this.paint());
    $('repaint').addEventListener('click', () => this.paint());
    $('pause').addEventListener('click', () => this.#pauseOrContinue());
    $('stop').addEventListener('click', () => this.#stop());
    form.addEventListener('input', () => this.#steer());
    wells.addEventListener('change', () => { this.invite(); this.#steer(); });
    page.addEventListener('state', () => this.dress());
    page.addEventListener('painter', ({ detail: painter }) => {
      this.clear();
      painter.addEventListener('progress', ({ detail }) => this.#step(detail));
      painter.addEventListener('failed', ({ detail }) => this.#ended(detail));
    });
  }

  get isRunning() { return ['painting', 'paused'].includes(this.#page.state); }

  /** The next run is to be the one of a saved file, step for step, as long as neither settings nor pictures are changed. */
  follow(again) {
    const wanted = settings.read(this.#form);
    this.#again = { ...again, settings: JSON.stringify(wanted), pictures: this.#lying(settings.sourcesOf(wanted)) };
  }

  /** Begins a run; `from` a frame of the past, if there is one, at the scales that are left from there. */
  async paint(from) {
    await this.#wells.furnished; // whoever is quicker than the samples meant to paint them
    const wanted = settings.read(this.#form);
    const sources = settings.sourcesOf(from ? { ...wanted, start: 'photo' } : wanted);
    const lacks = () => sources.find((which) => !this.#wells.get(which));
    if (lacks()) await this.#wells.settled(); // one that was just dropped is still being looked at
    const missing = lacks();
    if (missing) {
      this.#wells.focus(missing);
      return this.#page.complain(new Error(t(CALLED[missing])));
    }
    this.#page.clearMessages();
    this.progress = undefined; // the last picture stays in sight until the first step of this one
    this.#page.state = 'painting';
    this.#announcer.restart();
    this.#announcer.say(t('Preparing to paint.'));
    $('stage').scrollIntoView({ block: 'nearest' });
    $('progress').removeAttribute('value');
    try {
      if (!await this.#page.opened) return;
      await this.#wells.settled();
      const again = from ? undefined : this.#toRepeat(wanted);
      const first = again?.first ?? (from ? await this.#goingOn(wanted, from) : wanted);
      const start = again?.from ?? from?.blob ?? (wanted.start === 'picture' ? this.#wells.get('start').blob : undefined);
      const pictures = this.#lying(sources);
      if (!this.isRunning) return; // stopped before it began
      const { id, scales, original, findings } = await this.#page.painter.start({ settings: first, from: start, score: again?.score, until: again?.until, findings: again?.findings });
      this.#replaceRun({
        id, settings: wanted, first, score: [...again?.score ?? []], from: start, pictures, findings, scales,
        continues: first.start === 'picture' && wanted.start !== 'picture',
        iterations: scales.reduce((sum, { iterations }) => sum + iterations, 0),
        original: URL.createObjectURL(new Blob([original], { type: 'image/png' })),
      });
      if (!this.isRunning) await this.#page.painter.stop();
      else if (this.#page.state === 'paused') await this.#page.painter.pause();
      this.#steer(); // what was changed while the run was made ready
    } catch (error) {
      this.#ended(error);
    }
  }

  clear() {
    this.#stage.clear();
    $('losses').hidden = true;
    this.#replaceRun(undefined);
    this.invite();
  }

  /** Pauses, if something is painted; resolves to whether it was. */
  async pause() {
    if (this.#page.state !== 'painting') return false;
    await this.#pauseOrContinue();
    return true;
  }

  async resume() { if (this.#page.state === 'paused') await this.#pauseOrContinue(); }

  #toRepeat(wanted) {
    const again = this.#again;
    const isSame = again?.settings === JSON.stringify(wanted)
      && Object.entries(again.pictures).every(([which, picture]) => picture === this.#wells.get(which));
    return isSame ? again : undefined;
  }

  // A finished picture has no use for the small scales: from a frame, only those remain that are not smaller.
  async #goingOn(wanted, from) {
    const { scales } = await this.#page.painter.plan(wanted);
    const left = scales.filter(({ width, height }) => Math.max(width, height) >= Math.max(from.width, from.height)).length;
    return { ...wanted, start: 'picture', 'start-noise': 0, scales: Math.max(1, left) };
  }

  #step(progress) {
    if (!this.run) return;
    const first = !this.progress;
    this.progress = progress;
    this.#tempo.beat(progress, performance.now());
    $('losses').add(progress.losses);
    if (first) this.#unveil();
    if (this.#stage.live) this.#stage.showLive({ width: progress.width, height: progress.height, photo: this.run.original });
    if (progress.finished || progress.stopped) this.#finish();
    if (this.#page.state === 'painting') this.#announcer.progress(progress.fraction);
    this.dispatchEvent(new Event('progress'));
    this.#tell();
  }

  #unveil() {
    const { width, height } = this.progress;
    this.#stage.showLive({ width, height, photo: this.run.original });
    $('losses').hidden = false;
    this.#stage.name(nameOf(this.run));
    this.dress();
  }

  #lying(sources) { return Object.fromEntries(sources.map((which) => [which, this.#wells.get(which)])); }

  #finish() {
    this.#page.state = 'done';
    this.#announcer.say(t('Done. The picture can be saved.'));
    this.dispatchEvent(new Event('end'));
  }

  async #pauseOrContinue() {
    const pause = this.#page.state === 'painting';
    this.#tempo.forget();
    this.#page.state = pause ? 'paused' : 'painting';
    await this.#page.painter[pause ? 'pause' : 'resume']();
    this.#tell();
  }

  async #stop() {
    await this.#page.painter.stop();
    if (!this.isRunning) return; // the last step came first
    this.#page.state = this.progress ? 'done' : 'ready';
    this.#announcer.say(t('Stopped.'));
    this.dispatchEvent(new Event('end'));
    this.#tell();
  }

  // The run fell: the page goes on with what it has.
  #ended(error) {
    this.clear();
    this.#page.state = 'ready';
    this.#page.complain(error);
  }

  #replaceRun(run) {
    this.run = run;
    this.#tempo = new Tempo(run?.scales ?? []);
    this.progress = undefined;
    $('losses').scales = run?.scales ?? [];
    this.dispatchEvent(new Event('run'));
    this.#tellPending();
  }

  /** Shows the pair that lies in the wells, as long as nothing was painted. */
  invite() {
    const [photo, painting] = ['photo', 'painting'].map((which) => this.#wells.get(which));
    this.#stage.invite({ photo, painting });
    if (this.#stage.isEmpty && !this.#stage.hasPicture) {
      this.#stage.say(photo && painting ? t('Press Paint, and your GPU repaints the photo in the painting’s manner.')
        : photo ? t('Now choose a painting. The photo will be painted in its manner.')
          : painting ? t('Now choose a photo to paint in this manner.')
            : t('Drop a photo and a painting anywhere on this page.'));
    }
  }

  /** Lets the picture being painted follow what was changed, as far as it can; one question at a time, the newest wins. */
  async #steer() {
    this.#tellPending();
    if (this.#steering) return;
    this.#steering = true;
    try {
      for (let asked; this.isRunning && this.run && this.#differs();) {
        await this.#wells.settled();
        const wanted = settings.read(this.#form);
        const pictures = this.#lying(settings.sourcesOf(wanted));
        const question = JSON.stringify([wanted, Object.values(pictures).map((picture) => picture?.url)]);
        if (question === asked || !this.#canFollow(pictures)) break;
        asked = question;
        const { run } = this;
        // What a run has from where it began, it keeps.
        const { start, scales, 'start-noise': noise } = run.first;
        const next = { ...wanted, ...run.continues && { start, scales, 'start-noise': noise } };
        const { steered, at } = await this.#page.painter.steer(next);
        if (steered && run === this.run) {
          run.score.push({ at, settings: next });
          const exchanged = Object.entries(run.pictures).some(([which, picture]) => pictures[which] && pictures[which].blob !== picture?.blob);
          Object.assign(run, { settings: wanted, pictures, mixed: run.mixed || exchanged });
          if (this.progress) this.#stage.name(nameOf(run));
          this.dispatchEvent(new Event('steered'));
        }
      }
    } catch (error) {
      this.#page.complain(error);
    } finally {
      this.#steering = false;
      this.#tellPending();
    }
  }

  // Paintings may come and go; the photo and the start are what the picture stands on.
  #canFollow(pictures) {
    const { photo, start } = this.run.pictures;
    return pictures.photo === photo && (pictures.start === start || this.run.continues) && Object.values(pictures).every(Boolean);
  }

  // What the picture being painted cannot follow waits for the next one.
  #tellPending() {
    const hidden = !this.isRunning || this.#steering || !this.run || !this.#differs();
    if (hidden && $('pending').contains(document.activeElement)) $('pause').focus();
    $('pending').hidden = hidden;
  }

  #differs() {
    const { settings: used, pictures } = this.run;
    return JSON.stringify(used) !== JSON.stringify(settings.read(this.#form))
      || Object.entries(pictures).some(([which, picture]) => picture !== this.#wells.get(which));
  }

  /** Shows the buttons that mean something now, and keeps the focus where the person left it. */
  dress() {
    const { state } = this.#page;
    const running = this.isRunning;
    const held = document.activeElement;
    $('paint').hidden = running;
    $('paint').disabled = state === 'unsupported';
    $('pause').hidden = $('stop').hidden = !running;
    $('pause').querySelector('span').textContent = state === 'paused' ? t('Continue') : t('Pause');
    $('pause').querySelector('use').setAttribute('href', `icons.svg#${state === 'paused' ? 'resume' : 'pause'}`);
    for (const id of ['compare', 'original', 'save', 'save-as']) $(id).disabled = !this.#stage.hasPicture || (this.#stage.live && Boolean(this.run && !this.progress));
    if (held?.hidden) (running ? $('pause') : $('paint')).focus({ preventScroll: true });
    this.#tellPending();
    this.#tell();
  }

  #tell() {
    const { state } = this.#page;
    this.#status.show({ state, progress: this.progress, pace: state === 'painting' ? this.#tempo.read() : null });
  }
}

/** What a run's picture is called. */
export function nameOf({ pictures: { photo, painting } }) {
  return photo ? t('“{photo}”, in the manner of “{painting}”', { photo: photo.title, painting: painting.title })
    : t('The texture of “{painting}”', { painting: painting.title });
}
