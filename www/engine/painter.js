// The page's end of the painter's worker: turns requests into messages, and messages into answers and events. An engine that
// falls does so once: whatever was asked is refused, and so is all that is asked later.

import { Emitter } from './emitter.js';

/** @import { Answer, Events, Failure, Reply, Requests } from './messages.d.ts' */

/** The name of the error that refuses what was asked of a fallen engine: the fall itself is told elsewhere. */
export const FALLEN = 'Fallen';

/** @extends {Emitter<Events & {fell: Failure}>} */
export class Painter extends Emitter {
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  #next = 1; #worker; #heard = true;
  /** @type {Failure | undefined} */
  #fall;

  constructor() {
    super();
    this.#worker = new Worker(new URL('./painter-worker.js', import.meta.url), { type: 'module', name: 'painter' });
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#end({ name: 'Worker', message: event.message || 'The painter’s program could not be loaded.' });
    };
  }

  /** Whether an answer is awaited. */
  get isAsked() { return this.#waiting.size > 0; }

  /** Whether anything was heard since this was asked before. */
  wasHeard() {
    const heard = this.#heard;
    this.#heard = false;
    return heard;
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
      if (this.#fall) return reject(refusal(this.#fall));
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, asked }, transfer);
    });
  }

  /** Ends an engine that does not answer any more. */
  giveUp() { this.#end({ name: 'Worker', message: 'It did not answer any more.' }); }

  /** Ends the engine without a word: another one comes. */
  dismiss() {
    if (!this.#fall) this.#refuse({ name: 'Worker', message: 'Another engine has taken its place.' });
  }

  /** @param {Reply} reply */
  #hear(reply) {
    if (this.#fall) return;
    this.#heard = true;
    if ('fell' in reply) return this.#end(reply.fell, reply.id);
    if ('event' in reply) return this.emit(reply.event, reply.detail);
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(asError(reply.error));
    else waiting?.resolve(reply.value);
  }

  /** @param {Failure} failure @param {number} [over] the question that it fell over */
  #end(failure, over) {
    if (this.#fall) return;
    this.#refuse(failure, over);
    this.emit('fell', failure);
  }

  /** @param {Failure} failure @param {number} [over] */
  #refuse(failure, over) {
    this.#fall = failure;
    this.#worker.terminate();
    for (const [id, { reject }] of this.#waiting) reject(Object.assign(refusal(failure), { isCause: id === over && failure.name === 'RuntimeError' }));
    this.#waiting.clear();
  }
}

/** @param {Failure} failure */
function refusal(failure) { return Object.assign(asError(failure), { name: FALLEN, cause: failure }); }

/** @param {Failure} failure */
function asError({ name, message }) { return Object.assign(new Error(message), { name }); }
