// The service worker: the site's files, kept in this browser and no others, so that Scumble opens without a network. A new
// version is fetched beside the old one and waits until the page lets it take over. Weights keep a cache of their own.

importScripts('./precache.js'); // self.PRECACHE = {version, files: [path, ...]}, made with the site

const CACHE = `scumble-site-${self.PRECACHE.version}`;
const SHARED = 'scumble-shared'; // installation.js knows the name
const SHARED_FILES = 2, SHARED_BYTES = 2 ** 28; // a photo and a painting

self.addEventListener('install', (event) => {
  const files = self.PRECACHE.files.map((path) => new Request(path, { cache: 'no-cache' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)));
});

self.addEventListener('activate', (event) => {
  const isOld = (name) => name.startsWith('scumble-site-') && name !== CACHE;
  event.waitUntil((async () => {
    await Promise.all((await caches.keys()).filter(isOld).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener('message', ({ data }) => { if (data === 'take over') self.skipWaiting(); });

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method === 'POST' && url.searchParams.has('share')) return event.respondWith(takeShared(request));
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  const isPage = request.mode === 'navigate';
  const wanted = isPage ? new URL('./', self.location.href).href : url.origin + url.pathname;
  const known = self.PRECACHE.files.some((path) => new URL(path, self.location.href).href === wanted);
  if (known) event.respondWith(caches.open(CACHE).then((cache) => cache.match(wanted)).then((kept) => kept ?? fetch(request)));
});

// What a share sheet hands over waits in a cache until the page, opened anew, takes it. A form of another site is no share sheet.
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
