// What happens to a page.

import { broken, struck } from "../fragile.mjs";
import { BROKEN, agree, marked, standing, update } from "../host.mjs";
import { press, pressPaint } from "../studio.mjs";
import { AWAITED, CALLS, ask } from "./moments.mjs";
import { HASH, accept, fresh } from "./pages.mjs";

/**
 * @typedef {object} Given
 * @property {import("playwright-core").BrowserContext} context
 * @property {() => Promise<import("playwright-core").BrowserContext>} relaunch ends the browser at once, and starts it anew
 * @property {() => void} killGraphics ends its graphics process
 * @property {import("playwright-core").Page} page
 * @property {string} url
 * @property {string} moment
 * @property {() => number} random
 * @property {Awaited<ReturnType<typeof import("../host.mjs").host>>} [site] where versions are deployed
 *
 * @typedef {object} Kind
 * @property {(given: Given) => Promise<import("playwright-core").Page | undefined>} happen resolves to the page that is there
 *   afterwards, or to nothing where nothing happened
 * @property {boolean} [ends] the engine, so that another has to come
 * @property {boolean} [isUnheard] as long as nothing is asked of the device
 * @property {boolean} [breaks] it happens at a call, and makes the page call
 * @property {boolean} [deploys] needs a site of its own, and a service worker
 */

/** @type {Record<string, Kind>} */
export const KINDS = {
  trap: breaks("trap"),
  "trap unheard": breaks("late"),
  "device lost": breaks("loses"),
  hang: breaks("hang"),
  "worker terminated": { ends: true, happen: terminated },
  "graphics process crashed": {
    ends: true,
    isUnheard: true,
    async happen({ page, killGraphics }) {
      killGraphics();
      await ask(page);
      return page;
    },
  },
  reload: { happen: async ({ page }) => { await page.reload(); return page; } },
  "tab closed": { happen: ({ page, context, url }) => page.close().then(() => fresh(context, url)) },
  "tab crashed": {
    async happen({ page, context, url }) {
      const session = await context.newCDPSession(page);
      const crashed = new Promise((resolve) => { page.once("crash", resolve); });
      session.send("Page.crash").catch(() => {}); // it does not answer any more
      await crashed;
      page.close().catch(() => {}); // nor does its tab
      return fresh(context, url);
    },
  },
  "browser killed": { happen: async (given) => fresh(await given.relaunch(), given.url) },
  "notes spoiled": { happen: (given) => spoiled(given, "notes") },
  "checkpoint spoiled": { happen: (given) => spoiled(given, "checkpoint") },
  "files evicted": {
    async happen({ page }) {
      await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry("visits", { recursive: true }).catch(() => {}));
      return page;
    },
  },
  "files refused": {
    async happen({ page, context, url }) {
      await page.close();
      const other = await context.newPage();
      await other.addInitScript(() => { StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("No.", "SecurityError")); });
      await other.goto(url + HASH);
      await standing(other);
      await other.close();
      return fresh(context, url);
    },
  },
  "storage full": {
    async happen(given) {
      await given.page.evaluate(() => {
        const { createWritable } = FileSystemFileHandle.prototype;
        FileSystemFileHandle.prototype.createWritable = () => Promise.reject(new DOMException("No room.", "QuotaExceededError"));
        setTimeout(() => { FileSystemFileHandle.prototype.createWritable = createWritable; }, 5000); // somebody makes room
      });
      await given.page.waitForTimeout(6000);
      return given.page;
    },
  },
  "caches refused": {
    ends: true,
    async happen(given) {
      await given.page.evaluate(() => {
        for (const name of ["open", "match", "keys", "delete"]) CacheStorage.prototype[name] = () => Promise.reject(new DOMException("No.", "SecurityError"));
      });
      return terminated(given);
    },
  },
  "manifest is a page": answers("manifest.json", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>Not here." })),
  "manifest is missing": answers("manifest.json", (route) => route.fulfill({ status: 404, body: "Not here." })),
  "weights flipped": answers("student.safetensors", async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length >> 1] ^= 16;
    await route.fulfill({ response, body });
  }),
  "weights cut": answers("student.safetensors", async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ response, headers: {}, body: body.subarray(0, body.length >> 1) });
  }),
  "second tab": {
    async happen({ page, context, url }) {
      const other = await fresh(context, url);
      await pressPaint(other);
      await other.waitForFunction(() => globalThis.seen.at > 3);
      await other.close();
      return page;
    },
  },
  offline: {
    async happen({ page, context }) {
      await context.setOffline(true);
      await page.waitForTimeout(1000);
      await context.setOffline(false);
      return page;
    },
  },
  "deploy broken": {
    deploys: true,
    async happen({ page, site, random }) {
      const names = Object.keys(BROKEN);
      await site.deploy("broken", BROKEN[names[Math.floor(names.length * random())]]);
      await update(page);
      await agree(page);
      for (let again = 0; again < 2; again++) { // this long it is tried
        await page.waitForTimeout(2000);
        await page.reload();
      }
      await standing(page);
      await accept(page);
      await site.deploy("mended", await marked("mended"));
      await update(page);
      await agree(page);
      await standing(page);
      return page;
    },
  },
  "deploy half done": {
    deploys: true,
    async happen({ page, site }) {
      await site.deploy("half", await marked("half"), { "sketches/sketchbook.js": "<!doctype html>Not here." });
      await update(page);
      await page.reload();
      await standing(page);
      return page;
    },
  },
};

/** The engine breaks at its next call of a function of the wasm. */
function breaks(how) {
  return {
    ends: true,
    breaks: true,
    async happen({ page, moment, random }) {
      const calls = CALLS[moment].filter((name) => how !== "hang" || AWAITED.includes(name));
      if (calls.length === 0) return undefined;
      const name = calls[Math.floor(calls.length * random())];
      await broken(page, how, name);
      // Something has to call it.
      if (moment === "paused") await press(page, "pause");
      if (moment === "saving") await press(page, "save");
      if (name === "setPicture" || name === "thumbnail") await page.evaluate(() => [...document.querySelectorAll("sample-shelf[name=painting] button")].at(-1).click());
      else if (moment !== "opening") await ask(page);
      if (name === "steer") await page.fill("#strength", String(30 + Math.floor(40 * random())));
      return await struck(page) ? page : undefined;
    },
  };
}

async function terminated({ page }) {
  await page.evaluate(() => globalThis.engine.terminate());
  await ask(page);
  return page;
}

/** The tab is loaded anew while the host answers wrongly, and once more when it does not any longer. */
function answers(file, wrongly) {
  return {
    async happen({ page, context }) {
      const where = `**/weights/${file}`;
      await context.route(where, wrongly);
      await page.reload();
      await standing(page);
      await accept(page);
      await page.waitForTimeout(2000);
      await context.unroute(where);
      return page;
    },
  };
}

/** The tab is closed, and the newest of its two files spoiled, before it is opened again. */
async function spoiled({ page, context, url }, kind) {
  await page.close();
  const other = await context.newPage();
  await other.goto(`${url}icon.svg`);
  await other.evaluate(async (kind) => {
    const root = await navigator.storage.getDirectory();
    const visits = await root.getDirectoryHandle("visits").catch(() => undefined);
    if (!visits) return;
    for await (const [, visit] of visits.entries()) {
      const files = [];
      for await (const [name, handle] of visit.entries()) if (name.startsWith(`${kind}-`)) files.push([handle, await handle.getFile()]);
      if (files.length < 2) continue;
      const [handle, file] = files.sort(([, a], [, b]) => b.lastModified - a.lastModified)[0];
      const writable = await handle.createWritable({ keepExistingData: true });
      await writable.write({ type: "write", position: Math.floor(file.size / 2), data: "spoiled" });
      await writable.close();
    }
  }, kind);
  await other.close();
  return fresh(context, url);
}
