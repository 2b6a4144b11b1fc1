//! Pictures that ask for more than they are: each is refused or read within the budget, whoever made it.
//!
//! One test alone, since it counts what this program allocates.

use peak_alloc::PeakAlloc;
use scumble::image::{WORKING_EDGE, decode};
use std::io::Write as _;
use std::time::{Duration, Instant};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most MiB that such a picture may take on the way. None of them keeps more than a few.
const BUDGET_MIB: f32 = 160.0;
const PATIENCE: Duration = Duration::from_secs(5);

/// The picture's size, or words of the refusal.
type Outcome = Result<(u32, u32), &'static str>;

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()));
    }
    !crc
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&kind[..], data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &named, &crc(&named).to_be_bytes()].concat()
}

fn deflated(zeros: usize) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let block = [0; 1 << 16];
    for at in (0..zeros).step_by(block.len()) {
        encoder.write_all(&block[..block.len().min(zeros - at)]).unwrap();
    }
    encoder.finish().unwrap()
}

/// A black PNG: bits and colour type as its header says them, and chunks before its pixels.
fn png(width: u32, height: u32, bits: u8, colour: u8, row: usize, besides: &[u8]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, colour, 0, 0, 0]].concat();
    let pixels = chunk(b"IDAT", &deflated((row + 1) * height as usize));
    [&b"\x89PNG\r\n\x1A\n"[..], &chunk(b"IHDR", &header), besides, &pixels, &chunk(b"IEND", b"")].concat()
}

/// An extended WebP whose EXIF chunk says that it is 4 GiB long.
fn long_webp() -> Vec<u8> {
    let exif = [&b"EXIF"[..], &u32::MAX.to_le_bytes(), b"x"].concat();
    let body = [&b"WEBPVP8X\x0A\0\0\0\x08\0\0\0\0\0\0\0\0\0"[..], &exif, b"VP8L\x01\0\0\0\0\0"].concat();
    [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()
}

/// A progressive JPEG of this size whose last scan comes again and again.
fn drawn_over_and_over(edge: u16, times: usize) -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures/progressive.jpg");
    let mut bytes = std::fs::read(path).unwrap();
    let find = |marker: u8| bytes.windows(2).rposition(|two| two == [0xFF, marker]).unwrap();
    let (frame, scan, end) = (find(0xC2), find(0xDA), find(0xD9));
    let last = bytes[scan..end].to_vec();
    bytes[frame + 5..frame + 7].copy_from_slice(&edge.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&edge.to_be_bytes());
    bytes.splice(end..end, last.repeat(times));
    bytes
}

#[test]
fn no_picture_takes_more_than_its_budget() {
    let profile = [&b"p\0\0"[..], &deflated(700 << 20)].concat();
    let odd_palette = chunk(b"PLTE", &[0; 4]);
    let cases: [(&str, Vec<u8>, Outcome); 8] = [
        ("an odd palette", png(1, 1, 8, 3, 1, &odd_palette), Err("its palette is no list of colours")),
        ("a long palette", png(1, 1, 8, 3, 1, &chunk(b"PLTE", &[0; 771])), Err("its palette is no list of colours")),
        ("a chunk of 4 GiB", long_webp(), Err("the file ends before the picture does")),
        ("a row of 100 megapixels", png(100_000_000, 1, 1, 0, 12_500_000, b""), Err("has an edge of 100000000 pixels")),
        ("16 bits", png(10_000, 10_000, 16, 6, 1, b""), Err("100 megapixels; Scumble reads up to 67")),
        ("90 scans", drawn_over_and_over(5_000, 90), Err("drawn over and over")),
        ("scans of 100 megapixels", drawn_over_and_over(10_000, 1), Err("100 megapixels; Scumble reads up to 59")),
        ("a profile of 700 MiB", png(2, 2, 8, 2, 6, &chunk(b"iCCP", &profile)), Ok((2, 2))),
    ];
    for (name, bytes, expected) in cases {
        MEMORY.reset_peak_usage();
        let (before, began) = (MEMORY.current_usage_as_mb(), Instant::now());
        let found = decode(&bytes, WORKING_EDGE);
        let (took, mib) = (began.elapsed(), MEMORY.peak_usage_as_mb() - before);
        println!("{name}: {} bytes, {mib:.1} MiB, {took:.2?}", bytes.len());
        match (found, expected) {
            (Ok(decoded), Ok(size)) => assert_eq!((decoded.picture.width, decoded.picture.height), size, "{name}"),
            (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{name}: {error}"),
            (found, _) => panic!("{name}: {:?}", found.map(|decoded| decoded.notes)),
        }
        assert!(mib < BUDGET_MIB, "{name} takes {mib} MiB");
        assert!(took < PATIENCE, "{name} takes {took:?}");
    }
}
