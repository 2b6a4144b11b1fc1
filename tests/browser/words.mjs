// This turns the site's sources into the list of what it says, for the test that every language knows it.

import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const WWW = fileURLToPath(new URL("../../www/", import.meta.url));
const SRC = fileURLToPath(new URL("../../src/", import.meta.url));
const ATTRIBUTES = ["aria-label", "title", "alt", "noun", "label"];

/** Everything that the page can say, as far as it stands in www/: sentences in index.html, t('…'), and text given to h(). */
export async function spoken() {
  const said = new Set();
  const html = (await readFile(WWW + "index.html", "utf8")).replace(/<!--.*?-->|<noscript>.*?<\/noscript>/gs, "");
  const body = html.slice(html.indexOf("<body"));
  for (const [, text] of body.matchAll(/>([^<]+)</g)) add(said, decoded(text));
  for (const name of ATTRIBUTES) for (const [, text] of body.matchAll(new RegExp(`\\s${name}="([^"]+)"`, "g"))) add(said, decoded(text));
  add(said, /<title>(.*?)<\/title>/.exec(html)[1]);
  for (const file of await readdir(WWW, { recursive: true })) {
    if (!file.endsWith(".js")) continue;
    const code = (await readFile(WWW + file, "utf8")).replace(/^\s*\/\*[^]*?\*\/|^\s*\/\/.*$| \/\/ .*$/gm, "");
    for (const [, , text] of code.matchAll(/\bt\((['"])(.*?[^\\])\1/g)) add(said, text);
    for (const [, , text] of code.matchAll(/(['"])([a-z][^'"\n]*(?: [^'" \n]+){3,})\1/g)) if (isWords(text)) add(said, text);
    // Sentences in tables and notices, and the words that elements are made of: whatever begins like one.
    for (const [, , text] of code.matchAll(/(['"])((?:\{\w+\}|[A-Z][A-Za-z0-9]+)[^'"\n]*? [^'"\n]*?|[A-Z][a-z’ ….]+)\1/g)) if (isWords(text)) add(said, text);
    // Sentences with something put in, which goes by its last name: `${response.status}` is {status}.
    for (const [, text] of code.matchAll(/`([^`]+)`/g)) {
      const key = text.replace(/\$\{(?:\w+\.)*(\w+)[^}]*\}/g, "{$1}");
      if (/[a-z]{2,} [a-zA-Z]{2,} [a-z]/.test(key)) add(said, key);
    }
  }
  for (const file of ["error.rs", "image/codec/decode.rs"]) {
    const code = (await readFile(SRC + file, "utf8")).split("#[cfg(test)]")[0];
    // What the engine says: a sentence for every error, and notes on a picture that was read.
    for (const [, text] of code.matchAll(/(?:#\[error\(|notes\.push\((?:format!\()?)\s*"((?:[^"\\]|\\.)+)"/g)) add(said, text);
  }
  for (const room of ["model/", "painter/", "web/"]) {
    for (const file of await readdir(SRC + room)) {
      const code = (await readFile(SRC + room + file, "utf8")).split("#[cfg(test)]")[0];
      for (const [, text] of code.matchAll(/(?:what|remedy): "([^"]+)"/g)) add(said, text);
    }
  }
  for (const { title, alt } of JSON.parse(await readFile(WWW + "samples/samples.json", "utf8"))) {
    add(said, title);
    add(said, alt);
  }
  for (const { name } of JSON.parse(await readFile(WWW + "shipped-styles/styles.json", "utf8"))) add(said, name);
  return [...said].sort();
}

/** The message file: {languages, words}. */
export async function catalogue() {
  return JSON.parse(await readFile(WWW + "language/words.json", "utf8"));
}

// Names of errors, keys and elements are written in the same quotes.
const NO_WORDS = /^(Error|Fallen|Function|Worker|NoAdapter|DeviceLost|RuntimeError|CompileError|LinkError|NoWebGpu|Missing|AbortError|NotAllowedError|NotFoundError|NotReadableError|Arrow\w+|Backspace|Enter|Escape|Space|Tab|Files|Scumble|Vulkan|Edge|Opera|Firefox|Chrome|Safari|Samsung Internet)$/;

function isWords(text) {
  return !NO_WORDS.test(text) && !/^[MHVL]\d/.test(text);
}

function add(said, text) {
  const words = text.trim().replace(/\s+/g, " ");
  // Numbers and units are the same in every language, and so are names.
  if (/\p{Letter}{2}/u.test(words) && !/^[\d ]+px/.test(words) && !NO_WORDS.test(words) && !/^(VGG19|Adam|L-BFGS|L2|PNG|JPEG|WebP|English|Deutsch|Español|中文|neural-style|style-transfer-pytorch|Gatys et al\.|Wasserstein)$/.test(words)) said.add(words);
}

function decoded(text) {
  return text.replace(/&amp;/g, "&").replace(/&quot;/g, '"').replace(/&#39;/g, "'");
}
