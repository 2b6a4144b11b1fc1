/**
 * What the painter's worker does not need, it does not have: it decodes strangers' files, and should one of them ever run code here,
 * that code could ask nobody and say nothing. A host's Content-Security-Policy is the first line (README.md); where a host sends none,
 * this is all there is, and a dynamic import of another address stays possible.
 */

/** @type {any} */
const here = globalThis;
const { fetch, setTimeout, setInterval } = here;

const refuse = /** @type {any} */ (function () { throw TypeError('refused'); });
refuse.prototype = Function.prototype; // it stands in for Function
for (const made of [() => {}, async () => {}, function* () {}, async function* () {}]) {
  Object.defineProperty(Object.getPrototypeOf(made), 'constructor', { value: refuse });
}

/** `fetch` and timers are wrapped below; a cache fetches what it adds, and a font its file. */
const needless = ['eval', 'Function', 'fetch', 'importScripts', 'Worker', 'WebSocket', 'WebSocketStream', 'WebTransport', 'EventSource', 'XMLHttpRequest', 'indexedDB',
  'FontFace', 'fonts', 'setTimeout', 'setInterval'];
for (let owner = here; owner; owner = Object.getPrototypeOf(owner)) needless.forEach((name) => delete owner[name]);
for (const name of ['add', 'addAll']) delete here.Cache?.prototype[name];

/** Only this site is asked. @param {Request | string | URL} what @param {RequestInit} [how] */
here.fetch = async (what, how) => {
  const asked = new Request(what, how);
  if (new URL(asked.url).origin !== location.origin) refuse();
  return fetch(asked);
};

/** A text is no function. */
const timer = (/** @type {any} */ set) => (/** @type {any} */ work, /** @type {any[]} */ ...rest) => (typeof work === 'function' ? set(work, ...rest) : refuse());
here.setTimeout = timer(setTimeout);
here.setInterval = timer(setInterval);

/** A module, whose names are its own. */
export {};
