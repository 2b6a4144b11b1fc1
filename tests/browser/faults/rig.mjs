// The rig of faults: drives a real Chromium through seeded random faults while pictures are made ready, painted, paused, saved
// and sketched, and counts the pictures that are lost and the seconds of work that are done twice.
//
//   node tests/browser/faults/rig.mjs [--count 200] [--seed 1] [--only KIND] [--moment MOMENT] [--json FILE]

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { UNCACHED } from "../fragile.mjs";
import { launchKept, serve } from "../harness.mjs";
import { host, settled } from "../host.mjs";
import { press, save } from "../studio.mjs";
import { KINDS } from "./kinds.mjs";
import { MOMENTS } from "./moments.mjs";
import { HASH, fresh, pictures, settle, watched } from "./pages.mjs";

const CHANGE_AFTER = 12; // faults: then a fresh browser
const PATIENCE_MS = 400_000; // for one fault
const YOUNG_S = 5; // a run that began so late may have to be begun anew: that is work done twice, and no picture lost

/** @typedef {{fault: string, moment: string, repeated_s: number, steps: number, lost: string | undefined}} Suffered What came of a fault. */

/** So many faults that happened. @returns {Promise<Suffered[]>} */
export async function suffered({ count, seed, kinds = Object.keys(KINDS), moments = Object.keys(MOMENTS), begun = () => {}, told = () => {} }) {
  const random = randomOf(seed);
  const site = await serve();
  const drawn = cards(kinds, random), when = cards(moments, random);
  const results = [];
  let own, page, left = 0;
  while (results.length < count) {
    if (left-- === 0) {
      await own?.end();
      own = await browser(UNCACHED);
      page = await fresh(own.context, site.url);
      left = CHANGE_AFTER - 1;
    }
    const [fault, moment] = [drawn(), when()];
    begun({ fault, moment }, results.length);
    const given = { page, random, url: site.url, moment, browser: own };
    const result = await (KINDS[fault].deploys ? deployed(given, fault) : inTime(given, fault));
    told(result, results.length);
    if (result) results.push(result);
    page = given.page;
    if (result?.lost) left = 0; // what comes next shall not suffer from it
  }
  await own.end();
  await site.close();
  return results;
}

/** A browser with a folder of its own, that can be killed. */
async function browser(options) {
  const folder = await mkdtemp(join(tmpdir(), "scumble-faults-"));
  const own = { context: await launchKept(folder, options) };
  // Chromium starts another at once.
  own.killGraphics = () => execFileSync("pkill", ["-9", "-f", `type=gpu-process.*${folder}`]);
  own.relaunch = async () => {
    const gone = new Promise((resolve) => { own.context.once("close", resolve); });
    execFileSync("pkill", ["-9", "-f", folder]);
    await gone;
    return own.context = await launchKept(folder, options);
  };
  own.end = async () => {
    await own.context.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return own;
}

/** A fault that needs a site of its own, with a service worker. */
async function deployed(given, fault) {
  const site = await host();
  await site.deploy("first");
  const own = await browser({});
  const page = await watched(await own.context.newPage());
  await settled(page, site.url + HASH);
  // Its engine comes from the service worker, so it cannot be broken to come to this moment.
  const moment = given.moment === "opening" ? "idle" : given.moment;
  const result = await inTime({ ...given, url: site.url, page, site, moment, browser: own }, fault);
  await own.end();
  await site.close();
  return result;
}

/** One fault, or that nothing happens any more. @returns {Promise<Suffered | undefined>} nothing where it did not happen */
async function inTime(given, fault) {
  const { moment } = given;
  let timer;
  const late = new Promise((resolve) => { timer = setTimeout(resolve, PATIENCE_MS, "nothing happens any more"); });
  const lost = (why) => ({ fault, moment, repeated_s: 0, steps: 0, lost: String(why).replaceAll(/\s+/g, " ").slice(0, 400) });
  const outcome = await Promise.race([suffer(given, fault).catch((error) => lost(error.message)), late.then(lost)]);
  clearTimeout(timer);
  return outcome;
}

/** @returns {Promise<Suffered | undefined>} */
async function suffer(given, fault) {
  const { page: before, random, moment } = given;
  const { happen, ends, breaks, isUnheard } = KINDS[fault];
  const had = await pictures(before);
  await before.evaluate(() => Object.assign(globalThis.seen, { at: 0, first: 0, when_ms: {}, gaps_ms: [] }));
  await MOMENTS[moment](before, random);
  if (moment !== "opening") await before.waitForTimeout(300 + 3000 * random());
  const { at, when_ms, age_s } = await before.evaluate(() => ({ ...globalThis.seen, age_s: (performance.now() - globalThis.seen.when_ms[1]) / 1000 }));
  const engines = await before.evaluate(() => { globalThis.isSame = true; globalThis.seen.gaps_ms = []; return globalThis.engines; });
  const wasPainting = await before.evaluate(() => ["painting", "paused"].includes(document.documentElement.dataset.state));
  if (moment === "saving" && !breaks) await press(before, "save");
  const page = await happen({ ...given, ...given.browser });
  given.page = page ?? before;

  const isNew = () => given.page.evaluate((engines) => !globalThis.isSame || globalThis.engines > engines, engines);
  const hasToEnd = ends && (breaks || moment !== "opening") && !(isUnheard && moment === "idle"); // an engine that opens may have no device yet
  const isPainted = moment !== "idle" && moment !== "opening" && at > 0;
  const isYoung = isPainted && age_s < YOUNG_S;
  await settle(given.page, async (state) => ["ready", "done"].includes(state)
    && (await pictures(given.page)) >= had + (isPainted && !isYoung ? 1 : 0)
    && (!page || !hasToEnd || await isNew())).catch(async (error) => {
    throw new Error(`${error.message} It had ${had} pictures and has ${await pictures(given.page)}; its engine is ${await isNew() ? "another" : "the same"}.`);
  });
  if ((await pictures(given.page)) > 0) {
    given.page.setDefaultTimeout(60_000);
    await save(given.page).catch(async (error) => {
      throw new Error(`it cannot be saved: ${await given.page.textContent("#messages")} ${error.message}`);
    });
    given.page.setDefaultTimeout(240_000);
  }
  if (!page) return undefined;

  if (isYoung && (await pictures(page)) === had) return { fault, moment, repeated_s: age_s, steps: at, lost: undefined };
  // A reload begins to count anew; an engine that took another's place tells its first step.
  const { first } = await page.evaluate(() => globalThis.seen);
  const steps = await isNew() && wasPainting && first > 0 && first <= at ? at - first + 1 : 0;
  // So long these steps took the first time.
  const repeated_ms = steps > 0 ? when_ms[at] - (when_ms[first - 1] ?? when_ms[first]) : 0;
  return { fault, moment, repeated_s: repeated_ms / 1000, steps, lost: undefined };
}

/** Draws from a pack that is shuffled anew whenever it is empty: every card comes about as often. @param {string[]} all */
function cards(all, random) {
  let pack = [];
  return () => {
    if (pack.length === 0) pack = [...all];
    return pack.splice(Math.floor(pack.length * random()), 1)[0];
  };
}

/** mulberry32 */
function randomOf(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A table of what came of each kind of fault. @param {Suffered[]} results */
export function table(results) {
  const rows = Object.keys(KINDS).filter((fault) => results.some((result) => result.fault === fault)).map((fault) => {
    const own = results.filter((result) => result.fault === fault);
    const most = Math.max(0, ...own.map(({ repeated_s }) => repeated_s));
    return `| ${fault} | ${own.length} | ${own.filter(({ lost }) => lost).length} | ${most.toFixed(1)} |`;
  });
  return ["| fault | times | pictures lost | most seconds repeated |", "|---|---|---|---|", ...rows].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { count: { type: "string", default: "200" }, seed: { type: "string", default: "1" }, only: { type: "string" }, moment: { type: "string" }, json: { type: "string" } } });
  const all = [];
  const results = await suffered({
    count: Number(values.count), seed: Number(values.seed), kinds: values.only && [values.only], moments: values.moment && [values.moment],
    begun: ({ fault, moment }, index) => process.stdout.write(`${index + 1}: ${fault}, ${moment}`),
    told(result) {
      console.log(!result ? ": did not happen" : result.lost ? `: LOST: ${result.lost}` : `: ${result.repeated_s.toFixed(1)} s repeated, ${result.steps} steps`);
      if (result) all.push(result);
      if (values.json) writeFileSync(values.json, JSON.stringify(all)); // whoever ends it has what there is
    },
  });
  console.log(table(results));
  process.exitCode = results.some(({ lost }) => lost) ? 1 : 0;
}
