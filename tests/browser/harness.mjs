// This turns a site on disk into pages of a headless Chromium, for the tests beside this file: `launch` starts the
// browser, `serve` the site, and `newPage` a page that remembers whatever went wrong in it.

import { createReadStream, existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import * as node from "node:test";
import { delimiter, extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The site as `cargo xtask build` leaves it. */
export const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

/** How to start a Chromium with WebGPU that stays on this machine. */
const CHROMIUM_ARGS = [
  // A container seldom allows the sandbox, and we only open our own site.
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  // Without this, and the choice of a Vulkan driver below, a page gets an adapter, but a worker gets none.
  "--enable-features=Vulkan",
  // Nothing leaves this machine, neither from the browser itself nor from a page.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

/**
 * How to do without a GPU: SwiftShader draws and computes on the processor, everywhere alike; what compiles our WGSL is
 * Tint, as for visitors.
 */
const SOFTWARE_ARGS = [
  "--use-vulkan=swiftshader",
  "--use-webgpu-adapter=swiftshader",
  "--use-angle=swiftshader",
  "--disable-gpu-watchdog", // it takes a processor's pace for a card that hangs
];

/** How to have a camera where there is none: it shows a moving picture, and nobody is asked. */
export const CAMERA_ARGS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** How to use the machine's own GPU, whatever Chromium thinks of its driver. */
const GPU_ARGS = ["--ignore-gpu-blocklist", ...(process.platform === "linux" ? ["--use-angle=vulkan"] : [])];

/** Where Chromium stands: the environment's CHROMIUM, or else the first usual name. xtask/src/setup.rs knows the same names. */
function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
  const suffix = process.platform === "win32" ? ".exe" : "";
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name + suffix))),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ];
  const found = candidates.find((path) => existsSync(path));
  if (!found) throw new Error("There is no Chromium in PATH. Install one, or set CHROMIUM to its program.");
  return found;
}

/**
 * Starts a headless Chromium in which WebGPU works. The caller closes it.
 * @param {import("playwright-core").LaunchOptions & { gpu?: boolean }} [options] e.g. `{ args: ["--disable-features=WebGPU"] }`,
 *   added to ours; with `gpu` the machine's own GPU computes instead of the software GPU
 */
export function launch({ gpu = false, args = [], ...options } = {}) {
  return chromium.launch({
    executablePath: chromiumPath(),
    ...options,
    args: [...CHROMIUM_ARGS, ...(gpu ? GPU_ARGS : SOFTWARE_ARGS), ...args],
  });
}

/**
 * Starts one that keeps what its pages store in a folder, as a person's does; resolves to its only context, which ends it.
 * @param {string} folder @param {import("playwright-core").BrowserContextOptions} [options]
 */
export function launchKept(folder, options = {}) {
  return chromium.launchPersistentContext(folder, { executablePath: chromiumPath(), args: [...CHROMIUM_ARGS, ...SOFTWARE_ARGS], reducedMotion: "reduce", ...options });
}

/** No test takes this long, even on two cores that do other work as well; what takes longer hangs. */
const LIMIT_MS = 900_000;
const START_LIMIT_MS = 120_000;

/** A test as Node.js has it, `test(name, [options], work)`, that ends after a limit, whatever it waits for. */
export function test(name, ...rest) {
  const work = rest.pop();
  return node.test(name, { timeout: LIMIT_MS, ...rest[0] }, work);
}

/**
 * A browser and the site, {browser, site}, for all tests of a file: opened before them and closed after them.
 * @param {Parameters<typeof serve>[1] & { args?: string[] }} [options] for the site, and for the browser
 */
export function fixture({ args, ...options } = {}) {
  const here = {};
  const open = async () => Object.assign(here, { browser: await launch({ args }), site: await serve(undefined, options) });
  const close = async () => {
    await here.browser.close();
    await here.site.close();
  };
  node.before(open, { timeout: START_LIMIT_MS });
  node.after(close, { timeout: START_LIMIT_MS });
  return here;
}

/** The media types that a browser insists on. */
const CONTENT_TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
};

/**
 * Serves a folder on a free port of this machine, as a plain web host would.
 * @param {string} [root] the folder
 * @param {{ base?: string, extra?: Record<string, string>, headers?: Record<string, string> }} [options] the path below which the site stands, e.g.
 *   "/some/path/"; everything outside is 404. And files from elsewhere, by the name that they have on the site;
 *   and headers for every file
 * @returns {Promise<{ url: string, requests: { method: string, path: string, status: number }[], close: () => Promise<void> }>}
 *   the site's address, all requests so far in the order of their answers, and how to end it
 */
export async function serve(root = DIST, { base = "/", extra = {}, headers = {} } = {}) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = await extraAt(extra, base, pathname) ?? await fileAt(root, base, pathname);
    const status = file ? 200 : 404;
    requests.push({ method: request.method, path: pathname, status });
    if (!file) {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("There is no such file here.\n");
      return;
    }
    response.writeHead(200, {
      "Content-Type": CONTENT_TYPES[extname(file.path)] ?? "application/octet-stream",
      "Content-Length": file.bytes,
      "Cache-Control": "no-cache",
      ...headers,
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(file.path).pipe(response);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  server.unref(); // a test that failed closes nothing, and its file has to end all the same
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}${base}`, requests, close };
}

/** The file from elsewhere that a path of a URL means, or undefined when it is none of those. */
async function extraAt(extra, base, pathname) {
  const path = Object.hasOwn(extra, pathname.slice(base.length)) ? extra[pathname.slice(base.length)] : undefined;
  return path && { path, bytes: (await stat(path)).size };
}

/** The file that a path of a URL means, or undefined when there is none inside the root. */
async function fileAt(root, base, pathname) {
  if (!pathname.startsWith(base)) return undefined;
  let name;
  try {
    name = decodeURIComponent(pathname.slice(base.length));
  } catch {
    return undefined;
  }
  if (name === "" || name.endsWith("/")) name += "index.html";
  const path = normalize(join(root, name));
  if (!path.startsWith(normalize(root) + sep) || name.includes("\0")) return undefined;
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() ? { path, bytes: stats.size } : undefined;
}

/**
 * Opens an empty page with storage of its own.
 * @param {import("playwright-core").Browser} browser
 * @param {import("playwright-core").BrowserContextOptions} [options] e.g. `{ viewport: { width: 390, height: 844 } }`
 * @returns the page, and what went wrong in it and its workers so far: errors on the console, uncaught exceptions, and
 *   requests to any other machine. `complaints()` lists them all, and is empty when all is well.
 */
export async function newPage(browser, options = {}) {
  // Whoever wants no motion is shown no example that paints itself: tests of other things need the software GPU.
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const consoleErrors = [];
  const pageErrors = [];
  const foreignRequests = [];
  context.on("console", (message) => {
    if (message.type() === "error") consoleErrors.push(`${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => pageErrors.push(String(error.error().stack ?? error.error())));
  context.on("request", (request) => {
    if (!isOurs(request.url())) foreignRequests.push(request.url());
  });
  const page = await context.newPage();
  const complaints = () => [
    ...consoleErrors.map((text) => `console error: ${text}`),
    ...pageErrors.map((text) => `uncaught exception: ${text}`),
    ...foreignRequests.map((url) => `request to another host: ${url}`),
  ];
  waitByTheClock(page, complaints);
  // Patient: on two cores a software GPU leaves a page little of the processor.
  page.setDefaultTimeout(180_000);
  page.on("websocket", (socket) => {
    if (!isOurs(socket.url())) foreignRequests.push(socket.url());
  });
  return { page, context, consoleErrors, pageErrors, foreignRequests, complaints, close: () => context.close() };
}

/**
 * Lets `waitForFunction` look every 200 ms, and tell what the page says when it waited in vain. It would wait for frames,
 * which are rare while a software GPU is busy.
 */
function waitByTheClock(page, complaints) {
  const { waitForFunction } = page;
  page.waitForFunction = async (condition, argument, options) => {
    try {
      return await waitForFunction.call(page, condition, argument, { polling: 200, ...options });
    } catch (error) {
      const told = await page.evaluate(() => ({
        ...document.documentElement.dataset,
        ...Object.fromEntries(["status", "prospect", "messages", "notice"].map((id) => [id, document.getElementById(id)?.textContent.trim()])),
        steps: document.getElementById("losses")?.points?.length,
      })).catch(String);
      throw new Error(`${error.message} It waited for ${condition}. The page: ${JSON.stringify(told)} ${complaints().join("; ")}`, { cause: error });
    }
  };
}

/** Whether a URL stays on this machine: our server, or data that the page made itself. */
function isOurs(url) {
  const { protocol, hostname } = new URL(url);
  return ["data:", "blob:", "about:"].includes(protocol) || ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
}
