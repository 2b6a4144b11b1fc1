// Feeds the readers on wasm32: node wasm.mjs FOLDER SEED SECONDS CASES READER...
// A trap ends the program: what was built with panic = "abort" cannot go on.

import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A reader that takes so long hangs. */
const PATIENCE_MS = 5000;
/** The most that the memory may grow by a file. */
const MOST_BYTES = 2 ** 30;

const [folder, seed, seconds, most, ...names] = process.argv.slice(2);
const { default: init, FuzzCases } = await import(pathToFileURL(resolve(join(folder, "scumble.js"))).href);
const { memory } = await init({ module_or_path: await readFile(join(folder, "scumble_bg.wasm")) });
const readers = FuzzCases.readers();

console.log(`On wasm32, seed ${seed}.`);
for (const name of names) {
  const cases = new FuzzCases(readers.indexOf(name), Number(seed));
  const began = performance.now();
  let [number, taken, slowest, grown] = [0, 0, 0, 0];
  for (; number < Number(most) && performance.now() - began < 1000 * Number(seconds); number += 1) {
    const [at, before] = [performance.now(), memory.buffer.byteLength];
    try {
      if (cases.read(number)) taken += 1;
    } catch (error) {
      fail(name, number, error.message);
    }
    const [took, more] = [performance.now() - at, memory.buffer.byteLength - before];
    if (took > PATIENCE_MS) fail(name, number, `takes ${took.toFixed(0)} ms`);
    if (more > MOST_BYTES) fail(name, number, `takes ${more} bytes`);
    [slowest, grown] = [Math.max(slowest, took), Math.max(grown, more)];
  }
  cases.free();
  console.log(`${name.padEnd(12)} ${number} files, ${taken} read, the slowest in ${slowest.toFixed(1)} ms, the memory grew by ${(grown / 2 ** 20).toFixed(1)} MiB at most`);
}

function fail(name, number, what) {
  console.error(`${name}, file ${number} of seed ${seed}: ${what}`);
  process.exit(1);
}
