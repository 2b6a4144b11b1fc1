// The easel: Paint, Pause, Stop, Compare, Original, Save, and the words under the picture.

import { Announcer } from './announcer.js';
import * as settings from './settings.js';
import { Tempo, timeLeft } from './tempo.js';

const $ = (id) => document.getElementById(id);
const CALLED = { start: 'picture to start from', second: 'second painting', place: 'mask for the second painting' };

export class Easel {
  #page; #wells; #form; #announcer = new Announcer($('announcer'));
  #run; #progress; #tempo = new Tempo([]); #scheduled = false; #steering = false;

  constructor(page, wells, form) {
    this.#page = page;
    this.#wells = wells;
    this.#form = form;
    $('paint').addEventListener('click', () => this.#paint());
    $('repaint').addEventListener('click', () => this.#paint());
    $('pause').addEventListener('click', () => this.#pauseOrContinue());
    $('stop').addEventListener('click', () => this.#stop());
    $('save').addEventListener('click', () => this.#save());
    $('compare').addEventListener('click', () => this.#compare($('compare').ariaPressed !== 'true'));
    hold($('original'), (held) => this.#showOriginal(held));
    form.addEventListener('input', () => this.#steer());
    wells.addEventListener('change', () => { this.#invite(); this.#steer(); });
    page.addEventListener('state', () => this.#dress());
    page.addEventListener('painter', ({ detail: painter }) => {
      this.#clearStage();
      painter.addEventListener('progress', ({ detail }) => this.#step(detail));
      painter.addEventListener('failed', ({ detail }) => this.#ended(detail));
    });
  }

  async #paint() {
    await this.#wells.furnished; // whoever is quicker than the samples meant to paint them
    const wanted = settings.read(this.#form);
    const sources = settings.sourcesOf(wanted);
    const missing = sources.find((which) => !this.#wells.get(which));
    if (missing) {
      this.#wells.focus(missing);
      return this.#page.complain(new Error(`Choose a ${CALLED[missing] ?? missing} first: click, drop or paste one.`));
    }
    this.#page.clearMessages();
    this.#progress = undefined; // the last picture stays in sight until the first step of this one
    this.#page.state = 'painting';
    this.#announcer.restart();
    this.#announcer.say('Preparing to paint.');
    $('stage').scrollIntoView({ block: 'nearest' });
    $('progress').removeAttribute('value');
    try {
      if (!await this.#page.opened) return;
      await this.#wells.settled();
      const pictures = this.#lying(sources);
      const { scales, original } = await this.#page.painter.start(wanted);
      this.#replaceRun({ settings: wanted, pictures, original: URL.createObjectURL(new Blob([original], { type: 'image/png' })) }, scales);
      this.#steer(); // what was changed while the run was made ready
    } catch (error) {
      this.#ended(error);
    }
  }

  #step(progress) {
    if (!this.#run) return;
    const first = !this.#progress;
    const grown = this.#progress?.scale !== progress.scale;
    this.#progress = progress;
    this.#tempo.beat(progress, performance.now());
    $('losses').add(progress.losses);
    if (grown) $('wipe').before = { url: this.#run.original, width: progress.width, height: progress.height };
    if (first) this.#unveil();
    if (progress.finished) this.#finish();
    this.#schedule();
  }

  #unveil() {
    $('invitation').hidden = true;
    $('canvas').hidden = false;
    $('losses').hidden = false;
    this.#label();
    this.#dress();
  }

  #label() {
    const { photo, painting } = this.#run.pictures;
    const name = photo ? `“${photo.title}”, in the manner of “${painting.title}”` : `The texture of “${painting.title}”`;
    $('canvas').setAttribute('aria-label', name);
    $('wall-label').textContent = name;
  }

  #lying(sources) { return Object.fromEntries(sources.map((which) => [which, this.#wells.get(which)])); }

  #finish() {
    this.#page.state = 'done';
    this.#announcer.say('Done. The picture can be saved.');
  }

  async #pauseOrContinue() {
    const pause = this.#page.state === 'painting';
    this.#tempo.forget();
    this.#page.state = pause ? 'paused' : 'painting';
    await this.#page.painter[pause ? 'pause' : 'resume']();
    this.#schedule();
  }

  async #stop() {
    await this.#page.painter.stop();
    if (!this.#isRunning) return; // the last step came first
    this.#page.state = this.#progress ? 'done' : 'ready';
    this.#announcer.say('Stopped.');
    this.#schedule();
  }

  // The run fell: the page goes on with what it has.
  #ended(error) {
    this.#clearStage();
    this.#page.state = 'ready';
    this.#page.complain(error);
  }

  async #save() {
    try {
      const { photo, painting } = this.#run.pictures;
      const { png } = await this.#page.painter.save();
      download(new Blob([png], { type: 'image/png' }), `${slug(photo?.title ?? 'texture')}-x-${slug(painting.title)}.png`);
    } catch (error) {
      this.#page.complain(error);
    }
  }

  #compare(on) {
    $('compare').ariaPressed = String(on);
    $('wipe').setAttribute('mode', 'wipe');
    $('wipe').hidden = !on;
    if (on) this.#announcer.say('The slider over the picture moves between the photo and the painting.');
  }

  #showOriginal(held) {
    $('wipe').setAttribute('mode', held ? 'original' : 'wipe');
    $('wipe').hidden = !held && $('compare').ariaPressed !== 'true';
  }

  #replaceRun(run, scales = []) {
    if (this.#run) URL.revokeObjectURL(this.#run.original);
    this.#run = run;
    this.#tempo = new Tempo(scales);
    this.#progress = undefined;
    $('losses').scales = scales;
    this.#tellPending();
  }

  #clearStage() {
    this.#replaceRun(undefined);
    $('canvas').hidden = true;
    $('losses').hidden = true;
    $('invitation').hidden = false;
    this.#compare(false);
    this.#invite();
  }

  #invite() {
    const [photo, painting] = ['photo', 'painting'].map((which) => this.#wells.get(which));
    Object.assign($('invitation'), { photo, painting });
    if (!$('invitation').hidden) {
      $('wall-label').textContent = photo && painting ? 'Press Paint, and your GPU repaints the photo in the painting’s manner.'
        : photo ? 'Now a painting, whose manner the photo shall take.'
          : painting ? 'Now a photo, to be painted in this manner.'
            : 'Drop a photo and a painting anywhere on this page.';
    }
  }

  /** Lets the picture being painted follow what was changed, as far as it can; one question at a time, the newest wins. */
  async #steer() {
    this.#tellPending();
    if (this.#steering) return;
    this.#steering = true;
    try {
      for (let asked; this.#isRunning && this.#run && this.#differs();) {
        await this.#wells.settled();
        const wanted = settings.read(this.#form);
        const pictures = this.#lying(settings.sourcesOf(wanted));
        const question = JSON.stringify([wanted, Object.values(pictures).map((picture) => picture?.url)]);
        if (question === asked || !this.#canFollow(pictures)) break;
        asked = question;
        const run = this.#run;
        const { steered } = await this.#page.painter.steer(wanted);
        if (steered && run === this.#run) {
          Object.assign(run, { settings: wanted, pictures });
          if (this.#progress) this.#label();
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
    const { photo, start } = this.#run.pictures;
    return pictures.photo === photo && pictures.start === start && Object.values(pictures).every(Boolean);
  }

  // What the picture being painted cannot follow waits for the next one.
  #tellPending() {
    const hidden = !this.#isRunning || this.#steering || !this.#run || !this.#differs();
    if (hidden && $('pending').contains(document.activeElement)) $('pause').focus();
    $('pending').hidden = hidden;
  }

  get #isRunning() { return ['painting', 'paused'].includes(this.#page.state); }

  #differs() {
    const { settings: used, pictures } = this.#run;
    return JSON.stringify(used) !== JSON.stringify(settings.read(this.#form))
      || Object.entries(pictures).some(([which, picture]) => picture !== this.#wells.get(which));
  }

  /** Shows the buttons that mean something now, and keeps the focus where the person left it. */
  #dress() {
    const { state } = this.#page;
    const running = this.#isRunning;
    const held = document.activeElement;
    $('paint').hidden = running;
    $('paint').disabled = state === 'unsupported';
    $('pause').hidden = $('stop').hidden = !running;
    $('pause').querySelector('span').textContent = state === 'paused' ? 'Continue' : 'Pause';
    $('pause').querySelector('use').setAttribute('href', `icons.svg#${state === 'paused' ? 'resume' : 'pause'}`);
    for (const id of ['compare', 'original', 'save']) $(id).disabled = !this.#progress;
    if (held?.hidden) (running ? $('pause') : $('paint')).focus({ preventScroll: true });
    this.#tellPending();
    this.#schedule();
  }

  // Steps may come faster than the screen: words change once a frame.
  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => { this.#scheduled = false; this.#draw(); });
  }

  #draw() {
    const { state } = this.#page;
    document.title = 'Scumble: your photo, in a painting’s manner';
    if (!this.#progress) {
      if (state !== 'painting') $('progress').value = 0;
      $('status').textContent = WAITING[state] ?? '';
      return;
    }
    const { iteration, fraction, finished, width, height, scale, scales } = this.#progress;
    const percent = `${Math.floor(100 * fraction)} %`;
    const pace = state === 'painting' ? this.#tempo.read() : null;
    $('progress').value = 100 * fraction;
    $('status').replaceChildren(...[
      strong(finished ? 'Done' : percent),
      state === 'paused' && 'paused',
      state === 'done' && !finished && 'stopped',
      pace && timeLeft(pace.secondsLeft),
      `${width} × ${height}${state === 'done' ? '' : ` (${scale} of ${scales})`}`,
      pace && `${pace.perSecond.toPrecision(3)} iterations/s`,
      state === 'done' && `${iteration} iterations`,
    ].filter(Boolean).map(span));
    if (state === 'painting') {
      document.title = `${percent} · Scumble`;
      this.#announcer.progress(fraction);
    }
  }
}

const WAITING = { loading: 'Getting the brushes ready …', ready: 'Ready.', painting: 'Preparing …', paused: 'Paused.', unsupported: '' };

/** Calls back with true while a button is held down, by pointer or by key. */
function hold(button, changed) {
  const isKey = ({ key, repeat }) => !repeat && (key === ' ' || key === 'Enter');
  let held = false;
  const set = (now) => { if (now !== held) changed(held = now); };
  button.addEventListener('pointerdown', (event) => { button.setPointerCapture(event.pointerId); set(true); });
  button.addEventListener('keydown', (event) => { if (isKey(event)) set(true); });
  button.addEventListener('keyup', (event) => { if (isKey(event)) set(false); });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur']) button.addEventListener(end, () => set(false));
  button.addEventListener('contextmenu', (event) => event.preventDefault()); // a long press on a touch screen
}

function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it only after a question
}

function slug(title) {
  return title.normalize('NFKD').toLowerCase().replace(/[^\p{Letter}\p{Number}]+/gu, '-').replace(/^-|-$/g, '') || 'picture';
}

function span(content) {
  const node = document.createElement('span');
  node.append(content);
  return node;
}

function strong(words) {
  const node = document.createElement('strong');
  node.append(words);
  return node;
}
