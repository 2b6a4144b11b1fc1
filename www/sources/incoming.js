// Decides where a dropped or pasted file goes, and listens for them on the whole page.

import { titleOf } from '../elements/picture-well.js';

const WEIGHTS = /\.(safetensors|pth)$/i;
const STYLE = /\.style$/i;
const FILM = /\.(mp4|m4v|mov|webm|mkv)$/i;

/**
 * Pure: files (anything with a name) and places (in order, {name, taken, distance}) to pairs [file, place].
 * A place that holds only a sample of ours is not taken. `under` is the place the files fell on, if any.
 */
export function destinations(files, places, under) {
  if (files.length >= 2) return places.slice(0, 2).map(({ name }, index) => [files[index], name]);
  if (files.length === 0) return [];
  const free = places.find(({ taken }) => !taken);
  const nearest = places.reduce((best, place) => (place.distance < best.distance ? place : best));
  return [[files[0], under ?? (free ?? nearest).name]];
}

/**
 * Calls take(which, {blob, title}) for pictures, takeWeights(blob) for weights, takeStyle(blob) for a style and takeFilm(file) for a
 * film, from drops and pastes anywhere.
 * `isTaken(name)` tells whether the person put a picture there.
 */
export function listen({ isTaken, take, takeWeights, takeStyle, takeFilm }) {
  const sections = [...wellsIn('.wells')];

  function receive(fileList, target, point) {
    const files = [...fileList];
    files.filter(({ name }) => WEIGHTS.test(name)).slice(0, 1).forEach(takeWeights);
    files.filter(({ name }) => STYLE.test(name)).slice(0, 1).forEach(takeStyle);
    const places = sections.map((section) => ({ name: section.dataset.well, taken: isTaken(section.dataset.well), distance: distance(section, point) }));
    files.filter(isFilm).slice(0, 1).forEach(takeFilm);
    const pictures = files.filter((file) => !WEIGHTS.test(file.name) && !STYLE.test(file.name) && !isFilm(file));
    for (const [blob, which] of destinations(pictures, places, wellAt(target))) take(which, { blob, title: titleOf(blob) });
  }

  const highlight = (target) => {
    const under = target && wellAt(target);
    for (const section of wellsIn('body')) {
      section.classList.toggle('receiving', Boolean(target) && (!under || under === section.dataset.well));
    }
  };

  document.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    highlight(event.target);
  });
  document.addEventListener('dragleave', (event) => { if (!event.relatedTarget) highlight(null); });
  document.addEventListener('drop', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    highlight(null);
    receive(event.dataTransfer.files, event.target, { x: event.clientX, y: event.clientY });
  });
  document.addEventListener('paste', (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    receive(event.clipboardData.files, document.activeElement, { x: 0, y: 0 });
  });
}

/** @param {File} file */
function isFilm({ name, type }) { return type.startsWith('video/') || FILM.test(name); }

/** @param {string} part @returns {NodeListOf<HTMLElement>} */
function wellsIn(part) { return document.querySelectorAll(`${part} [data-well]`); }

function wellAt(node) {
  return node instanceof Element ? /** @type {HTMLElement | null} */ (node.closest('[data-well]'))?.dataset.well : undefined;
}

function distance(section, { x, y }) {
  const { left, right, top, bottom } = section.getBoundingClientRect();
  return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
}
