// What one visit keeps in this browser: a folder of its own files (OPFS), which no other page and no server can read. A lock
// tells whether the visit lasts: a tab that is closed, or crashes, lets go of it.

import { Slots, put } from './slots.js';

const FOLDER = 'visits'; // main.js knows the name

export class Visit {
  /** Notes on all that is kept. */
  notes;
  /** The run at work. */
  checkpoint;
  #folder; #name;
  /** The names of files by what lies in them. @type {WeakMap<Blob, string>} */
  #names = new WeakMap();
  #files = 0;

  /** @param {FileSystemDirectoryHandle} folder @param {string} name */
  constructor(folder, name) {
    [this.#folder, this.#name] = [folder, name];
    this.notes = new Slots(folder, 'notes');
    this.checkpoint = new Slots(folder, 'checkpoint');
  }

  /** A new one. */
  static async begin() {
    const name = crypto.randomUUID();
    await isOurs(name);
    return new Visit(await (await visits()).getDirectoryHandle(name, { create: true }), name);
  }

  /** Those that ended; from now on they are this page's. @returns {Promise<Visit[]>} */
  static async left() {
    const found = [];
    for await (const [name, folder] of /** @type {any} */ (await visits()).entries()) {
      if (folder.kind === 'directory' && await isOurs(name)) found.push(new Visit(folder, name));
    }
    return found;
  }

  /** Keeps a file, once; resolves to its name. @param {Blob} blob */
  async keep(blob) {
    const known = this.#names.get(blob);
    if (known) return known;
    const name = `${Date.now()}-${this.#files++}`;
    await put(this.#folder, name, blob);
    this.#names.set(blob, name);
    return name;
  }

  /** A file, if it is whole, in memory: the browser may delete what lies here at any time. @param {{name: string, bytes: number, type: string}} kept @returns {Promise<Blob | undefined>} */
  async file({ name, bytes, type }) {
    try {
      const file = await (await this.#folder.getFileHandle(name)).getFile();
      if (file.size !== bytes) return undefined;
      const blob = new Blob([await file.arrayBuffer()], { type });
      this.#names.set(blob, name);
      return blob;
    } catch {
      return undefined;
    }
  }

  /** Deletes all files but these. @param {Set<string>} names */
  async sweep(names) {
    for await (const name of /** @type {any} */ (this.#folder).keys()) {
      if (/^\d+-\d+$/.test(name) && !names.has(name)) await this.#folder.removeEntry(name);
    }
  }

  static async forgetAll() { await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true }).catch(() => {}); } // there may be none

  async forget() { await (await visits()).removeEntry(this.#name, { recursive: true }); }
}

async function visits() {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
}

/** Takes the lock of a visit until this page is closed; resolves to whether it was free. @param {string} name @returns {Promise<boolean>} */
function isOurs(name) {
  return new Promise((resolve, reject) => {
    navigator.locks.request(`scumble-visit-${name}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined;
    }).catch(reject);
  });
}
