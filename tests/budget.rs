//! Pictures and weights that ask for more than they are: each is refused or read within the budget, whoever made it.
//!
//! One test alone, since it counts what this program allocates.

use peak_alloc::PeakAlloc;
use scumble::image::{WORKING_EDGE, decode};
use scumble::weights;
use std::io::Write as _;
use std::time::{Duration, Instant};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most MiB that such a file may take on the way. None of them keeps more than a few.
const BUDGET_MIB: f32 = 160.0;
const PATIENCE: Duration = Duration::from_secs(5);

/// The picture's size, or words of the refusal.
type Outcome = Result<(u32, u32), &'static str>;

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
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

/// A GIF with a screen of this edge, and one frame of another without pixels.
fn framed_gif(screen: u16, frame: u16) -> Vec<u8> {
    let [screen, frame] = [screen, frame].map(u16::to_le_bytes);
    let descriptor = [&b",\0\0\0\0"[..], &frame, &frame, b"\0"].concat();
    [b"GIF89a", &screen[..], &screen, b"\x80\0\0\0\0\0\xff\xff\xff", &descriptor, b"\x02\x02\x44\x01\0;"].concat()
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

/// A tuple of whole numbers below 256, or a text, in a pickle.
fn numbers(numbers: &[u8]) -> Vec<u8> {
    [b"(", &numbers.iter().flat_map(|number| [b'K', *number]).collect::<Vec<_>>()[..], b"t"].concat()
}

fn text(text: &str) -> Vec<u8> {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

/// A `.pth` file of one storage, which tensors of these names see a number of each. Its directory can list the storage
/// under many keys, one for each tensor.
fn seen_by(names: impl Iterator<Item = String>, storage: usize, many_keys: bool) -> Vec<u8> {
    let (mut keys, mut pickle) = (vec![String::from("0")], b"\x80\x02}".to_vec());
    for (at, name) in names.enumerate() {
        let key = if many_keys { at.to_string() } else { keys[0].clone() };
        let place = [text("storage"), b"ctorch\nFloatStorage\n".to_vec(), text(&key), text("cpu"), b"K\x01".to_vec()];
        let view = [&b"(("[..], &place.concat(), b"tQK\0", &numbers(&[1]), &numbers(&[1]), b"t"].concat();
        pickle.extend([&text(&name)[..], b"ctorch._utils\n_rebuild_tensor\n", &view, b"Rs"].concat());
        keys.push(key);
    }
    pickle.push(b'.');
    keys.dedup();
    let (mut file, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    let mut list = |names: &[String], data: &[u8]| {
        let facts = [&[0; 8][..], &crc(data).to_le_bytes(), &[(data.len() as u32).to_le_bytes(); 2].concat()].concat();
        let start = file.len() as u32;
        let length = |name: &str| (name.len() as u16).to_le_bytes();
        file.extend(
            [&b"PK\x03\x04\x0A\0"[..], &facts, &length(&names[0]), &[0; 2], names[0].as_bytes(), data].concat(),
        );
        for name in names {
            let (before, after) = ([&b"PK\x01\x02\x0A\0\x0A\0"[..], &facts, &length(name)], [0; 12]);
            directory.extend([&before.concat()[..], &after, &start.to_le_bytes(), name.as_bytes()].concat());
            count += 1;
        }
    };
    list(&["w/data.pkl".into()], &pickle);
    list(&keys.iter().map(|key| format!("w/data/{key}")).collect::<Vec<_>>(), &vec![0; storage]);
    let (start, length) = (file.len() as u32, directory.len() as u32);
    let counts = [[0; 2], [0; 2], count.to_le_bytes(), count.to_le_bytes()].concat();
    let end = [&b"PK\x05\x06"[..], &counts, &length.to_le_bytes(), &start.to_le_bytes(), &[0; 2]].concat();
    [file, directory, end].concat()
}

#[test]
fn no_file_takes_more_than_its_budget() {
    let profile = [&b"p\0\0"[..], &deflated(700 << 20)].concat();
    let odd_palette = chunk(b"PLTE", &[0; 4]);
    let cases: [(&str, Vec<u8>, Outcome); 10] = [
        ("an odd palette", png(1, 1, 8, 3, 1, &odd_palette), Err("its palette is no list of colours")),
        ("a long palette", png(1, 1, 8, 3, 1, &chunk(b"PLTE", &[0; 771])), Err("its palette is no list of colours")),
        ("a chunk of 4 GiB", long_webp(), Err("the file ends before the picture does")),
        ("a row of 100 megapixels", png(100_000_000, 1, 1, 0, 12_500_000, b""), Err("has an edge of 100000000 pixels")),
        ("16 bits", png(10_000, 10_000, 16, 6, 1, b""), Err("100 megapixels; Scumble reads up to 67")),
        ("90 scans", drawn_over_and_over(5_000, 90), Err("drawn over and over")),
        ("scans of 100 megapixels", drawn_over_and_over(10_000, 1), Err("100 megapixels; Scumble reads up to 59")),
        ("a screen of 100 megapixels", framed_gif(10_000, 1), Err("100 megapixels; Scumble reads up to 67")),
        ("a frame beyond its screen", framed_gif(4, 9_000), Err("more memory than a picture of its size needs")),
        ("a profile of 700 MiB", png(2, 2, 8, 2, 6, &chunk(b"iCCP", &profile)), Ok((2, 2))),
    ];
    for (name, bytes, expected) in cases {
        measured(name, &bytes, expected, |bytes| {
            decode(bytes, WORKING_EDGE).map(|decoded| (decoded.picture.width, decoded.picture.height))
        });
    }
    let numbered = || (0..16_000).map(|n| format!("features.{n}.weight"));
    let wrapped = || (0..2_000).map(|n| format!("{}features.0.weight", "vgg.".repeat(n)));
    let cases = [
        ("one storage for all N", seen_by(numbered(), 32 << 20, false), "features.1.weight is none of VGG19's"),
        ("one storage for all wrappers", seen_by(wrapped(), 32 << 20, false), "are both conv1_1"),
        ("one storage of many keys", seen_by(wrapped(), 32 << 20, true), "lies upon other entries"),
    ];
    for (name, bytes, expected) in cases {
        measured(name, &bytes, Err(expected), |bytes| weights::read(bytes, None).map(|_| (0, 0)));
    }
}

/// Reads a file within the budget, to this outcome.
fn measured(name: &str, bytes: &[u8], expected: Outcome, read: impl Fn(&[u8]) -> scumble::Result<(u32, u32)>) {
    MEMORY.reset_peak_usage();
    let (before, began) = (MEMORY.current_usage_as_mb(), Instant::now());
    let found = read(bytes);
    let (took, mib) = (began.elapsed(), MEMORY.peak_usage_as_mb() - before);
    println!("{name}: {} bytes, {mib:.1} MiB, {took:.2?}", bytes.len());
    match (found, expected) {
        (Ok(size), Ok(expected)) => assert_eq!(size, expected, "{name}"),
        (Err(error), Err(words)) => assert!(error.to_string().contains(words), "{name}: {error}"),
        (found, _) => panic!("{name}: {found:?}"),
    }
    assert!(mib < BUDGET_MIB, "{name} takes {mib} MiB");
    assert!(took < PATIENCE, "{name} takes {took:?}");
}
