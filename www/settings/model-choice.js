// Turns the choice of VGG19 into loaded weights: asked first, from the cache where they lie, never by surprise.

import { t } from '../language/words.js';
import { $ } from '../page/ids.js';
import { chooseModel, follow } from './settings.js';

/**
 * @import { Weights } from '../engine/messages.d.ts'
 * @import { Form } from '../page/ids.js'
 * @import { Page } from '../page/page.js'
 */

export class ModelChoice {
  /** @type {Page} */
  #page;
  /** @type {Form} */
  #form;
  #dialog = $('weights'); #file; #about; #fromCache = false;

  /** @param {{page: Page, form: Form}} given */
  constructor({ page, form }) {
    [this.#page, this.#form] = [page, form];
    form.addEventListener('change', ({ target }) => {
      const { name, value } = /** @type {HTMLInputElement} */ (target);
      if (name === 'recipe') this.#cook(value);
      if (name === 'model') { chooseModel(form, value); this.#chosen(value); }
    });
    $('forget-weights').addEventListener('click', () => this.#forget());
    this.#dialog.addEventListener('download', () => this.#download());
    this.#dialog.addEventListener('file', ({ detail }) => this.takeFile(detail.blob));
    this.#dialog.addEventListener('refuse', () => this.#goWithout());
    this.#dialog.addEventListener('cancel', () => { page.painter.ask('cancelDownload'); this.#goWithout(); });
    page.on('painter', (painter) => {
      painter.on('download', ({ bytes, total, cached }) => {
        this.#fromCache = cached;
        if (form.elements.model.value === 'vgg19') this.#dialog.loaded(bytes, total, cached);
      });
    });
  }

  /** Asks what this site and this browser have; after a restart, loads again what was loaded. */
  async open() {
    try {
      this.#tell(await this.#page.painter.ask('weights'));
      if (this.#form.elements.model.value === 'vgg19') await (this.#file ? this.takeFile(this.#file) : this.#chosen('vgg19'));
    } catch (error) {
      this.#page.complain(error);
    }
  }

  /** A .safetensors or .pth file: whoever drops one wants it used. */
  async takeFile(blob) {
    try {
      await dialog();
      this.#dialog.loaded();
      if (!await this.#page.opened) return this.#dialog.done();
      await this.#page.painter.ask('loadWeightsFile', { blob });
      this.#file = blob;
      this.#tell(await this.#page.painter.ask('weights'));
      this.#choose('vgg19');
    } catch (error) {
      this.#goWithout();
      this.#page.complain(error);
    }
    this.#dialog.done?.(); // it may never have come
  }

  // A recipe brings its settings along, and its model may have to be loaded.
  async #cook(recipe) {
    if (!await this.#page.opened) return;
    follow(this.#form, this.#page.recipes[recipe]);
    this.#form.dispatchEvent(new Event('input'));
    await this.#chosen(this.#form.elements.model.value);
  }

  async #chosen(model) {
    this.#showLine();
    if (model !== 'vgg19' || !await this.#page.opened) return;
    try {
      await dialog();
      const about = await this.#page.painter.ask('weights');
      this.#tell(about);
      if (about.loaded) return;
      if (about.cached) await this.#download();
      else if (about.offered) this.#dialog.offer({ ...about, megabytes: megabytes(about) });
      else this.#dialog.askForFile();
    } catch (error) {
      this.#goWithout();
      this.#page.complain(error);
    }
  }

  async #download() {
    this.#dialog.loaded(0, this.#about.bytes, this.#about.cached);
    try {
      this.#tell(await this.#page.painter.ask('download'));
      this.#showLine();
    } catch (error) {
      this.#goWithout();
      if (error.name !== 'AbortError') this.#page.complain(error);
      this.#tell(await this.#page.painter.ask('weights'));
    }
    this.#dialog.done();
  }

  async #forget() {
    this.#tell(await this.#page.painter.ask('forgetWeights'));
    $('weights-source').textContent = t('Deleted. What is loaded stays until this page is closed.');
    $('model-vgg19').focus();
  }

  #goWithout() { this.#choose('student'); }

  #choose(model) {
    chooseModel(this.#form, model);
    this.#form.dispatchEvent(new Event('input'));
    this.#showLine();
  }

  /** @param {Weights} about */
  #tell(about) {
    this.#about = about;
    $('vgg19-cost').textContent = about.loaded ? t('loaded') : about.cached ? t('in this browser’s cache')
      : about.offered ? `${megabytes(about)} MB` : t('drop a file');
    $('forget-weights').hidden = !about.cached;
    this.#showLine();
  }

  #showLine() {
    $('weights-line').hidden = this.#form.elements.model.value !== 'vgg19' || !this.#about?.loaded;
    if (!this.#about?.loaded) return;
    $('weights-source').textContent = this.#file ? this.#about.name
      : this.#fromCache ? t('From this browser’s cache.') : t('Downloaded from this site.');
  }
}

// Most visitors stay with the built-in model.
function dialog() { return import('../elements/weights-dialog.js'); }

function megabytes({ bytes }) { return Math.round(bytes / 1e6); }
