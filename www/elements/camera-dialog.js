// <camera-dialog> turns the camera's view into one event: picture {blob, title}. Call open().
// The camera runs only while the dialog is open.

import { t } from '../language/words.js';
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
      if (!navigator.mediaDevices?.getUserMedia) throw new DOMException('', 'NotFoundError');
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1920 }, facingMode: { ideal: 'environment' } } });
      if (!this.#dialog.open) return stream.getTracks().forEach((track) => track.stop());
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
      this.#words.textContent = t('The picture stays in this tab.');
      this.#take.disabled = false;
      this.#take.focus();
    } catch (error) {
      this.#video.hidden = true;
      this.#words.textContent = WHY[error.name] ? t(WHY[error.name]) : t('The camera could not be opened ({name}). Choose a file instead.', { name: error.name });
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
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = undefined;
    this.#video.srcObject = null;
  }
}

const WHY = {
  NotAllowedError: 'The camera was refused. Allow it for this site in the browser’s address bar, then try again, or choose a file instead.',
  NotFoundError: 'No camera was found here. Choose a file instead.',
  NotReadableError: 'Another program is using the camera. Close it there, then try again.',
};

customElements.define('camera-dialog', CameraDialog);
