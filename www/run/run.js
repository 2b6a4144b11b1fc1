// What a run is, and what its picture is called.

import { t } from '../language/words.js';

/**
 * @import { Scale, Score, Settings } from '../engine/messages.d.ts'
 * @import { Pictures } from '../sources/wells.js'
 *
 * @typedef {object} Run One that is painted, or was.
 * @property {number} id the engine's number
 * @property {string} [key] its name among those that are kept
 * @property {boolean} [saved] whether the person has its picture as a file
 * @property {Settings} settings those of the form that it follows by now
 * @property {Settings} first those that it began with
 * @property {Score} score what it was steered by since
 * @property {Pictures} pictures those in the wells that it is painted from
 * @property {{name: string}} [style] what made the picture at once, if it was not painted; such a run has one step
 * @property {{edge: number, memory: number}} [print] how large the picture is made, if this is a print of another run's
 * @property {Promise<unknown>} [kept] that picture's last change is among its frames
 * @property {{blob: Blob, iteration: number}} [checkpoint] the run as it stood: what it can go on from
 * @property {number} [until] the step to stop after
 * @property {boolean} [mixed] whether one of them was exchanged on the way
 * @property {Blob} [from] a picture that it was begun from
 * @property {boolean} continues whether that was a moment of another run
 * @property {string} findings what was known of the graphics device
 * @property {Scale[]} scales
 * @property {number} iterations of all scales
 * @property {string} original the photo's url, at the run's size
 */

/** Whose manner a run's picture is in. @param {Pick<Run, 'pictures' | 'style'>} run */
export function mannerOf({ pictures: { painting }, style }) { return style?.name ?? painting?.title ?? ''; }

/** What a run's picture is called. @param {Pick<Run, 'pictures' | 'style'>} run */
export function nameOf(run) {
  const { photo } = run.pictures;
  const painting = mannerOf(run);
  return photo ? t('“{photo}”, in the manner of “{painting}”', { photo: photo.title, painting })
    : t('The texture of “{painting}”', { painting });
}
