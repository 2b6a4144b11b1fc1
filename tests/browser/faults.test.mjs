// A few of the random faults that `cargo xtask faults` counts hundreds of.

import assert from "node:assert/strict";
import { suffered } from "./faults/rig.mjs";
import { test } from "./harness.mjs";

test("no picture is lost to a few random faults", async (t) => {
  const results = await suffered({ count: 4, seed: 4, told: (result) => result && t.diagnostic(JSON.stringify(result)) });
  assert.deepEqual(results.filter(({ lost }) => lost), []);
});
