// <picture-well name="photo" noun="photo"> turns a click, a paste button or a camera button into one event:
//   picture  {blob, title}     a picture came
//   camera                     the person asks for the camera; the page has one dialog for all wells
//   brush                      the person wants to paint it: of wells with the attribute `brush`, which have no camera
//   trouble  {message}         it could not be had
// The page says what lies in it with show(), busy and clear(). Drops and Ctrl+V are the page's (incoming.js),
// because a picture may fall beside a well.

import { t } from '../language/words.js';
import { emit, h, icon } from './dom.js';

export class PictureWell extends HTMLElement {
  #face; #image; #words; #caption; #notes; #files;

  connectedCallback() {
    if (this.#face) return;
    const noun = this.getAttribute('noun');
    this.#files = h('input', { type: 'file', accept: 'image/*', hidden: true, onchange: () => this.#chosen() });
    // What index.html says in the well before this script runs, it goes on saying while it is empty.
    this.#words = h('span', { class: 'well-face-words' }, `${this.textContent.trim()} ${t('Click, drop or paste a {noun}.', { noun })}`.trim());
    this.#face = h('button', { type: 'button', class: 'well-face', onclick: () => this.#files.click() },
      icon('picture'), this.#words);
    this.#caption = h('p', { class: 'well-caption' }, h('span'), h('span'));
    this.#notes = h('p', { class: 'well-notes', hidden: true });
    this.replaceChildren(this.#face,
      h('div', { class: 'well-row' }, this.#caption, this.#pasteButton(noun),
        this.hasAttribute('brush') ? this.#brushButton(noun) : this.#cameraButton(noun)),
      this.#notes, this.#files);
  }

  get name() { return this.getAttribute('name'); }
  get filled() { return this.hasAttribute('filled'); }
  set busy(busy) { this.toggleAttribute('busy', busy); }

  focus(options) { this.#face.focus(options); }

  /** Shows a picture; swaps only once it is decoded, so that the well never flashes empty. @param {{url: string, title: string, size?: string, notes?: string[]}} picture */
  async show({ url, title, size = '', notes = [] }) {
    const image = h('img', { alt: '', src: url });
    await image.decode().catch(() => {}); // an unreadable picture is the engine's to explain
    this.#image?.remove();
    this.#image = image;
    this.#face.append(image);
    const [first, second] = this.#caption.children;
    first.textContent = title;
    first.title = title;
    second.textContent = size;
    this.#notes.textContent = notes.join(' ');
    this.#notes.hidden = notes.length === 0;
    this.toggleAttribute('filled', true);
    this.#face.setAttribute('aria-label', t('Replace the {noun}, now “{title}”', { noun: this.getAttribute('noun'), title }));
  }

  clear() {
    this.#image?.remove();
    this.#image = undefined;
    this.removeAttribute('filled');
    for (const line of this.#caption.children) line.textContent = '';
    this.#notes.hidden = true;
    this.#face.removeAttribute('aria-label'); // its words are in sight again
  }

  #pasteButton(noun) {
    if (!navigator.clipboard?.read) return null;
    return h('button', { type: 'button', class: 'icon-only', 'data-action': 'paste', 'aria-label': t('Paste a {noun}', { noun }), title: 'Paste', onclick: () => this.#paste() }, icon('paste'));
  }

  #cameraButton(noun) {
    return h('button', { type: 'button', class: 'icon-only', 'data-action': 'camera', 'aria-label': t('Take a {noun} with the camera', { noun }), title: 'Camera', onclick: () => emit(this, 'camera') }, icon('camera'));
  }

  #brushButton(noun) {
    return h('button', { type: 'button', class: 'compact', 'data-action': 'brush', 'aria-label': t('Paint it: the {noun}, over the photo', { noun }), onclick: () => emit(this, 'brush') }, icon('brush'), 'Paint it');
  }

  #chosen() {
    const [file] = this.#files.files;
    this.#files.value = ''; // so that the same file can be chosen again
    if (file) emit(this, 'picture', { blob: file, title: titleOf(file) });
  }

  async #paste() {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((name) => name.startsWith('image/'));
        if (type) return emit(this, 'picture', { blob: await item.getType(type), title: t('Pasted picture') });
      }
      emit(this, 'trouble', { message: 'There is no picture on the clipboard. Copy one, then paste again.' });
    } catch {
      emit(this, 'trouble', { message: 'The browser did not let the page read the clipboard. Press Ctrl+V (⌘V on a Mac) instead.' });
    }
  }
}

/** "IMG_2031.jpeg" is called IMG_2031. */
export function titleOf(file) {
  return file.name?.replace(/\.[^.]*$/, '') || 'Picture';
}

customElements.define('picture-well', PictureWell);
