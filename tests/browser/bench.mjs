// This turns the library, built with its feature `bench`, into measurements: a line of JSON for the adapter, then one for
// every row of the table. `cargo xtask bench --browser` calls it:
//   node bench.mjs FOLDER '{"gpu": false, "rows": [{"model": "vgg19", "size": 128, "layers": false}]}'

import { fileURLToPath } from "node:url";
import { launch, newPage, serve } from "./harness.mjs";

const [folder, wishes] = process.argv.slice(2);
const { gpu, rows } = JSON.parse(wishes);

const site = await serve(folder, {
  extra: { "bench-worker.mjs": fileURLToPath(new URL("bench-worker.mjs", import.meta.url)) },
});
// Without this one, Chromium rounds timestamps of the device to 0.1 ms.
const browser = await launch({ gpu, args: ["--enable-webgpu-developer-features"] });
try {
  const { page } = await newPage(browser);
  page.setDefaultTimeout(0); // a software GPU takes what it takes
  page.on("console", (message) => console.error(`${message.type()}: ${message.text()}`));
  await page.goto(site.url);
  console.log(`{"machine": ${await ask(page, { machine: true })}}`);
  for (const row of rows) console.log(`{"row": ${await ask(page, row)}}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
  await site.close();
}

/** Asks a worker of its own, so that one measurement's memory is gone before the next. */
function ask(page, question) {
  return page.evaluate((question) => {
    const worker = new Worker("bench-worker.mjs", { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data: { answer, error } }) => (error ? reject(new Error(error)) : resolve(answer));
      worker.onerror = ({ message }) => reject(new Error(message ?? "The worker did not start."));
      worker.postMessage(question);
    }).finally(() => worker.terminate());
  }, question);
}
