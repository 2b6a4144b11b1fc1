// <scumble-invitation> is the stage before the first paint: the photo, and the painting scumbled over it with a dry brush.
// It shows the idea, not the result; without pictures, the brush alone.    .photo, .painting = {url} or undefined

import { svg } from './dom.js';

// Strokes drawn by hand in a box of 600 x 400, [path, thickness]; each is laid down as a row of hairs.
const WIDTH = 600, HEIGHT = 400, HAIRS = 17;
/** @type {[string, number][]} */
const STROKES = [
  ['M352 22c70-22 150-26 262-8', 58],
  ['M306 88c96-30 190-32 308-12', 66],
  ['M342 156c80-24 164-22 272-4', 62],
  ['M270 224c104-34 214-30 344-6', 74],
  ['M330 298c84-26 170-24 284-2', 66],
  ['M284 366c100-28 200-26 330-4', 72],
];

export class ScumbleInvitation extends HTMLElement {
  #svg; #photo; #painting; #strokes;

  connectedCallback() {
    if (this.#svg) return;
    const picture = { preserveAspectRatio: 'xMidYMid slice', width: WIDTH, height: HEIGHT };
    this.#photo = svg('image', picture);
    this.#painting = svg('image', { ...picture, mask: 'url(#scumble-mask)' });
    this.#strokes = svg('g', { fill: 'none', stroke: '#fff', 'stroke-linecap': 'round' }, ...STROKES.flatMap(hairs));
    this.#svg = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' },
      svg('mask', { id: 'scumble-mask' }, this.#strokes),
      svg('rect', { class: 'scumble-wash', width: '100%', height: '100%', mask: 'url(#scumble-mask)' }), this.#photo, this.#painting);
    this.append(this.#svg);
  }

  set photo(photo) {
    this.#lay(this.#photo, photo);
    if (photo) this.#shapeLike(photo);
  }

  set painting(painting) { this.#lay(this.#painting, painting); }

  #lay(image, picture) {
    if (picture) image.setAttribute('href', picture.url);
    else image.removeAttribute('href');
  }

  // The sketch takes the photo's shape, so that the painted picture appears where it stood.
  async #shapeLike({ url }) {
    const probe = new Image();
    probe.src = url;
    await probe.decode().catch(() => {});
    if (!probe.naturalWidth || this.#photo.getAttribute('href') !== url) return;
    const height = WIDTH * probe.naturalHeight / probe.naturalWidth;
    this.#svg.setAttribute('viewBox', `0 0 ${WIDTH} ${height}`);
    for (const image of [this.#photo, this.#painting]) image.setAttribute('height', height);
    this.#strokes.setAttribute('transform', `scale(1 ${height / HEIGHT})`);
  }
}

// A dry brush: every hair starts where it likes, runs out of paint sooner or later, and picks some up again.
// (An SVG filter would fray it as well, but costs a second at 2560 px where the browser filters on the CPU.)
function hairs([d, thickness], stroke) {
  const random = randomFrom(stroke + 1);
  return Array.from({ length: HAIRS }, (_, hair) => {
    const across = thickness * ((hair + 0.5) / HAIRS - 0.5);
    const rim = 1 - Math.abs(across) / thickness; // the outer hairs carry less
    const dashes = Array.from({ length: 6 }, (_, index) => (index % 2 ? 4 + 22 * random() * random() : 30 + 190 * random() * rim));
    return svg('path', {
      d,
      transform: `translate(${(34 * (random() - 0.2) + Math.abs(across)).toFixed(1)} ${across.toFixed(1)})`,
      'stroke-width': (thickness / HAIRS * (0.55 + 0.75 * random())).toFixed(1),
      'stroke-dasharray': dashes.map((dash) => dash.toFixed(0)).join(' '),
    });
  });
}

// The same hairs for everyone: a linear congruential generator (Numerical Recipes), 0 to 1.
function randomFrom(seed) {
  let state = seed * 7919;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

customElements.define('scumble-invitation', ScumbleInvitation);
