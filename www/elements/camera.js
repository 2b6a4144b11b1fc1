// Turns a person's consent into the camera's view, or into the reason why there is none. Two dialogs ask for it.

import { t } from '../language/words.js';

const WHY = {
  NotAllowedError: 'The camera was refused. Allow it for this site in the browser’s address bar, then try again, or choose a file instead.',
  NotFoundError: 'No camera was found here. Choose a file instead.',
  NotReadableError: 'Another program is using the camera. Close it there, then try again.',
};

/** Asks for the camera's view, about so many pixels wide. @param {number} width */
export async function openCamera(width) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException('', 'NotFoundError');
  return navigator.mediaDevices.getUserMedia({ video: { width: { ideal: width }, facingMode: { ideal: 'environment' } } });
}

/** Lets go of the camera. @param {MediaStream} [stream] */
export function closeCamera(stream) { stream?.getTracks().forEach((track) => track.stop()); }

/** Why there is no view, in a sentence. @param {Error} error */
export function whyNoCamera({ name }) {
  return WHY[name] ? t(WHY[name]) : t('The camera could not be opened ({name}). Choose a file instead.', { name });
}
