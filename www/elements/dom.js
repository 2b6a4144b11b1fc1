// Turns a few words into DOM nodes. Text always enters as text, no string is ever parsed as HTML, and it enters in the
// person's language: whatever words.json knows is looked up here, so that elements are written in plain English.

import { t } from '../language/words.js';

const SPOKEN = ['aria-label', 'title', 'alt'];
const SVG = 'http://www.w3.org/2000/svg';

/** h('button', {type: 'button', onclick}, 'Take') */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** One of the drawings in icons.svg; always beside a text or an aria-label, so hidden from readers. */
export function icon(name) {
  return svg('svg', { class: 'icon', 'aria-hidden': 'true' }, svg('use', { href: `icons.svg#${name}` }));
}

/** Tells the page what happened in an element. */
export function emit(element, type, detail) {
  element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value != null) node.setAttribute(name, SPOKEN.includes(name) ? t(value) : value);
  }
  node.append(...children.filter((child) => child != null).map((child) => (typeof child === 'string' ? t(child) : child)));
  return node;
}
