// <loss-plot> turns losses into lines on a logarithmic scale, and into words for those who do not see them.
//   .scales = [{width, height, iterations}]    a new run: clears, and marks where the size grows
//   add([{iteration, content, style, tv, total}]);   .points = those that are drawn

import { number, t } from '../language/words.js';
import { h, svg } from './dom.js';

const SERIES = { total: 'Total', content: 'Content', style: 'Style', tv: 'Smoothness' };
const WIDTH = 300, HEIGHT = 150, LEFT = 34, BOTTOM = 16, TOP = 6;
const MOST_POINTS = 600; // beyond, every second point is dropped: the plot is 300 px wide
const MOST_TICKS = 5;
const THREE_DIGITS = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };

export class LossPlot extends HTMLElement {
  #points = []; #stride = 1; #iterations = 1; #boundaries = []; #plot; #values = {}; #drawn = false;

  connectedCallback() {
    if (this.#plot) return;
    this.#plot = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' });
    const legend = Object.entries(SERIES).map(([key, name]) => h('li', {},
      svg('svg', { viewBox: '0 0 24 8', 'aria-hidden': 'true' }, svg('path', { class: `plot-key ${key}`, d: 'M0 4h24' })),
      name, this.#values[key] = h('b', {}, '–')));
    this.append(h('h2', {}, 'Losses'), this.#plot, h('ul', { class: 'plot-legend', 'aria-label': 'Losses now' }, ...legend));
  }

  set scales(scales) {
    this.#points = [];
    this.#stride = 1;
    this.#boundaries = [];
    this.#iterations = 0;
    for (const { iterations } of scales) this.#boundaries.push(this.#iterations += iterations);
    this.#boundaries.pop(); // the end is no boundary
    this.#schedule();
  }

  /** The losses that the lines are drawn through, oldest first. */
  get points() { return this.#points; }

  add(losses) {
    for (const loss of losses) if (loss.iteration % this.#stride === 0) this.#points.push(loss);
    if (this.#points.length > MOST_POINTS) {
      this.#stride *= 2;
      this.#points = this.#points.filter(({ iteration }) => iteration % this.#stride === 0);
    }
    const last = losses.at(-1);
    if (last) for (const key in SERIES) this.#values[key].textContent = short(last[key]);
    if (losses.length) this.#schedule();
  }

  // Steps may come faster than the screen: draw once a frame.
  #schedule() {
    if (this.#drawn) return;
    this.#drawn = true;
    requestAnimationFrame(() => { this.#drawn = false; this.#draw(); });
  }

  #draw() {
    const values = this.#points.flatMap((point) => Object.keys(SERIES).map((key) => point[key])).filter((value) => value > 0);
    if (values.length === 0) return this.#plot.replaceChildren();
    const low = Math.floor(Math.log10(Math.min(...values))), high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
    const x = (iteration) => LEFT + (WIDTH - LEFT) * iteration / this.#iterations;
    const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (high - Math.log10(value)) / (high - low);
    this.#plot.replaceChildren(
      ...ticks(low, high).flatMap((power) => [
        svg('path', { class: 'plot-grid', d: `M${LEFT} ${y(10 ** power)}H${WIDTH}` }),
        svg('text', { x: LEFT - 6, y: y(10 ** power) + 3.5, 'text-anchor': 'end' }, `1e${power}`)]),
      ...this.#boundaries.map((iteration) => svg('path', { class: 'plot-scale', d: `M${x(iteration)} ${TOP}V${HEIGHT - BOTTOM}` })),
      svg('text', { x: LEFT, y: HEIGHT - 2 }, '0'),
      svg('text', { x: WIDTH, y: HEIGHT - 2, 'text-anchor': 'end' }, t('{count} iterations', { count: this.#iterations })),
      ...Object.keys(SERIES).map((key) => svg('path', { class: `plot-line ${key}`, d: line(this.#points, key, x, y) })));
    this.#plot.setAttribute('aria-label', this.#summary());
  }

  #summary() {
    const [first, last] = [this.#points[0], this.#points.at(-1)];
    const moves = Object.entries(SERIES).map(([key, name]) => t('{name} from {first} to {last}', { name: t(name), first: short(first[key]), last: short(last[key]) }));
    return t('Losses over {at} of {all} iterations, logarithmic: {moves}.', { at: last.iteration, all: this.#iterations, moves: moves.join(', ') });
  }
}

function line(points, key, x, y) {
  return points.filter((point) => point[key] > 0)
    .map((point, index) => `${index ? 'L' : 'M'}${x(point.iteration).toFixed(1)} ${y(point[key]).toFixed(1)}`).join('');
}

function ticks(low, high) {
  const step = Math.ceil((high - low) / MOST_TICKS);
  return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, index) => low + index * step);
}

function short(value) {
  if (value === 0) return '0';
  return value >= 0.01 && value < 10000 ? number(value, THREE_DIGITS) : value.toExponential(1).replace('+', '');
}

customElements.define('loss-plot', LossPlot);
