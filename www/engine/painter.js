// The page's end of the painter's worker: turns requests into messages, and messages into answers and events.

import { Emitter } from './emitter.js';

/** @import { Answer, Events, Failure, Reply, Requests } from './messages.d.ts' */

/** @extends {Emitter<Events>} */
export class Painter extends Emitter {
  #waiting = new Map(); #next = 1; #worker;

  constructor() {
    super();
    this.#worker = new Worker(new URL('./painter-worker.js', import.meta.url), { type: 'module', name: 'painter' });
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail({ name: 'Worker', message: event.message || 'The painter’s program could not be loaded.' });
    };
  }

  /**
   * @template {keyof Requests} N
   * @param {N} name @param {Parameters<Requests[N]>} given what the request asks, and what it transfers
   * @returns {Promise<Answer<N>>}
   */
  ask(name, ...given) {
    const id = this.#next++;
    const [asked, transfer = []] = given;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, asked }, transfer);
    });
  }

  /** Ends the worker; whatever was asked stays unanswered, for there is nobody left to care. */
  dismiss() { this.#worker.terminate(); }

  /** @param {Reply} reply */
  #hear(reply) {
    if ('event' in reply) return this.emit(reply.event, reply.detail);
    const { resolve, reject } = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) reject(asError(reply.error));
    else resolve(reply.value);
  }

  /** A worker that fell takes every answer with it. @param {Failure} failure */
  #fail(failure) {
    for (const { reject } of this.#waiting.values()) reject(asError(failure));
    this.#waiting.clear();
    this.emit('failed', failure);
  }
}

/** @param {Failure} failure */
function asError({ name, message }) {
  return Object.assign(new Error(message), { name });
}
