// Turns encoded H.264 frames into the bytes of an MP4 file: one track without sound, all frames in one chunk. (Boxes of size,
// type and contents, ISO/IEC 14496-12; how H.264 lies in them, 14496-15. As with WebM, this is all that such a film needs.)

const TICKS = 1000; // a second: times are milliseconds
const UNITY = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000]; // a matrix: neither turned nor scaled
const DPI = 72 << 16;

// ITU-T H.273, by WebCodecs' names.
const COLOURS = { rgb: 0, bt709: 1, bt470bg: 5, smpte170m: 6, bt2020: 9, 'bt2020-ncl': 9, 'iec61966-2-1': 13, linear: 8, smpte432: 12, pq: 16, hlg: 18 };
const UNSPECIFIED = 2;

/**
 * blocks: [{bytes, time_ms, isKey}], the first one a key frame. They must come in the order they are shown: there are no
 * tables for B-frames, and it throws where an encoder makes them. `decoder` is the VideoDecoderConfig that came with the
 * first. Returns the parts of a Blob.
 */
export function mp4({ width, height, decoder, duration_ms, blocks }) {
  const kind = box('ftyp', text('isom'), u32(0x200), text('isomiso2avc1mp41'));
  const movie = (start) => box('moov',
    full('mvhd', 0, u32(0, 0, TICKS, duration_ms, 0x10000), u16(0x100, 0), u32(0, 0, ...UNITY, 0, 0, 0, 0, 0, 0, 2)),
    box('trak',
      full('tkhd', 3, u32(0, 0, 1, 0, duration_ms, 0, 0), u16(0, 0, 0, 0), u32(...UNITY, width << 16, height << 16)),
      box('mdia',
        full('mdhd', 0, u32(0, 0, TICKS, duration_ms), u16(0x55c4, 0)), // 0x55c4: no language
        full('hdlr', 0, u32(0), text('vide'), u32(0, 0, 0), text('Scumble\0')),
        box('minf', full('vmhd', 1, u16(0, 0, 0, 0)), box('dinf', full('dref', 0, u32(1), full('url ', 1))),
          samples({ width, height, decoder, duration_ms, blocks, start })))));
  const start = kind.length + movie(0).length + 8;
  const size = blocks.reduce((sum, { bytes }) => sum + bytes.length, 8);
  return [kind, movie(start), u32(size), text('mdat'), ...blocks.map(({ bytes }) => bytes)];
}

function samples({ width, height, decoder, duration_ms, blocks, start }) {
  const shown_ms = blocks.map(({ time_ms }, index) => (blocks[index + 1]?.time_ms ?? duration_ms) - time_ms);
  if (shown_ms.some((ms) => ms < 0)) throw new RangeError('B-frames');
  const keys = blocks.flatMap(({ isKey }, index) => (isKey ? [index + 1] : []));
  return box('stbl',
    full('stsd', 0, u32(1), box('avc1', u16(0, 0, 0, 1, 0, 0), u32(0, 0, 0), u16(width, height), u32(DPI, DPI, 0), u16(1),
      new Uint8Array(32), u16(24, 0xffff), box('avcC', bytesOf(decoder.description)), colour(decoder.colorSpace))),
    full('stts', 0, u32(blocks.length, ...shown_ms.flatMap((ms) => [1, ms]))),
    full('stss', 0, u32(keys.length, ...keys)),
    full('stsc', 0, u32(1, 1, blocks.length, 1)),
    full('stsz', 0, u32(0, blocks.length, ...blocks.map(({ bytes }) => bytes.length))),
    full('stco', 0, u32(1, start)));
}

/** @param {VideoColorSpaceInit} [space] */
function colour({ primaries, transfer, matrix, fullRange } = {}) {
  const [one, two, three] = [primaries, transfer, matrix].map((name) => COLOURS[name ?? ''] ?? UNSPECIFIED);
  return box('colr', text('nclx'), u16(one, two, three), new Uint8Array([fullRange ? 0x80 : 0]));
}

function box(type, ...parts) {
  const size = parts.reduce((sum, { length }) => sum + length, 8);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of [u32(size), text(type), ...parts]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A box with a version, which is 0, and flags. */
function full(type, flags, ...parts) { return box(type, u32(flags), ...parts); }

function u32(...values) { return bigEndian(values, 4, 'setUint32'); }
function u16(...values) { return bigEndian(values, 2, 'setUint16'); }

function bigEndian(values, width, set) {
  const view = new DataView(new ArrayBuffer(width * values.length));
  values.forEach((value, index) => view[set](width * index, value));
  return new Uint8Array(view.buffer);
}

function bytesOf(source) {
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
}

function text(words) { return new TextEncoder().encode(words); }
