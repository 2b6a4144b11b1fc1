// Turns the weights manifest into bytes: from this browser's cache where they lie, from this site where not.
// Nothing here trusts a byte: the engine checks each shard's SHA-256 whenever it loads one.

/**
 * @import { Bytes, Events } from './messages.d.ts'
 * @typedef {{file: string, sha256: string, bytes: number}} Shard
 * @typedef {{text: string, shards: Shard[], attribution?: string, licence?: string}} Manifest
 */

const FOLDER = new URL('../weights/', import.meta.url);
const MANIFEST = new URL('manifest.json', FOLDER).href;
const CACHE = 'scumble-weights-v1';

/**
 * The manifest and its text (which the engine reads), or null where this site carries no weights. Without a connection it is the one
 * that came with the weights in the cache.
 * @returns {Promise<Manifest | null>}
 */
export async function readManifest() {
  const response = await fetch(MANIFEST).catch(async () => (await openCache())?.match(MANIFEST));
  if (!response?.ok) return null;
  const text = await response.text();
  try {
    return { ...JSON.parse(text), text };
  } catch {
    return null; // some hosts answer a missing file with a page
  }
}

/** The built-in model's file, which lies beside the site's own. */
export async function readStudent() {
  const response = await fetch(new URL('student.safetensors', FOLDER)).catch(() => null);
  if (!response?.ok) throw Object.assign(new Error('The built-in model could not be loaded. Check the connection and reload the page.'), { name: 'Weights' });
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {Shard[]} shards */
export async function has(shards) {
  const cache = await openCache();
  if (!cache) return false;
  const found = await Promise.all(shards.map((shard) => cache.match(keyOf(shard))));
  return found.every(Boolean);
}

/**
 * All shards in order; the manifest is kept with them.
 * @param {Manifest} manifest @param {Shard[]} shards @param {AbortSignal} signal @param {(loaded: Events['download']) => void} report
 */
export async function fetchShards(manifest, shards, signal, report) {
  const cache = await openCache();
  const total = shards.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytes = 0;
  /** @type {Bytes[]} */
  const loaded = [];
  for (const shard of shards) {
    signal.throwIfAborted();
    const kept = await cache?.match(keyOf(shard));
    const response = kept ?? await ask(shard, signal);
    const count = (/** @type {number} */ more) => report({ bytes: bytes += more, total, cached: Boolean(kept) });
    const content = await read(response, count);
    // A full disk or private window may refuse to keep it; the picture does not depend on that.
    if (!kept) await cache?.put(keyOf(shard), new Response(content)).catch(() => {});
    loaded.push(content);
  }
  await cache?.put(MANIFEST, new Response(manifest.text)).catch(() => {}); // the same
  return loaded;
}

export async function forget() {
  await globalThis.caches?.delete(CACHE);
}

/** The hash is part of the key: new weights never meet old ones under the same name. @param {Shard} shard */
function keyOf({ file, sha256 }) {
  const url = new URL(file, FOLDER);
  url.searchParams.set('sha256', sha256);
  return url.href;
}

/** @param {Shard} shard @param {AbortSignal} signal */
async function ask({ file }, signal) {
  const response = await fetch(new URL(file, FOLDER), { signal }).catch(brokenOff);
  if (!response.ok) throw Object.assign(new Error(`The weights could not be downloaded: ${file} answered ${response.status}. Try again later.`), { name: 'Weights' });
  return response;
}

/** A cancelled download is no failure of the connection; browsers say the latter each in their own words. @param {Error} error @returns {never} */
function brokenOff(error) {
  if (error.name === 'AbortError') throw error;
  throw new Error('The connection broke before all weights were downloaded. Check it and choose VGG19 again; the downloaded part is kept.');
}

/** @param {Response} response @param {(more: number) => void} count */
async function read(response, count) {
  const parts = [];
  for (const reader = /** @type {ReadableStream<Bytes>} */ (response.body).getReader(); ;) {
    const { done, value } = await reader.read().catch(brokenOff);
    if (done) break;
    parts.push(value);
    count(value.length);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// Without a secure context, or where storage is refused, there is no cache.
async function openCache() {
  return globalThis.caches?.open(CACHE).catch(() => undefined);
}
