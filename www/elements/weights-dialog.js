// <weights-dialog> asks before VGG19's weights are had, and shows them coming.
//   offer({megabytes, attribution, licence})   the site carries them: download or not
//   askForFile()                          it does not: choose a file or not
//   loaded(bytes, total, cached)          progress; done() closes
//   download | file {blob} | refuse | cancel      what the person said

import { number, t } from '../language/words.js';
import { emit, h } from './dom.js';

const MEGABYTE = 1e6;

export class WeightsDialog extends HTMLElement {
  #dialog; #files; #answered = true;

  connectedCallback() {
    if (this.#dialog) return;
    this.#files = h('input', { type: 'file', accept: '.safetensors,.pth', hidden: true, onchange: () => this.#chosen() });
    this.#dialog = h('dialog', { 'aria-labelledby': 'weights-heading', onclose: () => this.#closed() });
    this.append(this.#dialog, this.#files);
  }

  /** @param {{megabytes: number, attribution?: string, licence?: string}} weights */
  offer({ megabytes, attribution, licence }) {
    this.#ask('Download VGG19?',
      [h('p', {}, t('The network of the original method, {megabytes} MB, from this same site. It is kept in this browser’s cache, where you can delete it at any time.', { megabytes })),
        h('dl', {}, ...pairs([['Weights by', attribution], ['Licence', licence]]))],
      [this.#button('Not now', 'refuse'), this.#button(t('Download {megabytes} MB', { megabytes }), 'download', 'primary')]);
  }

  askForFile() {
    this.#ask('VGG19 needs its weights',
      [h('p', {}, 'This site does not carry them. If you have VGG19 as a .safetensors or .pth file, choose it here, or drop it anywhere on the page. It is read in this tab and goes nowhere.')],
      [this.#button('Not now', 'refuse'), h('button', { type: 'button', class: 'primary', 'data-action': 'choose', onclick: () => this.#files.click() }, 'Choose a file …')]);
  }

  /** Progress of `total` bytes; without numbers, that something is being read. */
  loaded(bytes, total, cached) {
    if (!this.#dialog.querySelector('progress')) this.#showProgress(Boolean(total));
    const [words, bar] = this.#dialog.querySelectorAll('.weights-words, progress');
    if (total) bar.value = bytes / total;
    words.textContent = !total ? t('Reading the weights …')
      : t(cached ? '{here} of {all} MB, from this browser’s cache' : '{here} of {all} MB', { here: megabytes(bytes), all: megabytes(total) });
  }

  done() {
    this.#answered = true;
    this.#dialog.close();
    this.#dialog.replaceChildren();
  }

  #showProgress(cancellable) {
    this.#fill('VGG19', [h('p', { class: 'weights-words' }), h('progress', { max: 1, 'aria-label': 'VGG19 weights' })],
      cancellable ? [this.#button('Cancel', 'cancel')] : []);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#answered = !cancellable;
  }

  #ask(title, body, buttons) {
    this.#fill(title, body, buttons);
    this.#answered = false;
    if (!this.#dialog.open) this.#dialog.showModal();
    buttons.at(-1).focus();
  }

  #fill(title, body, buttons) {
    this.#dialog.replaceChildren(h('h2', { id: 'weights-heading' }, title), ...body, h('div', { class: 'dialog-buttons' }, ...buttons));
  }

  #button(words, answer, look) {
    return h('button', { type: 'button', class: look, 'data-action': answer, onclick: () => this.#answer(answer) }, words);
  }

  #answer(type, detail) {
    this.#answered = true;
    if (type === 'refuse' || type === 'cancel') this.#dialog.close();
    emit(this, type, detail);
  }

  #chosen() {
    const [blob] = this.#files.files;
    this.#files.value = '';
    if (blob) this.#answer('file', { blob });
  }

  // Escape is an answer too.
  #closed() {
    if (this.#answered) return;
    this.#answered = true;
    emit(this, this.#dialog.querySelector('progress') ? 'cancel' : 'refuse');
  }
}

function megabytes(bytes) {
  return number(bytes / MEGABYTE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function pairs(table) {
  return table.filter(([, words]) => words).flatMap(([name, words]) => [h('dt', {}, name), h('dd', {}, words)]);
}

customElements.define('weights-dialog', WeightsDialog);
