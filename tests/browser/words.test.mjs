// Every language knows every sentence of the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue, spoken } from "./words.mjs";

test("four languages, from one file that misses no word and holds no other", async () => {
  const { languages, words } = await catalogue();
  assert.deepEqual(languages, ["de", "es", "zh"]);
  const said = await spoken();
  assert.deepEqual(said.filter((key) => !Object.hasOwn(words, key)), [], "sentences without a translation");
  assert.deepEqual(Object.keys(words).filter((key) => !said.includes(key)), [], "translations that nobody says");
});

test("a translation keeps the places where something is put in", async () => {
  const { languages, words } = await catalogue();
  const places = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
  for (const [key, row] of Object.entries(words)) {
    assert.equal(row.length, languages.length, key);
    for (const text of row) assert.ok(text && places(text) === places(key), `${key} -> ${text}`);
  }
});
