// The page's scripts against their types: above all the messages between the page and its worker, which nothing else compares.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const TSC = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

/** What the compiler has to say, and whether it is content: {ok, said}. */
function compile(config) {
  const path = fileURLToPath(new URL(config, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [TSC, "--project", path], (error, stdout, stderr) => resolve({ ok: error === null, said: stdout + stderr }));
  });
}

for (const [what, config] of [["all scripts", "tsconfig.json"], ["the engine's room leaves nothing open", "tsconfig.engine.json"]]) {
  test(`types: ${what}`, async () => {
    const { ok, said } = await compile(config);
    assert.ok(ok, said);
  });
}
