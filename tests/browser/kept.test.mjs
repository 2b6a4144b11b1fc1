// What is painted outlives the tab: a reload, a closed page and damaged files take no picture along.

import assert from "node:assert/strict";
import { UNCACHED, breakable, checkpoint } from "./fragile.mjs";
import { fixture, newPage, test } from "./harness.mjs";
import { difference, losses, moment, open, openWith, press, pressPaint, save, slide, until, waitForState } from "./studio.mjs";

const here = fixture();
const LONG = { size: 64, effort: 2, "stop-early": false };
const SHORT = { size: 64, effort: 0.2 };

const offered = (page, text) => page.waitForFunction((text) => document.getElementById("messages").textContent.includes(text), text);

/** Presses the button of the message bar with this label. */
const accept = (page, label) => page.evaluate((label) => [...document.querySelectorAll("#messages button")].find((button) => button.textContent === label).click(), label);

/** Waits until there are notes: in both slots, one after the other. */
const noted = (page) => until(page, async () => {
  const root = await navigator.storage.getDirectory();
  const visits = await root.getDirectoryHandle("visits").catch(() => undefined);
  for await (const [, visit] of visits?.entries() ?? []) {
    const names = [];
    for await (const name of visit.keys()) names.push(name);
    if (["notes-0", "notes-1"].every((name) => names.includes(name))) return true;
  }
  return false;
});

/** Lets everything be written that is about to be. */
async function written(page) {
  await noted(page);
  await page.waitForTimeout(1500);
}

/** The page is opened again in the same browser, where `spoil` has been before. */
async function again({ page, context }, url, spoil = () => {}) {
  await page.close();
  const next = await context.newPage();
  next.setDefaultTimeout(180_000);
  await next.goto(`${url}icon.svg`);
  await next.evaluate(spoil);
  await breakable(next);
  await open(next, url);
  return next;
}

test("pictures and what lay in the wells come back", async () => {
  const given = await newPage(here.browser);
  const { page, close } = given;
  await openWith(page, here.site.url, SHORT);
  await slide(page, "strength", 70);
  await page.evaluate(() => document.querySelectorAll("sample-shelf[name=painting] button")[1].click());
  await page.waitForFunction(() => document.querySelector("picture-well[name=painting]").textContent.includes("The wave"));
  await pressPaint(page);
  await waitForState(page, "done");
  await moment(page, 1);
  const { rgba } = await save(page);
  await written(page);
  const next = await again(given, here.site.url);
  await offered(next, "The pictures of your last visit are still here.");
  await accept(next, "Bring them back");
  await next.waitForFunction(() => document.querySelector("picture-well[name=painting]").textContent.includes("The wave"));
  assert.equal(await next.inputValue("#strength"), "70");
  await moment(next, 1);
  // Browsers may delete what lies there, but not what came back.
  await until(next, async () => (await navigator.storage.getDirectory()).removeEntry("visits", { recursive: true }).then(() => true, ({ name }) => name === "NotFoundError"));
  assert.ok(difference((await save(next)).rgba, rgba) < 0.5, "the same moment is saved");
  await pressPaint(next);
  await waitForState(next, "done");
  assert.equal(await next.locator("#runs option").count(), 2);
  await close();
});

test("frames that come faster than notes do not keep them from being written, into both slots", async () => {
  const { page, close } = await newPage(here.browser);
  await page.addInitScript(() => {
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (work, ms, ...given) => setTimeout(work, ms === 400 ? 3000 : ms, ...given); // keeping.js; a step takes less
  });
  await openWith(page, here.site.url, { ...LONG, effort: 1 });
  await pressPaint(page);
  await noted(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.state), "painting");
  await close();
});

test("a picture goes on where it was, bit for bit, though the newest checkpoint is damaged", async () => {
  const given = await newPage(here.browser, UNCACHED);
  const { page, close } = given;
  await breakable(page);
  await openWith(page, here.site.url, LONG);
  await pressPaint(page);
  await checkpoint(page);
  const second = await checkpoint(page);
  await written(page);
  const before = (await losses(page)).at(-1).iteration;
  assert.ok(before < 150, "it still paints");
  const next = await again(given, here.site.url, async () => {
    const root = await navigator.storage.getDirectory();
    for await (const [, visit] of (await root.getDirectoryHandle("visits")).entries()) {
      const files = await Promise.all(["checkpoint-0", "checkpoint-1"].map(async (name) => (await visit.getFileHandle(name)).getFile()));
      const newer = files[0].lastModified > files[1].lastModified ? 0 : 1;
      const writable = await (await visit.getFileHandle(`checkpoint-${newer}`)).createWritable({ keepExistingData: true });
      await writable.write({ type: "write", position: files[newer].size - 9, data: "spoiled" });
      await writable.close();
    }
  });
  await offered(next, "closed while a picture was being painted");
  await accept(next, "Go on");
  assert.ok(await next.evaluate(() => document.getElementById("paint").hidden), "nothing else is begun while it comes back");
  await next.waitForFunction(() => document.getElementById("losses").points?.length > 0);
  const [{ iteration }] = await losses(next);
  assert.ok(iteration > 1 && iteration <= second + 1, `it goes on at ${iteration} after ${second}`);
  await waitForState(next, "done");
  const goneOn = await save(next);
  await pressPaint(next);
  await waitForState(next, "done");
  assert.deepEqual((await save(next)).rgba, goneOn.rgba, "the same picture, painted without a break");
  await close();
});

test("the browser asks before it closes a page whose pictures it could not keep, and only then", async () => {
  for (const refused of [false, true]) {
    const { page, close } = await newPage(here.browser);
    if (refused) await page.addInitScript(() => { StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("No.", "SecurityError")); });
    await openWith(page, here.site.url, SHORT);
    const asked = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.type());
      dialog.accept();
    });
    await page.mouse.click(5, 5); // a browser asks nobody who never touched the page
    await pressPaint(page);
    await waitForState(page, "done");
    if (!refused) await written(page);
    await page.reload();
    await waitForState(page, "ready");
    assert.deepEqual(asked, refused ? ["beforeunload"] : [], `storage ${refused ? "refused" : "given"}`);
    await close();
  }
});

test("without room the page says so once, and the picture is painted all the same", async () => {
  const { page, close } = await newPage(here.browser);
  await page.addInitScript(() => {
    FileSystemFileHandle.prototype.createWritable = () => Promise.reject(new DOMException("No room.", "QuotaExceededError"));
  });
  await openWith(page, here.site.url, SHORT);
  await pressPaint(page);
  await offered(page, "no room left to keep your pictures");
  await waitForState(page, "done");
  await save(page);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll("#messages .message")].filter((one) => one.textContent.includes("no room")).length), 1);
  await close();
});
