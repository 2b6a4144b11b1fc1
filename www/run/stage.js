// The stage: what is seen of it all. The living canvas, a moment of its past, or before anything was painted an
// invitation; and over them the photo, or a moment that was pinned, to compare with.
//
// Events: laid (something else is in sight, or of another size)

import { Emitter } from '../engine/emitter.js';
import { t } from '../language/words.js';
import { $ } from '../page/ids.js';

/** @extends {Emitter<{laid: void}>} */
export class Stage extends Emitter {
  #frame = $('frame'); #wipe = $('wipe'); #size; #photo; #pinned;

  constructor() {
    super();
    $('compare').addEventListener('click', () => this.compare($('compare').ariaPressed !== 'true'));
    hold($('original'), (held) => this.#showOriginal(held));
  }

  /** Nothing painted yet. */
  invite({ photo, painting }) {
    Object.assign($('invitation'), { photo, painting });
  }

  clear() {
    $('canvas').hidden = this.#frame.hidden = true;
    this.#frame.removeAttribute('src'); // a moment that is still being decoded is not wanted any more
    $('invitation').hidden = !$('example').hidden;
    this.pin(undefined);
    this.#photo = this.#size = undefined;
    this.compare(false);
    this.emit('laid');
  }

  get isEmpty() { return !$('invitation').hidden; }

  /** Whether something that was painted is in sight; the example does not count. */
  get hasPicture() { return this.#photo !== undefined; }

  /** The canvas, of this size now; `photo` is the url of what it is compared with. */
  showLive({ width, height, photo }) {
    $('invitation').hidden = true;
    $('example').hidden = true;
    $('canvas').hidden = false;
    this.#frame.hidden = true;
    this.#frame.removeAttribute('src');
    this.#photo = photo;
    this.#fit({ width, height });
    this.emit('laid');
  }

  /** A moment of the past: {url, width, height}, with the photo's url of its run. */
  async showFrame({ url, width, height }, photo) {
    this.#photo = photo;
    this.#frame.src = url;
    await this.#frame.decode().catch(() => {});
    if (this.#frame.getAttribute('src') !== url) return; // another moment was asked for meanwhile
    $('invitation').hidden = true;
    $('example').hidden = true;
    this.#frame.hidden = false;
    this.#fit({ width, height });
    this.emit('laid');
  }

  /** Of what is in sight, in pixels; nothing before anything was painted. @returns {{width: number, height: number} | undefined} */
  get size() { return this.#size; }

  get live() { return this.#frame.hidden; }

  name(words) {
    for (const node of [$('canvas'), this.#frame]) node.setAttribute(node === this.#frame ? 'alt' : 'aria-label', words);
    $('wall-label').textContent = words;
  }

  say(words) { $('wall-label').textContent = words; }

  /** The left side of Compare from now on: a frame, or with nothing the photo again. */
  pin(frame) {
    if (this.#pinned) URL.revokeObjectURL(this.#pinned);
    this.#pinned = frame && URL.createObjectURL(frame.blob); // it outlives its run
    this.#lay();
    if (frame) this.compare(true);
  }

  compare(on) {
    $('compare').ariaPressed = String(on);
    this.#wipe.setAttribute('mode', 'wipe');
    this.#wipe.hidden = !on;
    this.#lay();
  }

  #fit(size) {
    if (this.#size?.width === size.width && this.#size?.height === size.height && this.#wipe.picture === this.#left) return;
    this.#size = size;
    this.#lay();
  }

  #lay() {
    if (this.#size && this.#left) this.#wipe.picture = { url: this.#left, ...this.#size };
    this.#wipe.label = this.#pinned ? t('How much of the pinned moment shows, from the left') : t('How much of the photo shows, from the left');
  }

  get #left() { return this.#pinned ?? this.#photo; }

  #showOriginal(held) {
    this.#wipe.setAttribute('mode', held ? 'original' : 'wipe');
    this.#wipe.hidden = !held && $('compare').ariaPressed !== 'true';
    if (this.#size && this.#photo) this.#wipe.picture = { url: held ? this.#photo : this.#left, ...this.#size };
  }
}

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
