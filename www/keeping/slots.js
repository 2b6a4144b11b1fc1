// Two files that take turns: a write that is broken off leaves the one before whole, and a checksum tells which is.
//
// A file is one line with the SHA-256 of all that follows, one with its number, one with what it says (JSON), and then its bytes.

/** @typedef {{says: any, blob: Blob}} Kept What was written: the JSON, and the bytes. */

export class Slots {
  #folder; #name; #next = 1;

  /** @param {FileSystemDirectoryHandle} folder @param {string} name */
  constructor(folder, name) {
    [this.#folder, this.#name] = [folder, name];
  }

  /** @param {any} says @param {Blob} [blob] */
  async write(says, blob = new Blob()) {
    const number = this.#next++;
    const body = new Blob([`${number}\n${JSON.stringify(says)}\n`, blob]);
    await put(this.#folder, `${this.#name}-${number % 2}`, new Blob([await checksum(body), '\n', body]));
  }

  /** The newest that is whole. @returns {Promise<Kept | undefined>} */
  async read() {
    const found = (await Promise.all([0, 1].map((slot) => this.#readSlot(slot)))).filter((kept) => kept !== undefined);
    found.sort((a, b) => b.number - a.number);
    this.#next = (found[0]?.number ?? 0) + 1;
    return found[0];
  }

  /** @param {number} slot */
  async #readSlot(slot) {
    try {
      const handle = await this.#folder.getFileHandle(`${this.#name}-${slot}`);
      const file = await handle.getFile();
      const body = file.slice(65);
      if (await file.slice(0, 64).text() !== await checksum(body)) return undefined;
      const bytes = new Uint8Array(await body.arrayBuffer());
      const first = bytes.indexOf(10), second = bytes.indexOf(10, first + 1);
      const text = new TextDecoder().decode(bytes.subarray(0, second));
      return { number: Number(text.slice(0, first)), says: JSON.parse(text.slice(first + 1)), blob: new Blob([bytes.subarray(second + 1)]) };
    } catch {
      return undefined; // there is none, or it cannot be read
    }
  }
}

/** Writes a file whole or not at all. @param {FileSystemDirectoryHandle} folder @param {string} name @param {Blob} blob */
export async function put(folder, name, blob) {
  const handle = await folder.getFileHandle(name, { create: true });
  const writable = await handle.createWritable();
  try {
    await writable.write(blob);
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => {});
    throw error;
  }
}

/** SHA-256 in hexadecimal. @param {Blob} blob */
async function checksum(blob) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
