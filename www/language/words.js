// Turns the page's English into the person's language. English is the key: what stands in index.html and in the scripts
// is looked up in words.json, and what is not found there stays English. `{name}` in a key is a place for a value, so the
// engine's own sentences can be looked up as well, once they are said.

/** The languages' codes, as index.html offers them. */
const LANGUAGES = Array.from(/** @type {NodeListOf<HTMLOptionElement>} */ (document.querySelectorAll('#language option')), ({ value }) => value);

const KEPT = 'scumble-language';
const ATTRIBUTES = ['aria-label', 'title', 'alt', 'noun', 'label'];

export const language = chosen();

// Nothing but our own words: a file may be called "constructor".
const words = { __proto__: null, ...language === 'en' ? {} : await load(language) };
/** @type {[RegExp, string][]} */
const patterns = Object.keys(words).filter((key) => key.includes('{')).map((key) => [asPattern(key), key]);

/** t('About {seconds} s left', {seconds: 4}) */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** A number in the person's notation; `options` are Intl.NumberFormat's. */
export function number(value, options) { return value.toLocaleString(language, options); }

/** A sentence that somebody else has put together: translated if it is known, or is made like one that is known. */
export function told(sentence) {
  if (language === 'en' || Object.hasOwn(words, sentence)) return t(sentence);
  for (const [pattern, key] of patterns) {
    const values = pattern.exec(sentence)?.groups;
    if (values) return t(key, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, words[value] ?? value])));
  }
  return sentence;
}

/** The same of everything that a part of the page says. */
export function translate(root) {
  if (language === 'en') return;
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let text; (text = /** @type {Text | null} */ (texts.nextNode()));) {
    const { data } = text;
    const key = data.trim().replace(/\s+/g, ' ');
    if (Object.hasOwn(words, key)) text.data = data.replace(data.trim(), words[key]);
  }
  for (const name of ATTRIBUTES) {
    for (const element of root.querySelectorAll(`[${name}]`)) element.setAttribute(name, t(element.getAttribute(name)));
  }
}

/** Keeps the choice; it takes effect when the page is opened next. */
export function speak(code) {
  try { localStorage.setItem(KEPT, code); } catch { /* then the browser's own language it is */ }
}

function chosen() {
  let kept;
  try { kept = localStorage.getItem(KEPT); } catch { /* nothing can be kept here */ }
  const wished = [kept, ...navigator.languages ?? []].filter(Boolean).map((code) => code.slice(0, 2).toLowerCase());
  return wished.find((code) => LANGUAGES.includes(code)) ?? 'en';
}

async function load(code) {
  const response = await fetch(new URL('./words.json', import.meta.url)).catch(() => null);
  if (!response?.ok) return {};
  const { languages, words } = await response.json();
  const column = languages.indexOf(code);
  return Object.fromEntries(Object.entries(words).map(([key, row]) => [key, row[column]]));
}

function asPattern(key) {
  const escaped = key.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\{(\w+)\}/g, '(?<$1>.+?)')}$`, 's');
}

document.documentElement.lang = language;
document.title = t(document.title);
translate(document.body);
