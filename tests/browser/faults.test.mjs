// A short portion of the rig of faults, the same every time.

import assert from "node:assert/strict";
import { suffered } from "./faults.mjs";
import { test } from "./harness.mjs";

test("a few random faults take no picture along", async () => {
  const results = await suffered({ count: 4, seed: 7, told: (result) => console.log(JSON.stringify(result)) });
  assert.deepEqual(results.filter(({ lost }) => lost), []);
});
