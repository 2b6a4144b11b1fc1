// The worker's small runs beside the main one: sketches to look at, and probes to time. Both take the engine's `Studio`.

/**
 * @import { Studio } from '../pkg/scumble.js'
 * @import { Answer, Asked, Bytes, Events, Measures, Probe, Progress, Settings } from './messages.d.ts'
 * @typedef {{index: number, settings: Partial<Settings>, style?: Bytes, held: number, ms: number, done: boolean, begun: boolean, shown: number}} Sketch
 */

const LOOKS = 12;     // a sketch is shown about so often on its way
const PROBE = 1000;   // numbers of sketches from here on are probes
const PROBE_STEPS = 4;
const PATIENCE_MS = 2500; // once a probe took so long, the next larger size is left to arithmetic

export class Sketches {
  #studio; #told; #failed; #inTurn = true; #next = 0;
  /** @type {Sketch[]} */
  #list = [];

  /**
   * `told` hears of every step.
   * @param {{studio: Studio, told: (news: Events['sketch']) => void, failed: (index: number, error: unknown) => void}} given
   */
  constructor({ studio, told, failed }) {
    this.#studio = studio;
    this.#told = told;
    this.#failed = failed;
  }

  get isBusy() { return this.#list.some((sketch) => !sketch.done); }

  /** One after the other unless `inTurn`, so that they can be compared. @param {Asked<'beginSketches'>} wanted */
  async begin({ list, inTurn }) {
    this.end();
    this.#list = await Promise.all(list.map(async ({ style, ...own }) => (
      { ...own, style: style && new Uint8Array(await style.arrayBuffer()), held: 0, ms: 0, done: false, begun: false, shown: 0 })));
    this.#inTurn = inTurn;
    this.#next = 0;
  }

  end() {
    for (const { index } of this.#list) this.#studio.endSketch(index);
    this.#list = [];
  }

  /** One step of the sketch whose turn it is. */
  async step() {
    const open = this.#list.filter(({ done }) => !done);
    const sketch = (this.#inTurn && open.find(({ index }) => index >= this.#next)) || open[0];
    this.#next = sketch.index + 1;
    try {
      if (!sketch.begun && !this.#inTurn) await this.#prepare(sketch);
      const began = performance.now();
      if (!sketch.begun) await this.#start(sketch);
      sketch.begun = true;
      /** @type {Progress} */
      const progress = await this.#studio.stepSketch(sketch.index);
      /** @type {Events['sketch']} */
      const said = { index: sketch.index, progress, ms: 0 };
      sketch.done = progress.finished;
      if (sketch.done || progress.iteration === 1 || progress.fraction >= sketch.shown + 1 / LOOKS) {
        sketch.shown = progress.fraction;
        said.frame = await this.#studio.lookAtSketch(sketch.index);
      }
      sketch.ms += performance.now() - began;
      said.ms = sketch.ms;
      if (sketch.done && !this.#inTurn) {
        const peak = this.#studio.takePeak() - sketch.held;
        /** @type {Omit<Measures, 'peak'>} */
        const measures = await this.#studio.measureSketch(sketch.index);
        said.measures = { ...measures, peak };
      }
      this.#told(said);
    } catch (error) {
      sketch.done = true;
      this.#failed(sketch.index, error);
    }
    if (sketch.done) this.#studio.endSketch(sketch.index);
  }

  /** @param {Sketch} sketch */
  #start({ index, settings, style }) { return this.#studio.beginSketch(index, JSON.stringify(settings), style); }

  /** A step beforehand takes upon itself what the device does only once, compiling for example. @param {Sketch} sketch */
  async #prepare(sketch) {
    await this.#start(sketch);
    await this.#studio.stepSketch(sketch.index);
    await this.#studio.lookAtSketch(sketch.index);
    this.#studio.endSketch(sketch.index);
    sketch.held = this.#studio.held;
    this.#studio.takePeak();
  }
}

/**
 * Times a few steps at each of these longest edges, the smallest first, at least two of them; null once a picture is painted.
 * A run before takes the compilers' time upon itself.
 * @param {Asked<'probe'> & {studio: () => Studio, isPainting: () => boolean, inLine: <T>(work: () => T | Promise<T>) => Promise<T>}} given
 *   `inLine` runs a piece of work between others
 * @returns {Promise<Answer<'probe'>>}
 */
export async function probe({ settings, edges, studio, isPainting, inLine }) {
  /** @type {Probe[]} */
  const found = [];
  for (const [index, size] of [edges[0], ...edges].entries()) {
    const wanted = { ...settings, size, scales: 1, effort: 1, iterations: PROBE_STEPS + 1, 'stop-early': false };
    const one = await timed(studio, wanted, (work) => inLine(() => (isPainting() ? null : work())))
      .finally(() => inLine(() => studio().endSketch(PROBE))); // never beside a step: the engine is not re-entrant
    if (!one) return null;
    if (index > 0) found.push(one);
    if (found.length >= 2 && one.setup_ms + PROBE_STEPS * one.step_ms > PATIENCE_MS) break;
  }
  return found;
}

/**
 * @param {() => Studio} studio @param {Partial<Settings>} settings
 * @param {<T>(work: () => Promise<T>) => Promise<T | null>} turn
 */
async function timed(studio, settings, turn) {
  const ready = await turn(async () => {
    const [held, began] = [studio().held, performance.now()];
    await studio().beginSketch(PROBE, JSON.stringify(settings));
    const { width, height } = await studio().stepSketch(PROBE);
    await studio().lookAtSketch(PROBE); // waits for the device
    return { pixels: width * height, bytes: studio().held - held, ms: performance.now() - began };
  });
  if (!ready) return null;
  const steps_ms = await turn(async () => {
    const began = performance.now();
    for (let step = 0; step < PROBE_STEPS; step++) await studio().stepSketch(PROBE);
    await studio().lookAtSketch(PROBE);
    return performance.now() - began;
  });
  if (steps_ms === null) return null;
  const step_ms = steps_ms / PROBE_STEPS;
  return { pixels: ready.pixels, bytes: ready.bytes, step_ms, setup_ms: Math.max(0, ready.ms - step_ms) };
}
