// The page's scripts against ARCHITECTURE.md: a room reads only those above it in the table, types included.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const IMPORT = /(?:\bfrom |\bimport |\bimport\()'(\.[^']+)'/g;

/** The rooms in the order of the table. */
async function order() {
  const text = await readFile(join(ROOT, "ARCHITECTURE.md"), "utf8");
  const table = text.split("## The page")[1].split("| room |")[1].split("\n\n")[0];
  return [...table.matchAll(/^\| `(\w+)\/` /gm)].map(([, room]) => room);
}

/** Who reads whom, as pairs of paths below www/. */
async function readings() {
  const files = (await readdir(join(ROOT, "www"), { recursive: true })).filter((file) => /\.(js|d\.ts)$/.test(file) && file.includes(sep));
  const pairs = await Promise.all(files.map(async (file) => {
    const text = (await readFile(join(ROOT, "www", file), "utf8")).replaceAll('"', "'");
    return [...text.matchAll(IMPORT)].map(([, path]) => [file, normalize(join(dirname(file), path))]);
  }));
  return pairs.flat().filter(([, path]) => !path.startsWith("pkg")); // the wasm, where the site was built
}

function wrong(pairs, rooms) {
  const place = (path) => rooms.indexOf(path.split(sep)[0]);
  return pairs.filter(([reader, read]) => place(reader) < 0 || place(read) < 0 || place(read) > place(reader)).map(([reader, read]) => `${reader} reads ${read}`);
}

test("rooms of the page read only those above them", async () => {
  const [rooms, pairs] = [await order(), await readings()];
  assert.ok(rooms.length > 8 && pairs.length > 80, `${rooms} and ${pairs.length} readings were found`);
  assert.deepEqual(wrong(pairs, rooms), []);
  assert.deepEqual(wrong([[join("engine", "spy.js"), join("run", "easel.js")]], rooms).length, 1, "what is forbidden is found");
});
