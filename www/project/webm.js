// Turns encoded video frames into the bytes of a WebM file: one track, a cluster at every key frame. (Matroska, RFC 9559,
// in EBML, RFC 8794: elements of id, size and contents. The libraries for it bring a bundler along; this is all of it
// that a film without sound needs.)

const EBML = 0x1a45dfa3, SEGMENT = 0x18538067, INFO = 0x1549a966, TRACKS = 0x1654ae6b, CLUSTER = 0x1f43b675;
const TICK_NS = 1_000_000; // times are milliseconds

/** blocks: [{bytes, time_ms, isKey}] in order, the first one a key frame. Returns the parts of a Blob. */
export function webm({ width, height, codec, duration_ms, blocks }) {
  const header = element(EBML, [
    element(0x4286, number(1)), element(0x42f7, number(1)), element(0x42f2, number(4)), element(0x42f3, number(8)),
    element(0x4282, text('webm')), element(0x4287, number(4)), element(0x4285, number(2)),
  ]);
  const info = element(INFO, [
    element(0x2ad7b1, number(TICK_NS)), element(0x4489, float(duration_ms)), element(0x4d80, text('Scumble')), element(0x5741, text('Scumble')),
  ]);
  const track = element(0xae, [
    element(0xd7, number(1)), element(0x73c5, number(1)), element(0x9c, number(0)), element(0x83, number(1)), element(0x86, text(codec)),
    element(0xe0, [element(0xb0, number(width)), element(0xba, number(height))]),
  ]);
  const clusters = [];
  for (const block of blocks) {
    if (block.isKey || clusters.length === 0) clusters.push([]);
    clusters.at(-1).push(block);
  }
  return [...header, ...element(SEGMENT, [info, element(TRACKS, [track]), ...clusters.map(cluster)])];
}

function cluster(blocks) {
  const start_ms = blocks[0].time_ms;
  const simple = ({ bytes, time_ms, isKey }) => {
    const since = time_ms - start_ms; // 16 bits, signed: key frames come long before 32 s are over
    return element(0xa3, [new Uint8Array([0x81, since >> 8 & 0xff, since & 0xff, isKey ? 0x80 : 0]), bytes]);
  };
  return element(CLUSTER, [element(0xe7, number(start_ms)), ...blocks.map(simple)]);
}

/** An element as a flat list of parts: its id, its size in eight bytes, its contents. */
function element(id, contents) {
  const parts = [contents].flat(Infinity);
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const head = new DataView(new ArrayBuffer(8));
  head.setBigUint64(0, BigInt(size) | 1n << 56n);
  return [number(id), new Uint8Array(head.buffer), ...parts];
}

/** An unsigned number in as few bytes as it takes, the highest first. */
function number(value) {
  const bytes = [];
  do { bytes.unshift(value % 256); value = Math.floor(value / 256); } while (value > 0);
  return new Uint8Array(bytes);
}

function float(value) {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value);
  return new Uint8Array(bytes.buffer);
}

function text(words) { return new TextEncoder().encode(words); }
