// The service worker: the site's files, kept in this browser and no others, so that Scumble opens without a network.
//
// Each version of the site has a cache of its own, and a tab keeps the version that it was loaded with: what it asks for late
// comes from the same cache as what it asked for first. A new version is fetched beside the old one and waits until a page lets
// it take over. A cache goes when no tab of its version is left. A version whose page does not start is given up, and the
// newest that did start is served again. Weights keep a cache of their own.

importScripts('./precache.js'); // self.PRECACHE = {version, files: {path: SHA-256}}, made with the site

const { version: VERSION, files: FILES } = self.PRECACHE;
const SITE = 'scumble-site-'; // and a version: the name of its cache
const LIST = './precache.json'; // in each of these caches: its files and their hashes
const NETWORK = ''; // the version of a page that came from the site itself
const NOTES = 'scumble-versions';
const SHARED = 'scumble-shared'; // installation.js knows the name
const SHARED_FILES = 2, SHARED_BYTES = 2 ** 28; // a photo and a painting

self.addEventListener('install', (event) => event.waitUntil(bringHome()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));

self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
  if (event.data === 'started') event.waitUntil(noteStart(event.source.id));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method === 'POST' && url.searchParams.has('share')) return event.respondWith(takeShared(request));
  const home = new URL('./', self.location.href).href;
  if (request.method !== 'GET' || !url.href.startsWith(home)) return;
  const path = request.mode === 'navigate' ? './' : `./${(url.origin + url.pathname).slice(home.length)}`;
  if (path.startsWith('./weights/') && !FILES[path]) return;
  event.respondWith(answer(event, path).catch(() => fetch(request)));
});

// --- a version comes ------------------------------------------------------------------------------

/** Fetches this version, or fails as a whole: a site that is half replaced has files of two versions. */
async function bringHome() {
  const { failed, tried } = await read();
  if (failed.includes(VERSION)) throw new Error('tried in vain');
  const isNew = !(await caches.has(SITE + VERSION));
  const cache = await caches.open(SITE + VERSION);
  const others = await keptVersions();
  const take = async ([path, hash]) => cache.put(path, await sameIn(others, path, hash) ?? await fetched(path, hash));
  const taken = await Promise.allSettled(Object.entries(FILES).map(take));
  const failure = taken.find(({ status }) => status === 'rejected');
  if (failure && isNew) await caches.delete(SITE + VERSION);
  if (failure) throw failure.reason;
  await cache.put(LIST, new Response(JSON.stringify(FILES)));
  if (tried.length > 0) self.skipWaiting(); // a page that does not start cannot let it
}

async function takeOver() {
  notes = undefined; // the version before wrote the newest
  const now = await recall();
  now.tried = [];
  now.started ??= VERSION; // the first of all comes when a page has painted
  for (const { id } of await self.clients.matchAll({ includeUncontrolled: true, type: 'all' })) now.clients[id] ??= VERSION;
  await keep();
  await tidy();
  await self.clients.claim();
}

async function noteStart(id) {
  const now = await recall();
  if (now.clients[id] !== VERSION) return; // a version before this one
  Object.assign(now, { started: VERSION, tried: [], failed: [] });
  await keep();
  await tidy();
}

/** Drops the caches whose tabs are gone. */
async function tidy() {
  const now = await recall();
  const ids = Object.keys(now.clients);
  const alive = await Promise.all(ids.map((id) => self.clients.get(id)));
  ids.filter((_, index) => !alive[index]).forEach((id) => delete now.clients[id]);
  await keep();
  if (self.registration.installing || self.registration.waiting) return; // one of the caches is its
  const needed = [now.started, inForce(now), ...Object.values(now.clients)].map((version) => SITE + version);
  const names = (await caches.keys()).filter((name) => name.startsWith(SITE) && !needed.includes(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

// --- a tab asks -----------------------------------------------------------------------------------

/** `clientId` asks, and `resultingClientId` is the tab or worker that begins with the answer. */
async function answer({ request, clientId, resultingClientId }, path) {
  const isPage = request.mode === 'navigate';
  const now = await recall();
  let version = isPage ? await versionForPage(now, resultingClientId) : now.clients[clientId] ?? inForce(now);
  const kept = await caches.match(path, { cacheName: SITE + version, ignoreVary: true });
  if (isPage && !kept) version = NETWORK;
  if (resultingClientId) {
    now.clients[resultingClientId] = version;
    await keep();
  }
  return kept ?? await replaced(version, path) ?? fetch(request);
}

/** This version, unless it was given to two pages that did not start, of which one was left. */
async function versionForPage(now, id) {
  if (now.started === VERSION || now.failed.includes(VERSION)) return inForce(now);
  const alive = await Promise.all(now.tried.map((id) => self.clients.get(id)));
  if (now.tried.length < 2 || alive.every(Boolean)) now.tried.push(id);
  else Object.assign(now, { tried: [], failed: [...now.failed, VERSION] });
  return inForce(now);
}

function inForce({ failed, started }) {
  return failed.includes(VERSION) ? started : VERSION;
}

/** A file that the version's cache has lost. Another version's file is none, under whatever name. */
async function replaced(version, path) {
  const versions = await keptVersions();
  const hash = versions.find(({ name }) => name === SITE + version)?.files[path];
  if (!hash) return undefined; // the version has no such file
  return await sameIn(versions, path, hash) ?? fetched(path, hash).catch(() => Response.error());
}

// --- files and their hashes -----------------------------------------------------------------------

/** The caches of whole versions, {name, files}. */
async function keptVersions() {
  const names = (await caches.keys()).filter((name) => name.startsWith(SITE));
  const lists = await Promise.all(names.map((name) => caches.match(LIST, { cacheName: name }).then((list) => list?.json())));
  return names.map((name, index) => ({ name, files: lists[index] })).filter(({ files }) => files);
}

async function sameIn(versions, path, hash) {
  for (const { name, files } of versions) {
    const kept = files[path] === hash && await caches.match(path, { cacheName: name, ignoreVary: true });
    if (kept) return kept;
  }
  return undefined;
}

async function fetched(path, hash) {
  const response = await fetch(path, { cache: 'no-cache' });
  const bytes = await response.arrayBuffer();
  if (!response.ok || await sha256(bytes) !== hash) throw new Error(`another file: ${path}`);
  const headers = new Headers(response.headers);
  for (const name of ['Content-Encoding', 'Content-Length']) headers.delete(name); // of the bytes on their way
  return new Response(bytes, { headers });
}

async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// --- notes, because a service worker is stopped whenever it has nothing to do ----------------------

/**
 * `started`: the newest version whose page started; `tried`: pages that were given this version before; `failed`: versions that
 * were given up; `clients`: the version of each tab and worker.
 * @type {Promise<{started?: string, tried: string[], failed: string[], clients: Record<string, string>}> | undefined}
 */
let notes;
let written = Promise.resolve();

function recall() { return notes ??= read(); }

async function read() {
  const found = await caches.match('./notes.json', { cacheName: NOTES });
  return { tried: [], failed: [], clients: {}, ...await found?.json().catch(() => ({})) };
}

/** Writes the notes down, one state after the other. */
function keep() {
  written = written.catch(() => {}).then(async () => (await caches.open(NOTES)).put('./notes.json', new Response(JSON.stringify(await notes))));
  return written;
}

// --- what a share sheet hands over ----------------------------------------------------------------

// It waits in a cache until the page, opened anew, takes it. A form of another site is no share sheet.
async function takeShared(request) {
  if (request.referrer && new URL(request.referrer).origin !== self.location.origin) return Response.redirect('./', 303);
  const isPicture = (file) => file instanceof File && file.size <= SHARED_BYTES;
  const files = (await request.formData()).getAll('pictures').filter(isPicture).slice(0, SHARED_FILES);
  const cache = await caches.open(SHARED);
  for (const [index, file] of files.entries()) {
    await cache.put(`./shared/${index}`, new Response(file, { headers: { 'X-Name': encodeURIComponent(file.name) } }));
  }
  return Response.redirect('./?shared', 303);
}
