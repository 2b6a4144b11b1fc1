// <style-dialog> turns a painting into a style, as far as that is seen: first it asks, then it shows the training, then what
// became of it.
//   ask({painting, lengths: [{value, words, steps}], length})      foretell(value, words): how long that takes
//   begin({photo, steps}); tell({share, words}); draw({width, height, rgba}); add(losses); .resting
//   made({name, words, canShare}); say(words); announce(words): for those who hear it; close()
//   train {length, isSmall, photos}, hold, halt, keep {name}, hand {name}, use {name}, closed      what the person said

import './loss-plot.js';
import { t } from '../language/words.js';
import { emit, h, icon } from './dom.js';

export class StyleDialog extends HTMLElement {
  #dialog; #body; #buttons; #words; #spoken; #files; #phase = 'asking';
  #canvas; #plot; #bar; #status; #hold; #name;

  connectedCallback() {
    if (this.#dialog) return;
    this.#body = h('div', { class: 'stack' });
    this.#words = h('p', { class: 'hint', hidden: true });
    this.#spoken = h('p', { class: 'visually-hidden', role: 'status' });
    this.#buttons = h('div', { class: 'dialog-buttons' });
    this.#dialog = h('dialog', {
      class: 'wide', 'aria-labelledby': `${this.id}-heading`, onclose: () => emit(this, 'closed'),
      oncancel: (event) => {
        if (this.#phase !== 'training') return;
        event.preventDefault(); // Escape ends the training, and what it has is kept
        emit(this, 'halt');
      },
    }, h('h2', { id: `${this.id}-heading` }, 'Make it a style'), this.#body, this.#words, this.#spoken, this.#buttons);
    this.append(this.#dialog);
  }

  /** @param {{painting: string, lengths: {value: string, words: string, steps: number}[], length: string}} asked */
  ask({ painting, lengths, length }) {
    this.#phase = 'asking';
    const count = h('p', { class: 'hint', 'aria-live': 'polite' }, 'It learns from the photos of this site and from pictures that the program draws. Photos like yours make it surer.');
    this.#files = h('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true, onchange: () => {
      count.textContent = t('It also learns from {count} photos of yours. They stay in this tab.', { count: this.#files.files.length });
    } });
    const choice = ({ value, words, steps }) => h('label', { class: 'choice' },
      h('input', { type: 'radio', name: 'length', value, checked: value === length }),
      h('span', {}, words, h('small', {}, t('{count} steps', { count: steps })), h('small', { 'data-length': value }, '…')));
    this.#body.replaceChildren(
      h('p', {}, t('A small network learns the manner of “{painting}” in this tab. Afterwards it repaints any photo at once, and you can save it as a file of less than half a megabyte.', { painting })),
      h('fieldset', { class: 'field' }, h('legend', {}, 'Training'), h('div', { class: 'choices lengths' }, ...lengths.map(choice))),
      h('label', { class: 'check' }, h('input', { type: 'checkbox', name: 'small' }), h('span', {}, 'For phones', h('small', {}, 'a smaller network: quicker, coarser'))),
      h('div', { class: 'well-row' }, h('button', { type: 'button', 'data-action': 'photos', onclick: () => this.#files.click() }, icon('picture'), 'Add photos …'), this.#files),
      count);
    this.#dress(h('button', { type: 'button', 'data-action': 'close', onclick: () => this.close() }, 'Not now'),
      this.#button('Start', 'train', () => ({ length: this.#body.querySelector('[name=length]:checked').value, isSmall: this.#body.querySelector('[name=small]').checked, photos: [...this.#files.files] }), 'primary'));
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#buttons.lastElementChild.focus();
  }

  foretell(value, words) {
    const place = this.#body.querySelector(`[data-length="${value}"]`);
    if (place) place.textContent = words;
  }

  /** @param {{photo: string, steps: number}} given the photo's url, to begin with */
  begin({ photo, steps }) {
    this.#phase = 'training';
    this.#canvas = h('canvas', { width: 4, height: 3, role: 'img', 'aria-label': t('Your photo, as the style paints it so far') });
    this.#plot = h('loss-plot');
    this.#bar = h('progress', { max: 1, 'aria-label': 'Training' });
    this.#status = h('p', { class: 'status' }, t('Preparing …'));
    this.#body.replaceChildren(
      h('div', { class: 'training' },
        h('figure', {}, this.#canvas, h('figcaption', { class: 'hint' }, 'Your photo, as the style paints it so far. It takes no part in the training.')),
        this.#plot),
      h('div', { class: 'progress' }, this.#bar, this.#status));
    this.#plot.scales = [{ iterations: steps }];
    this.#hold = this.#button('Pause', 'hold');
    this.#dress(this.#hold, this.#button('Stop', 'halt', undefined, 'primary'));
    this.#hold.focus();
    this.#drawPhoto(photo);
  }

  set resting(resting) { if (this.#hold) this.#hold.textContent = resting ? t('Continue') : t('Pause'); }

  tell({ share, words }) {
    this.#bar.value = share;
    this.#status.textContent = words;
  }

  draw({ width, height, rgba }) {
    Object.assign(this.#canvas, { width, height });
    this.#canvas.getContext('2d').putImageData(new ImageData(rgba, width, height), 0, 0);
    this.#canvas.dataset.drawn = 'true';
  }

  add(losses) { this.#plot.add([losses]); }

  /** @param {{name: string, words: string, canShare: boolean}} given */
  made({ name, words, canShare }) {
    this.#phase = 'made';
    const named = () => ({ name: this.#name.value.trim() || name });
    this.#name = h('input', { type: 'text', id: `${this.id}-name`, value: name, maxlength: 80, autocomplete: 'off' });
    this.#body.querySelector('figcaption').textContent = t('Your photo, as the style paints it.');
    this.#body.querySelector('.progress').replaceWith(h('p', {}, words),
      h('div', { class: 'field' }, h('label', { for: `${this.id}-name` }, 'Name'), this.#name));
    this.#dress(h('button', { type: 'button', 'data-action': 'close', onclick: () => this.close() }, 'Close'),
      canShare && this.#button('Share …', 'hand', named), this.#button('Save', 'keep', named), this.#button('Use it', 'use', named, 'primary'));
    this.#buttons.lastElementChild.focus();
  }

  say(words) {
    this.#words.textContent = words;
    this.#words.hidden = !words;
    this.announce(words);
  }

  announce(words) { this.#spoken.textContent = words; }

  set busy(busy) { for (const button of this.#buttons.children) button.disabled = busy; }

  get isOpen() { return this.#dialog.open; }

  close() { this.#dialog.close(); }

  #button(words, type, detail = () => /** @type {any} */ (undefined), look = '') {
    return h('button', { type: 'button', class: look, 'data-action': type, onclick: () => emit(this, type, detail()) }, words);
  }

  #dress(...buttons) {
    this.say('');
    this.#buttons.replaceChildren(...buttons.filter(Boolean));
  }

  async #drawPhoto(url) {
    const image = h('img', { src: url });
    const canvas = this.#canvas;
    await image.decode().catch(() => {});
    if (canvas.dataset.drawn || !image.naturalWidth) return;
    Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
    canvas.getContext('2d').drawImage(image, 0, 0);
  }
}

customElements.define('style-dialog', StyleDialog);
