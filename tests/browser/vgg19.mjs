// This makes weights for the first layers of VGG19 of random numbers, and a site that carries them. Real ones are never part of
// the project.

import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serve } from "./harness.mjs";

/** Its convolutions as far as anybody asks: name, outputs, inputs. */
export const LAYERS = [
  ["conv1_1", 64, 3], ["conv1_2", 64, 64], ["conv2_1", 128, 64], ["conv2_2", 128, 128], ["conv3_1", 256, 128], ["conv3_2", 256, 256],
  ["conv3_3", 256, 256], ["conv3_4", 256, 256], ["conv4_1", 512, 256], ["conv4_2", 512, 512], ["conv4_3", 512, 512],
];

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of a 16-bit float, for small normal numbers. */
function half(value) {
  float[0] = value;
  const exponent = ((bits[0] >>> 23) & 0xff) - 127 + 15;
  return exponent <= 0 ? 0 : ((bits[0] >>> 16) & 0x8000) | (exponent << 10) | ((bits[0] >>> 13) & 0x3ff);
}

/** One layer as a safetensors file of 16-bit floats: length of the header, header, numbers. */
function shard([name, outputs, inputs], index) {
  const scale = Math.sqrt(6 / (9 * inputs));
  let state = index + 1;
  const random = () => ((state = (state * 48271) % 2147483647) / 2147483647) * 2 - 1;
  const weight = Uint16Array.from({ length: outputs * inputs * 9 }, () => half(random() * scale));
  const bias = new Uint16Array(outputs);
  const header = JSON.stringify({
    [`${name}.weight`]: { dtype: "F16", shape: [outputs, inputs, 3, 3], data_offsets: [0, weight.byteLength] },
    [`${name}.bias`]: { dtype: "F16", shape: [outputs], data_offsets: [weight.byteLength, weight.byteLength + bias.byteLength] },
  });
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const bytes = Buffer.concat([length, Buffer.from(padded), Buffer.from(weight.buffer), Buffer.from(bias.buffer)]);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { file: `vgg19-${index}.safetensors`, bytes, sha256, convolutions: [name] };
}

/**
 * Serves the site with so many layers of such weights, which it writes into a folder; `damage` changes a shard's bytes behind the
 * manifest's back.
 */
export async function siteWithWeights(folder, { depth, damage = (bytes) => bytes }) {
  const shards = LAYERS.slice(0, depth).map(shard);
  const deviation = [0.229, 0.224, 0.225];
  const manifest = {
    format: 2,
    model: "vgg19",
    origin: "torchvision",
    source: "random numbers",
    attribution: "the tests of Scumble",
    licence: "MIT",
    sha256: "0".repeat(64),
    growth: shards.map(() => 1),
    preprocessing: {
      matrix: deviation.map((d, i) => [0, 1, 2].map((j) => (i === j ? 1 / d : 0))),
      offset: [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225],
    },
    shards: shards.map(({ bytes, ...rest }) => ({ ...rest, bytes: bytes.length })),
  };
  const extra = {};
  for (const { file, bytes } of shards) {
    await writeFile(join(folder, file), damage(bytes));
    extra[`weights/${file}`] = join(folder, file);
  }
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
  extra["weights/manifest.json"] = join(folder, "manifest.json");
  return serve(undefined, { extra });
}
