// What the engine found out about a graphics adapter, kept in this browser from visit to visit, so that it is not tried
// again. It is never missed: where nothing can be kept, the engine looks again.

const CACHE = 'scumble-device';

let kept = '{}';

/** What is known of the adapter, as the engine wrote it down. */
export async function recall() {
  try {
    const found = await (await notes())?.match(await address());
    kept = await found?.text() ?? '{}';
  } catch { /* nothing is known */ }
  return kept;
}

/** Keeps what the engine wrote down. @param {string} findings */
export async function keep(findings) {
  if (findings === kept) return;
  kept = findings;
  try {
    await (await notes())?.put(await address(), new Response(findings));
  } catch { /* then the next visit looks again */ }
}

// Not every browser offers a cache, and none does without https.
function notes() {
  return globalThis.caches?.open(CACHE);
}

async function address() {
  const info = (await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }))?.info;
  const name = [info?.vendor, info?.architecture, info?.device, info?.description].filter(Boolean).join(' ') || 'unnamed';
  return new URL(`../device/${encodeURIComponent(name)}`, self.location.href);
}
