// Turns calls into messages to the painter's worker, and its messages into answers and events.
// The message list stands at the top of painter-worker.js.

export class Painter extends EventTarget {
  #worker; #waiting = new Map(); #next = 1;

  constructor() {
    super();
    this.#worker = new Worker(new URL('./painter-worker.js', import.meta.url), { type: 'module', name: 'painter' });
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail({ name: 'Worker', message: event.message || 'The painter’s program could not be loaded.' });
    };
  }

  open(canvas) { return this.#ask('open', { canvas }, [canvas]); }
  setPicture(which, blob) { return this.#ask('picture', { which, blob }); }
  clearPicture(which) { return this.#ask('clear', { which }); }
  weights() { return this.#ask('weights'); }
  download() { return this.#ask('download'); }
  cancelDownload() { return this.#ask('cancel'); }
  forgetWeights() { return this.#ask('forget'); }
  loadWeightsFile(blob) { return this.#ask('file', { blob }); }
  start(wanted) { return this.#ask('start', wanted); }
  steer(settings) { return this.#ask('steer', { settings }); }
  pause() { return this.#ask('pause'); }
  resume() { return this.#ask('resume'); }
  stop() { return this.#ask('stop'); }
  save(wanted) { return this.#ask('save', wanted); }
  heat() { return this.#ask('heat'); }
  label(blob) { return this.#ask('label', { blob }); }
  animation(film) { return this.#ask('animation', film); }
  sketch(wanted) { return this.#ask('sketch', wanted); }
  endSketches() { return this.#ask('endSketches'); }
  example(wanted) { return this.#ask('example', wanted); }
  endExample() { return this.#ask('endExample'); }
  plan(settings) { return this.#ask('plan', { settings }); }
  probe(settings, edges) { return this.#ask('probe', { settings, edges }); }

  /** Ends the worker; whatever was asked stays unanswered, for there is nobody left to care. */
  dismiss() { this.#worker.terminate(); }

  #ask(type, message = {}, transfer = []) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, type, ...message }, transfer);
    });
  }

  #hear({ id, type, value, error, ...rest }) {
    if (type === 'failed') return this.#tell('failed', asError(error));
    if (type) return this.#tell(type, rest);
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) reject(asError(error));
    else resolve(value);
  }

  // A worker that fell takes every answer with it.
  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(asError(error));
    this.#waiting.clear();
    this.#tell('failed', asError(error));
  }

  #tell(type, detail) { this.dispatchEvent(new CustomEvent(type, { detail })); }
}

function asError({ name, message }) {
  return Object.assign(new Error(message), { name });
}
