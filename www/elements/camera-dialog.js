// <camera-dialog> turns the camera's view into one event: picture {blob, title}. Call open().
// The camera runs only while the dialog is open.

import { t } from '../language/words.js';
import { closeCamera, openCamera, whyNoCamera } from './camera.js';
import { emit, h, icon } from './dom.js';

export class CameraDialog extends HTMLElement {
  #dialog; #video; #take; #words; #stream;

  connectedCallback() {
    if (this.#dialog) return;
    this.#video = h('video', { autoplay: true, playsinline: true, muted: true, 'aria-label': 'What the camera sees' });
    this.#words = h('p', { role: 'status' });
    this.#take = h('button', { type: 'button', class: 'primary', 'data-action': 'take', onclick: () => this.#shoot() }, icon('camera'), 'Take');
    this.#dialog = h('dialog', { 'aria-labelledby': 'camera-heading', onclose: () => this.#stopCamera() },
      h('h2', { id: 'camera-heading' }, 'Take a picture'), this.#video, this.#words,
      h('div', { class: 'dialog-buttons' },
        h('button', { type: 'button', 'data-action': 'close', onclick: () => this.#dialog.close() }, 'Close'), this.#take));
    this.append(this.#dialog);
  }

  async open() {
    this.#video.hidden = false;
    this.#take.disabled = true;
    this.#words.textContent = t('Asking for the camera …');
    this.#dialog.showModal();
    try {
      const stream = await openCamera(1920);
      if (!this.#dialog.open) return closeCamera(stream);
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
      this.#words.textContent = t('The picture stays in this tab.');
      this.#take.disabled = false;
      this.#take.focus();
    } catch (error) {
      this.#video.hidden = true;
      this.#words.textContent = whyNoCamera(error);
    }
  }

  #shoot() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const canvas = h('canvas', { width, height });
    canvas.getContext('2d').drawImage(this.#video, 0, 0);
    canvas.toBlob((blob) => {
      this.#dialog.close();
      emit(this, 'picture', { blob, title: t('Camera picture') });
    }, 'image/jpeg', 0.95);
  }

  #stopCamera() {
    closeCamera(this.#stream);
    this.#stream = undefined;
    this.#video.srcObject = null;
  }
}

customElements.define('camera-dialog', CameraDialog);
