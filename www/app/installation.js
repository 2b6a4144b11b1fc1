// Lets the page be installed, opened without a network, updated when the person says so, and handed pictures by the
// system: from a share sheet, or as the program that opens a file.

import { titleOf } from '../elements/picture-well.js';
import { language, speak, t } from '../language/words.js';
import { $ } from '../page/ids.js';

const SHARED = 'scumble-shared'; // the cache where the service worker puts what was shared; sw.js knows the name
const PATIENCE_MS = 10_000; // a browser may hold a new version back while the old one still answers; then the page offers it again

/**
 * @import { History } from '../past/history.js'
 * @import { Page } from '../page/page.js'
 * @import { Wells } from '../sources/wells.js'
 */

/** `history` holds what would be lost by loading the page again. @param {{page: Page, wells: Wells, history: History}} given */
export function install({ page, wells, history }) {
  offerLanguages(page, history);
  takeWhatIsHanded(wells);
  // Who has painted a picture is likely to come again; nobody else need carry the whole site home. But whoever installs it shares
  // pictures to it, and without a service worker these would be sent to the host.
  let asked = false;
  const keep = () => {
    if (asked || !navigator.serviceWorker) return;
    asked = true;
    navigator.serviceWorker.register('./sw.js', { updateViaCache: 'none' }).then((registration) => attendUpdates(registration, page)).catch(() => {}); // then it needs the network
  };
  if (navigator.serviceWorker?.controller || matchMedia('(display-mode: standalone)').matches) keep();
  addEventListener('appinstalled', keep);
  offerInstallation(keep);
  page.on('state', () => { if (page.state === 'done') keep(); });
  tellOfStart(page);
}

// The service worker gives a version up whose page does not start. A page that nobody looks at opens no engine yet, and a device
// without a graphics processor never does.
function tellOfStart(page) {
  let told = false;
  page.on('state', () => {
    const isUp = document.hidden || page.state !== 'loading' && document.documentElement.dataset.reason !== 'failed';
    if (isUp && !told) navigator.serviceWorker?.controller?.postMessage('started');
    told ||= isUp;
  });
}

// A picture being painted must not be lost to a new version, so the old one goes on until the person agrees.
function attendUpdates(registration, page) {
  let agreed = false;
  const offer = (worker) => {
    if (!navigator.serviceWorker.controller) return; // the first visit, not an update
    page.note(t('A new version of Scumble is here.'), { label: t('Use it now'), run: () => {
      if (worker.state !== 'installed') return location.reload(); // it took over meanwhile, or a newer one took its place
      agreed = true;
      worker.postMessage('take over');
      setTimeout(() => location.reload(), PATIENCE_MS);
    } });
  };
  if (registration.waiting) offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker.addEventListener('statechange', () => { if (worker.state === 'installed') offer(worker); });
  });
  // Another tab that agreed does not speak for this one: here the old page goes on with what it has.
  navigator.serviceWorker.addEventListener('controllerchange', () => { if (agreed) location.reload(); });
}

/** @param {() => void} keep */
function offerInstallation(keep) {
  addEventListener('beforeinstallprompt', (/** @type {any} */ event) => {
    event.preventDefault();
    $('install').hidden = false;
    $('install').onclick = async () => {
      $('install').hidden = true;
      keep();
      await event.prompt();
    };
  });
}

async function takeWhatIsHanded(wells) {
  globalThis.launchQueue?.setConsumer(async ({ files }) => {
    await wells.furnished; // what is opened takes the place of a sample
    for (const [index, handle] of files.slice(0, 2).entries()) {
      const blob = await handle.getFile();
      wells.receive(['photo', 'painting'][index], { blob, title: titleOf(blob) });
    }
  });
  if (!new URLSearchParams(location.search).has('shared')) return;
  history.replaceState(null, '', location.pathname + location.hash);
  const cache = await caches.open(SHARED);
  const shared = await cache.keys();
  await wells.furnished; // what was shared takes the place of a sample
  for (const [index, request] of shared.slice(0, 2).entries()) {
    const response = /** @type {Response} */ (await cache.match(request));
    const name = decodeURIComponent(response.headers.get('X-Name') ?? '');
    wells.receive(['photo', 'painting'][index], { blob: await response.blob(), title: titleOf({ name }) });
  }
  await caches.delete(SHARED);
}

function offerLanguages(page, history) {
  const select = $('language');
  select.value = language;
  select.addEventListener('change', () => {
    speak(select.value);
    if (history.runs.length > 0) {
      page.note(t('The language changes when the page is loaded again. Save your picture first.'), { label: t('Load it again now'), run: () => location.reload() });
    } else location.reload();
  });
}
