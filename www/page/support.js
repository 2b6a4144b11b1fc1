// Turns the reason why this page cannot paint into words: what is the matter, why, and the next step.

import { t, told } from '../language/words.js';

/**
 * @import { Failure } from '../engine/messages.d.ts'
 * @typedef {{reason: string, title: string, why: string, next: string, action?: string}} Notice
 */

/**
 * The notice for what ended the engine or kept it from opening, by its name, in the person's language.
 * @param {Failure} error @returns {Notice}
 */
export function noticeFor(error) {
  const { reason, title, why, next, action } = noticeInEnglish(error);
  return { reason, title: told(title), why: why.map(told).join(' '), next: told(next), action: action && t(action) };
}

function noticeInEnglish(error, userAgent = navigator.userAgent) {
  const browser = browserName(userAgent);
  switch (error.name) {
    case 'NoWebGpu':
      return isSecureContext ? {
        reason: 'no-webgpu',
        title: `${browser ?? 'This browser'} offers no WebGPU here`,
        why: ['Scumble paints on your own graphics processor, and WebGPU is the only way for a page to reach it.'],
        next: nextStep(browser, userAgent),
      } : {
        reason: 'insecure',
        title: 'This address is not secure',
        why: ['Browsers offer WebGPU only to pages that come over https, or from this same computer.'],
        next: 'Open the page with https:// in front of its address.',
      };
    case 'NoAdapter':
      return {
        reason: 'no-adapter',
        title: 'No graphics processor answered',
        why: [`${browser ?? 'This browser'} supports WebGPU, but found no graphics processor for this page.`, error.message],
        next: 'Turn on graphics (hardware) acceleration in the browser’s settings, update the graphics driver, restart the browser, then come back. On Linux, Chrome may also need the flag “Vulkan”.',
      };
    case 'DeviceLost':
      return {
        reason: 'lost',
        title: 'The graphics processor was lost',
        why: [error.message, 'It happens when the driver restarts, the computer sleeps, or the memory runs out.'],
        next: 'Your pictures and settings are still here. If it happens again, choose a smaller size.',
        action: 'Start again',
      };
    case 'Weights': // they come while the engine opens
      return {
        reason: 'failed',
        title: 'The built-in model arrived damaged',
        why: ['Its file was cut off or changed on the way from this site.'],
        next: 'Check the connection, then try again.',
        action: 'Start again',
      };
    default: // a trap, a program that could not be loaded, or whatever else nobody foresaw
      return {
        reason: 'failed',
        title: 'The painting engine crashed',
        why: [error.message],
        next: 'Your pictures and settings are still here. If it happens again, reload the page.',
        action: 'Start again',
      };
  }
}

/** The browser's name where the user agent gives it away; order matters, for they all claim to be one another. */
export function browserName(userAgent) {
  /** @type {[RegExp, string][]} */
  const names = [[/Edg\w*\//, 'Edge'], [/OPR\//, 'Opera'], [/SamsungBrowser/, 'Samsung Internet'], [/Firefox|FxiOS/, 'Firefox'],
    [/Chrome|Chromium|CriOS/, 'Chrome'], [/Safari/, 'Safari']];
  return names.find(([pattern]) => pattern.test(userAgent))?.[1];
}

function nextStep(browser, userAgent) {
  if (/iPhone|iPad|iOS/.test(userAgent)) return 'Update to iOS or iPadOS 26 and open the page in Safari: every browser on it then has WebGPU.';
  if (browser === 'Safari') return 'Update to Safari 26, or open the page in Chrome or Edge.';
  if (browser === 'Firefox') {
    return /Windows/.test(userAgent) ? 'Update to Firefox 141 or later, or open the page in Chrome or Edge.'
      : /Mac/.test(userAgent) ? 'Update to Firefox 145 or later, or open the page in Chrome or Safari 26.'
        : 'Firefox has WebGPU on Windows (141) and macOS (145) so far. Here, open the page in Chrome.';
  }
  if (/Android/.test(userAgent)) return 'Update Chrome; it has WebGPU on Android 12 and later.';
  if (/Linux/.test(userAgent)) return 'Update the browser; if that is not enough, turn on WebGPU and Vulkan on its page chrome://flags.';
  return 'Update the browser and turn on graphics (hardware) acceleration, or open the page in a recent Chrome, Edge or Safari 26.';
}
