// What a run is, and what its picture is called.

import { t } from '../language/words.js';

/**
 * @import { Scale, Score, Settings } from '../engine/messages.d.ts'
 * @import { Picture, Pictures } from '../sources/wells.js'
 *
 * @typedef {object} Run One that is painted, or was.
 * @property {number} id the engine's number
 * @property {Settings} settings those of the form that it follows by now
 * @property {Settings} first those that it began with
 * @property {Score} score what it was steered by since
 * @property {Pictures & {painting: Picture}} pictures those in the wells that it is painted from
 * @property {boolean} [mixed] whether one of them was exchanged on the way
 * @property {Blob} [from] a picture that it was begun from
 * @property {boolean} continues whether that was a moment of another run
 * @property {string} findings what was known of the graphics device
 * @property {Scale[]} scales
 * @property {number} iterations of all scales
 * @property {string} original the photo's url, at the run's size
 */

/** What a run's picture is called. @param {Pick<Run, 'pictures'>} run */
export function nameOf({ pictures: { photo, painting } }) {
  return photo ? t('“{photo}”, in the manner of “{painting}”', { photo: photo.title, painting: painting.title })
    : t('The texture of “{painting}”', { painting: painting.title });
}
