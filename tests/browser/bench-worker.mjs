// This turns one question into one measurement, in a worker, where the engine lives on the page as well.

import init, { benchMachine, benchRow } from "./pkg/scumble.js";

onmessage = async ({ data: question }) => {
  try {
    await init();
    postMessage({ answer: question.machine ? await benchMachine() : await benchRow(JSON.stringify(question)) });
  } catch (error) {
    postMessage({ error: error?.message ?? String(error) });
  }
};
