// This turns the built site into versions of itself: what a web host shows after one deploy or another, good or broken.

import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { DIST, serve } from "./harness.mjs";
import { waitForState } from "./studio.mjs";

/** What `cargo xtask build` wrote for the service worker. */
async function precache() {
  const self = {};
  new Function("self", await readFile(join(DIST, "precache.js"), "utf8"))(self);
  return self.PRECACHE;
}

/** A site of our own, and how to put another version on it: files by their paths, in place of the built ones. */
export async function host() {
  const folder = await mkdtemp(join(tmpdir(), "scumble-"));
  const extra = {};
  const site = await serve(DIST, { extra });
  const put = async (path, content) => {
    extra[path] = join(folder, createHash("sha256").update(content).digest("hex") + extname(path)); // it says the type
    await writeFile(extra[path], content);
  };
  /** `unlisted` files are those that the host has wrong. */
  const deploy = async (version, changes = {}, unlisted = {}) => {
    for (const path of Object.keys(extra)) delete extra[path];
    const { files } = await precache();
    for (const [path, content] of Object.entries(changes)) {
      await put(path, content);
      files[`./${path === "index.html" ? "" : path}`] = createHash("sha256").update(content).digest("hex");
    }
    for (const [path, content] of Object.entries(unlisted)) await put(path, content);
    await put("precache.js", `self.PRECACHE = ${JSON.stringify({ version, files })};\n`);
  };
  const close = async () => {
    await site.close();
    await rm(folder, { recursive: true });
  };
  return { url: site.url, requests: site.requests, close, deploy };
}

/** Versions whose page, or whose engine, does not start. */
export const BROKEN = {
  "whose page throws": { "main.js": "throw new Error('broken');\n" },
  "whose engine is no engine": { "pkg/scumble_bg.wasm": "no WebAssembly" },
};

/** A version's own mark, in a file that the page imports late. */
export async function marked(mark) {
  return { "sketches/sketchbook.js": `${await readFile(join(DIST, "sketches/sketchbook.js"), "utf8")}\n// ${mark}\n` };
}

export const standing = (page) => waitForState(page, "ready", "unsupported");

/** Opens the page as someone who comes again: its service worker stands. */
export async function settled(page, url) {
  await page.goto(url);
  await standing(page);
  // It is registered when a picture was painted, or when the page is installed.
  await page.evaluate(() => dispatchEvent(new Event("appinstalled")));
  await page.waitForFunction(() => navigator.serviceWorker.controller, undefined, { timeout: 120_000 });
  await page.reload();
  await standing(page);
}

/** Lets the page look whether there is another version. */
export const update = (page) => page.evaluate(async () => { await (await navigator.serviceWorker.getRegistration()).update(); });

export const isOffered = (page) => page.waitForFunction(() => /new version/.test(document.getElementById("messages").textContent), undefined, { timeout: 120_000 });

/** A file of the version that the page has. */
export const text = (page, path) => page.evaluate((path) => fetch(path).then((response) => response.text()), path);

/** Agrees until the page has the version with this mark: while the old one still answers somebody, Chromium holds the new one back for up to five minutes. */
export async function taken(page, mark) {
  for (let tries = 0; tries < 30; tries++) {
    await agree(page);
    await standing(page);
    if ((await text(page, "sketches/sketchbook.js")).includes(`// ${mark}`)) return;
  }
  throw new Error(`The version ${mark} was never taken.`);
}

/** Agrees to the new version, and waits until the page is loaded anew. */
export async function agree(page) {
  await isOffered(page);
  // What was just painted may not be kept yet; and a slow page asks twice, for it reloads again when its patience ends.
  const accept = (dialog) => dialog.accept().catch(() => {}); // an earlier call may wait for a dialog as well
  page.on("dialog", accept);
  await Promise.all([page.waitForEvent("load", { timeout: 120_000 }), page.evaluate(() => [...document.querySelectorAll("#messages .link")].find((button) => button.textContent === "Use it now").click())]);
  page.off("dialog", accept);
}
