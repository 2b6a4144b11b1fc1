// What the sketchbook asks of each of its panels.

/**
 * @import { Events, Settings } from '../engine/messages.d.ts'
 * @import { AtHand } from '../styling/styling.js'
 * @import { Page } from '../page/page.js'
 * @import { Easel } from '../run/easel.js'
 * @import { SketchDialog } from '../elements/sketch-dialog.js'
 *
 * @typedef {object} Given What a panel is made from.
 * @property {Settings} wanted the form's
 * @property {Page} page
 * @property {Easel} easel
 * @property {boolean} hasVgg19
 * @property {string} painting its title
 * @property {AtHand} [style] the one at hand
 *
 * @typedef {object} Sketch One cell of a panel.
 * @property {string} caption
 * @property {Settings} [settings] what is painted there; without, the panel fills the cell itself
 * @property {Blob} [style] the style that paints there, once, at the settings' size
 * @property {Partial<Settings>} [promote] what the large picture takes on if this one is picked
 *
 * @typedef {{value: string, words: string}[]} Choices
 * @typedef {Events['sketch'] & {dialog: SketchDialog}} Heard
 *
 * @typedef {object} Panel
 * @property {string} heading
 * @property {string} hint
 * @property {string} [legend]
 * @property {Choices} choices
 * @property {string} choice the one to begin with
 * @property {boolean} inTurn a step of each sketch, and again; else one after the other
 * @property {(choice: string) => Sketch[]} sketches
 * @property {(dialog: SketchDialog, choice: string) => Promise<void>} [fill] shows what is no sketch
 * @property {(heard: Heard) => void} [hear] after each step
 */

/** What makes a sketch of a picture. */
export const SMALL = { size: 128, effort: 0.3, 'stop-early': false, seamless: false };
