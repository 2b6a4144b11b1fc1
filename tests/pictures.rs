//! What crosses the boundary between a dropped file and pixels: every kind of file people drop, whole and broken.
//!
//! `pictures/` holds what Rust's encoders cannot write; `pictures/make.py` made it. All of it shows the same four flat
//! quarters, and so do the files that these tests encode themselves.

use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage};
use scumble::Error;
use scumble::image::{Format, Label, Picture, decode, encode, encode_animation, encode_png, read_label};
use std::io::Cursor;

#[path = "pictures/resampling.rs"]
mod resampling;

const WIDTH: u32 = 64;
const HEIGHT: u32 = 48;
const RED: [u8; 3] = [230, 30, 40];
const GREEN: [u8; 3] = [20, 200, 60];
const BLUE: [u8; 3] = [30, 60, 220];
const GREY: [u8; 3] = [60, 60, 60];
/// Top left, top right, bottom left, bottom right.
const QUARTERS: [[u8; 3]; 4] = [RED, GREEN, BLUE, GREY];
/// No reduction.
const WHOLE: u32 = 4096;

fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/pictures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}; tests/pictures/make.py makes it"))
}

fn quarters() -> RgbImage {
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        Rgb(QUARTERS[usize::from(x >= WIDTH / 2) + 2 * usize::from(y >= HEIGHT / 2)])
    })
}

fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Vec::new();
    image.into().write_to(&mut Cursor::new(&mut file), format).expect("a test picture encodes");
    file
}

fn jpeg() -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 95).encode_image(&quarters()).expect("a test picture encodes");
    file
}

/// Photo-like: every pixel differs, so that the coded data is long and a cut anywhere hurts.
fn busy() -> RgbImage {
    let mut random = Random(7);
    RgbImage::from_fn(97, 61, |_, _| Rgb(std::array::from_fn(|_| random.next() as u8)))
}

/// The middle of each quarter, in the order of `QUARTERS`, as 8 bits.
fn middles(picture: &Picture) -> [[u8; 3]; 4] {
    [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| pixel(picture, picture.width * x / 4, picture.height * y / 4))
}

fn pixel(picture: &Picture, x: u32, y: u32) -> [u8; 3] {
    let at = (y * picture.width + x) as usize * 4;
    std::array::from_fn(|lane| (picture.rgba[at + lane] * 255.0).round() as u8)
}

fn assert_quarters(name: &str, picture: &Picture, expected: [[u8; 3]; 4], tolerance: u8) {
    let found = middles(picture);
    let worst = found.iter().flatten().zip(expected.iter().flatten()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(tolerance), "{name}: found {found:?}, expected {expected:?} within {tolerance}");
}

#[track_caller]
fn assert_refused(bytes: &[u8], words: &[&str]) -> Error {
    let error = decode(bytes, WHOLE).expect_err("these bytes are no whole picture");
    let sentence = error.to_string();
    for word in words {
        assert!(sentence.contains(word), "{sentence:?} should contain {word:?}");
    }
    error
}

/// xorshift64* (Vigna 2016); the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end
    }
}

// What is not a picture

#[test]
fn what_is_no_picture_is_named() {
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    let avif = b"\0\0\0\x18ftypavif\0\0\0\0mif1avif";
    for (bytes, word) in [
        (&b""[..], "the file is empty"),
        (b"Dear diary, today I renamed a text to .jpg. \xC3\xBCber.", "plain text"),
        (b"BMWs are cars; this is not a bitmap at all, whatever its first two letters say.", "plain text"),
        (b"P1 is how a portable bitmap begins, and so does this sentence.", "plain text"),
        (b"\xFF\xFEh\0i\0", "plain text"),
        (b"\n<!DOCTYPE html><html><body>404</body></html>", "web page"),
        (b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
        (b"%PDF-1.7\n%\xE2\xE3\xCF\xD3", "PDF"),
        (heic, "HEIC"),
        (avif, "AVIF"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "video"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"MM\0*\0\0\0\x08", "TIFF"),
        (b"\0\0\0\x0CJXL \r\n\x87\n", "JPEG XL"),
        (b"8BPS\0\x01", "Photoshop"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (b"\x01\x02\x03\x04", "no picture format"),
    ] {
        let error = assert_refused(bytes, &["not a picture", word, "PNG"]);
        assert!(matches!(error, Error::NotAPicture { .. }), "{word}: {error:?}");
    }
}

// What is damaged

#[test]
fn a_cut_jpeg_is_damaged_wherever_it_is_cut() {
    let mut busy_jpeg = Vec::new();
    JpegEncoder::new(&mut busy_jpeg).encode_image(&busy()).expect("a test picture encodes");
    for whole in [busy_jpeg, jpeg(), fixture("progressive.jpg"), fixture("cmyk.jpg")] {
        assert!(decode(&whole, WHOLE).is_ok());
        for length in 4..whole.len() {
            let error = assert_refused(&whole[..length], &["JPEG", "damaged or cut off"]);
            assert!(matches!(error, Error::DamagedPicture { .. }), "{length} bytes: {error:?}");
        }
    }
    assert_refused(&jpeg()[..400], &["damaged or cut off"]);
}

#[test]
fn what_follows_a_jpeg_does_not_matter() {
    let mut followed = jpeg();
    followed.extend(b"\0\0\0\x18ftypmp42 a moving photo's clip");
    assert_quarters("followed", &decode(&followed, WHOLE).unwrap().picture, QUARTERS, 6);
}

/// Once, a GIF whose screen has a width and no height ended the program.
#[test]
fn a_picture_without_pixels_is_damaged() {
    let gif = fixture("animated.gif");
    for (width, height) in [(0, 0), (64, 0), (0, 48), (11_328, 0)] {
        let screen = [u16::to_le_bytes(width), u16::to_le_bytes(height)].concat();
        assert_refused(&[&gif[..6], &screen, &gif[10..]].concat(), &["GIF", "it has no pixels"]);
    }
}

#[test]
fn other_cut_files_are_damaged() {
    for (name, format, tail) in [
        ("PNG", ImageFormat::Png, 16), // the checksum of the pixels, and the end chunk
        ("GIF", ImageFormat::Gif, 4),  // the last code, and what ends the block and the file
        ("BMP", ImageFormat::Bmp, 1),
        ("WebP", ImageFormat::WebP, 2),
    ] {
        let whole = file(busy(), format);
        assert!(decode(&whole, WHOLE).is_ok(), "{name}");
        for length in [14, 30, 60, whole.len() / 3, whole.len() / 2, whole.len() * 9 / 10, whole.len() - tail] {
            let error = assert_refused(&whole[..length], &[name, "damaged or cut off"]);
            assert!(matches!(error, Error::DamagedPicture { .. }), "{name}, {length} bytes: {error:?}");
        }
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let seeds = [
        jpeg(),
        file(quarters(), ImageFormat::Png),
        file(DynamicImage::from(quarters()).into_rgba16(), ImageFormat::Png),
        file(quarters(), ImageFormat::WebP),
        file(quarters(), ImageFormat::Gif),
        file(quarters(), ImageFormat::Bmp),
        fixture("progressive.jpg"),
        fixture("cmyk.jpg"),
        fixture("ycck.jpg"),
        fixture("animated.gif"),
        fixture("animated.webp"),
        fixture("animated.png"),
        fixture("lossy.webp"),
        fixture("palette.png"),
    ];
    // SCUMBLE_FUZZ_ROUNDS=100000 looks longer.
    let rounds = std::env::var("SCUMBLE_FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(100);
    let mut random = Random(1);
    for _ in 0..rounds {
        for seed in &seeds {
            let mut bytes = seed.clone();
            for _ in 0..1 + random.below(6) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[at] = random.next() as u8,
                    1 => bytes[at] ^= 1 << random.below(8),
                    2 => bytes.truncate(at.max(16)),
                    _ => bytes.insert(at, random.next() as u8),
                }
            }
            let _ = decode(&bytes, 32);
        }
        // Nothing but noise, behind each format's mark and bare.
        for mark in [&b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n", b"GIF89a", b"BM", b"RIFF\x40\0\0\0WEBPVP8 "] {
            let noise: Vec<u8> = mark.iter().copied().chain((0..64).map(|_| random.next() as u8)).collect();
            assert!(decode(&noise, 32).is_err());
        }
    }
}

// What is too large

/// A grey PNG of one bit a pixel, all black; only as many coded bytes as deflate needs for `rows` rows.
fn one_bit_png(width: u32, height: u32) -> Vec<u8> {
    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut crc = !0_u32;
        for byte in kind.iter().chain(data) {
            crc ^= u32::from(*byte);
            (0..8).for_each(|_| crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()));
        }
        let length = (data.len() as u32).to_be_bytes();
        [&length[..], kind, data, &(!crc).to_be_bytes()].concat()
    }
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1A\n"[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", b"\x78\x9C")].concat()
}

#[test]
fn a_huge_picture_is_refused_from_its_header() {
    let error = assert_refused(&one_bit_png(20_000, 20_000), &["20000 x 20000", "400 megapixels", "100 megapixels"]);
    assert_eq!(error, Error::PictureTooLarge { width: 20_000, height: 20_000, megapixels: 400, limit: 100 });
    assert_refused(&one_bit_png(10_001, 10_000), &["101 megapixels"]);
    // Exactly at the limit the header passes, and the missing pixels are what is wrong.
    assert_refused(&one_bit_png(10_000, 10_000), &["cut off"]);
}

#[test]
fn a_large_picture_is_reduced_and_says_so() {
    let decoded = decode(&file(quarters(), ImageFormat::Png), 16).unwrap();
    assert_eq!((decoded.picture.width, decoded.picture.height), (16, 12));
    assert_quarters("reduced", &decoded.picture, QUARTERS, 0);
    assert_eq!(decoded.notes, ["It was reduced from 64 x 48 to 16 x 12 pixels while reading."]);

    // Exact means, awkward sizes: 97 x 61 to 13 x 8, with the truth computed pixel by pixel.
    let busy = busy();
    let reduced = decode(&file(busy.clone(), ImageFormat::Png), 13).unwrap().picture;
    assert_eq!((reduced.width, reduced.height), (13, 8));
    let overlap = |cell: u32, from: u32, to: u32, index: u32| {
        let scale = f64::from(from) / f64::from(to);
        let (begin, end) = (f64::from(cell) * scale, f64::from(cell + 1) * scale);
        (end.min(f64::from(index + 1)) - begin.max(f64::from(index))).max(0.0) / scale
    };
    for (index, found) in reduced.rgba.iter().enumerate().filter(|(index, _)| index % 4 < 3) {
        let (cell, lane) = (index as u32 / 4, index % 4);
        let area = |x, y| overlap(cell % 13, 97, 13, x) * overlap(cell / 13, 61, 8, y);
        let mean: f64 = busy.enumerate_pixels().map(|(x, y, rgb)| area(x, y) * f64::from(rgb.0[lane]) / 255.0).sum();
        assert!((f64::from(*found) - mean).abs() < 1e-5, "value {index}: found {found}, mean {mean}");
    }
}

// What is read, and how

#[test]
fn every_format_reads_the_same() {
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP] {
        let decoded = decode(&file(quarters(), format), WHOLE).unwrap();
        assert_quarters(&format!("{format:?}"), &decoded.picture, QUARTERS, 0);
        assert_eq!((decoded.picture.width, decoded.picture.height), (WIDTH, HEIGHT));
        assert!(decoded.notes.is_empty(), "{format:?}: {:?}", decoded.notes);
    }
    for (name, tolerance) in [("progressive.jpg", 6), ("lossy.webp", 4), ("palette.png", 0)] {
        let decoded = decode(&fixture(name), WHOLE).unwrap();
        assert_quarters(name, &decoded.picture, QUARTERS, tolerance);
        assert!(decoded.notes.is_empty(), "{name}: {:?}", decoded.notes);
    }
    assert_quarters("JPEG", &decode(&jpeg(), WHOLE).unwrap().picture, QUARTERS, 6);
}

#[test]
fn printing_inks_become_screen_colours() {
    for name in ["cmyk.jpg", "ycck.jpg"] {
        let decoded = decode(&fixture(name), WHOLE).unwrap();
        assert_quarters(name, &decoded.picture, QUARTERS, 6);
        assert!(decoded.notes[0].contains("CMYK"), "{:?}", decoded.notes);
    }
}

#[test]
fn an_ignored_profile_is_mentioned() {
    for (profile, notes) in [(&b"... Display P3 ..."[..], 1), (b"... sRGB IEC61966-2.1 ...", 0)] {
        let mut file = Vec::new();
        let mut encoder = PngEncoder::new(&mut file);
        encoder.set_icc_profile(profile.to_vec()).expect("a PNG carries a profile");
        encoder.write_image(&quarters(), WIDTH, HEIGHT, ExtendedColorType::Rgb8).expect("a test picture encodes");
        let decoded = decode(&file, WHOLE).unwrap();
        assert_quarters("with a profile", &decoded.picture, QUARTERS, 0);
        assert_eq!(decoded.notes.iter().filter(|note| note.contains("colour profile")).count(), notes);
    }
}

#[test]
fn an_animation_gives_its_first_frame() {
    for name in ["animated.gif", "animated.webp", "animated.png"] {
        let decoded = decode(&fixture(name), WHOLE).unwrap();
        assert_quarters(name, &decoded.picture, QUARTERS, 0);
        assert_eq!(decoded.notes, ["Only the first frame of this animation is used."], "{name}");
    }
}

#[test]
fn transparency_is_placed_on_white() {
    let lanes = [255, 0, 0, 0, 255, 0, 0, 51, 0, 0, 0, 255];
    let image = image::RgbaImage::from_raw(3, 1, lanes.to_vec()).unwrap();
    let decoded = decode(&file(image.clone(), ImageFormat::Png), WHOLE).unwrap();
    let expected = [1.0, 1.0, 1.0, 0.0, 1.0, 0.8, 0.8, 0.2, 0.0, 0.0, 0.0, 1.0];
    for (index, (found, expected)) in decoded.picture.rgba.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < 1e-6, "value {index}: found {found}, expected {expected}");
    }
    assert!(!decoded.picture.is_opaque());
    assert_eq!(decoded.notes, ["Its transparent parts were placed on white."]);

    // The red hidden under full transparency does not bleed into the mean.
    let one = decode(&file(image, ImageFormat::Png), 1).unwrap().picture;
    assert!((one.rgba[0] - 2.0 / 3.0).abs() < 1e-6 && (one.rgba[1] - 0.6).abs() < 1e-6, "{:?}", one.rgba);

    let grey = image::GrayAlphaImage::from_raw(2, 1, vec![0, 0, 100, 255]).unwrap();
    let picture = decode(&file(grey, ImageFormat::Png), WHOLE).unwrap().picture;
    assert_eq!((pixel(&picture, 0, 0), pixel(&picture, 1, 0)), ([255; 3], [100; 3]));
}

#[test]
fn sixteen_bits_stay_precise() {
    let image = image::ImageBuffer::<Rgb<u16>, _>::from_fn(300, 1, |x, _| Rgb([x as u16, 30_000 + x as u16, 65_535]));
    let picture = decode(&file(image, ImageFormat::Png), WHOLE).unwrap().picture;
    for (x, pixel) in picture.rgba.chunks(4).enumerate() {
        let expected = [x as f32 / 65_535.0, (30_000 + x) as f32 / 65_535.0, 1.0, 1.0];
        assert_eq!(pixel, expected, "pixel {x}");
    }
    let grey = image::ImageBuffer::<image::Luma<u16>, _>::from_raw(1, 1, vec![257_u16 * 90 + 13]).unwrap();
    let picture = decode(&file(grey, ImageFormat::Png), WHOLE).unwrap().picture;
    assert_eq!(picture.rgba[..3], [f32::from(257_u16 * 90 + 13) / 65_535.0; 3]);
}

#[test]
fn one_pixel_is_a_picture() {
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Jpeg] {
        let one = RgbImage::from_pixel(1, 1, Rgb([90; 3]));
        let picture = decode(&file(one, format), WHOLE).unwrap().picture;
        assert_eq!((picture.width, picture.height, pixel(&picture, 0, 0)), (1, 1, [90; 3]), "{format:?}");
    }
}

/// A JPEG with the orientation that a camera would note, in either byte order.
fn oriented(orientation: u8, little_endian: bool) -> Vec<u8> {
    // TIFF header, one entry: tag 0x0112 (orientation), type 3 (short), count 1, value; no further directory.
    let (order, entry): (&[u8], [u8; 12]) = if little_endian {
        (b"II*\0\x08\0\0\0\x01\0", [0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0])
    } else {
        (b"MM\0*\0\0\0\x08\0\x01", [1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0])
    };
    let exif = [&b"Exif\0\0"[..], order, &entry, &[0; 4]].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let plain = jpeg();
    [&plain[..2], &[0xFF, 0xE1], &length, &exif, &plain[2..]].concat()
}

#[test]
fn a_camera_held_any_way_gives_an_upright_picture() {
    // EXIF 2.32, 4.6.4: where row 0 and column 0 of the stored pixels belong.
    for (orientation, expected) in [
        (1, [RED, GREEN, BLUE, GREY]),
        (2, [GREEN, RED, GREY, BLUE]), // mirrored left to right
        (3, [GREY, BLUE, GREEN, RED]), // half a turn
        (4, [BLUE, GREY, RED, GREEN]), // mirrored top to bottom
        (5, [RED, BLUE, GREEN, GREY]), // mirrored along the falling diagonal
        (6, [BLUE, RED, GREY, GREEN]), // a quarter turn clockwise
        (7, [GREY, GREEN, BLUE, RED]), // mirrored along the rising diagonal
        (8, [GREEN, GREY, RED, BLUE]), // a quarter turn anticlockwise
    ] {
        for (little_endian, longest_edge) in [(true, WHOLE), (false, WHOLE), (true, 32)] {
            let decoded = decode(&oriented(orientation, little_endian), longest_edge).unwrap();
            let (long, short) = if longest_edge == WHOLE { (64, 48) } else { (32, 24) };
            let size = if orientation < 5 { (long, short) } else { (short, long) };
            assert_eq!((decoded.picture.width, decoded.picture.height), size, "orientation {orientation}");
            assert_quarters(&format!("orientation {orientation}"), &decoded.picture, expected, 6);
        }
    }
    assert_eq!(
        decode(&oriented(6, true), 32).unwrap().notes,
        ["It was reduced from 48 x 64 to 24 x 32 pixels while reading."]
    );
    assert_quarters("nonsense", &decode(&oriented(77, true), WHOLE).unwrap().picture, QUARTERS, 6);
}

#[test]
fn what_is_written_reads_back() {
    let original = decode(&file(busy(), ImageFormat::Png), WHOLE).unwrap().picture;
    assert_eq!(decode(&encode_png(&original).unwrap(), WHOLE).unwrap().picture, original);

    // Clamped and rounded to nearest; alpha kept, colours as they stand.
    let wild = Picture::new(1, 2, vec![-3.0, 7.0, 0.4999 / 255.0, 1.0, f32::NAN, 0.5, 100.5 / 255.0, 1.0]);
    let read = decode(&encode_png(&wild).unwrap(), WHOLE).unwrap().picture;
    assert_eq!((pixel(&read, 0, 0), pixel(&read, 0, 1)), ([0, 255, 0], [0, 128, 101]));
    let glass = Picture::new(1, 1, vec![1.0, 1.0, 1.0, 0.2]);
    assert_eq!(decode(&encode_png(&glass).unwrap(), WHOLE).unwrap().picture, glass);

    let short = Picture { width: 2, height: 2, rgba: vec![0.0; 4] };
    assert!(encode_png(&short).unwrap_err().to_string().contains("could not be written"));
    assert!(encode_png(&Picture { width: 0, height: 5, rgba: Vec::new() }).is_err());
}

#[test]
fn a_saved_picture_carries_its_label() {
    let picture = Picture::flat(7, 5, [0.2, 0.5, 0.9]);
    let label = Label {
        taken: Some("2026:11:21 18:30:00".into()),
        dots_per_inch: Some(300),
        settings: Some(r#"{"title":"été"}"#.into()),
        enclosed: vec![("photo".into(), vec![0, 1, 2, 0, 255]), ("painting".into(), Vec::new())],
    };
    for format in [Format::Png, Format::Png16] {
        let file = encode(&picture, format, &label).unwrap();
        let found = read_label(&file).unwrap();
        assert_eq!((found.settings, found.enclosed), (label.settings.clone(), label.enclosed.clone()), "{format:?}");
        let decoded = decode(&file, WHOLE).unwrap();
        assert_eq!(decoded.taken, label.taken, "{format:?}");
        // 300 dots an inch are 11811 a metre, in both directions.
        let density = [11811_u32.to_be_bytes(), 11811_u32.to_be_bytes()].concat();
        assert!(file.windows(13).any(|chunk| chunk == [b"pHYs", &density[..], &[1]].concat()), "{format:?}");
        // Half a file still tells what it can, and a whole chunk is never made of half of one.
        let half = read_label(&file[..file.len() / 2]);
        assert!(half.is_none_or(|half| half.enclosed.len() <= label.enclosed.len()));
    }
    let jpeg = encode(&picture, Format::Jpeg, &label).unwrap();
    // JFIF: its version, inches, across, down.
    assert!(jpeg.windows(12).any(|header| header == [b"JFIF\0", &[1, 2, 1, 1, 44, 1, 44][..]].concat()), "{jpeg:?}");
    assert_eq!(read_label(&encode_png(&picture).unwrap()), None);
    assert_eq!(read_label(b"no PNG"), None);
}

#[test]
fn every_format_keeps_the_picture_and_the_day() {
    let glass = Picture::new(2, 1, vec![0.25, 0.5, 0.75, 0.5, 1.0, 0.0, 0.125, 1.0]);
    let label = Label { taken: Some("1999:12:31 23:59:59".into()), ..Label::default() };
    for (format, tolerance, keeps_alpha) in [
        (Format::Png, 0.5 / 255.0, true),
        (Format::Png16, 0.5 / 65535.0, true),
        (Format::Webp, 0.5 / 255.0, true),
        (Format::Jpeg, 0.2, false),
    ] {
        let opaque = Picture::new(1, 1, vec![0.123, 0.456, 0.789, 1.0]);
        let read = decode(&encode(&opaque, format, &label).unwrap(), WHOLE).unwrap();
        for (own, original) in read.picture.rgba.iter().zip(&opaque.rgba) {
            assert!((own - original).abs() <= tolerance + 1e-6, "{format:?}: {own} for {original}");
        }
        assert_eq!(read.taken, label.taken, "{format:?}");
        let read = decode(&encode(&glass, format, &label).unwrap(), WHOLE).unwrap();
        assert_eq!(read.picture.is_opaque(), !keeps_alpha, "{format:?}");
    }
}

#[test]
fn an_animation_is_a_png_whose_first_frame_every_program_shows() {
    let frames = [[255, 0, 0, 255].repeat(6), [0, 0, 255, 255].repeat(6)];
    let file = encode_animation(3, 2, &frames, 50, 1500).unwrap();
    let read = decode(&file, WHOLE).unwrap();
    assert_eq!(read.picture, Picture::flat(3, 2, [1.0, 0.0, 0.0]));
    assert!(read.notes[0].contains("first frame"));
    assert!(encode_animation(3, 2, &[], 50, 1500).is_err());
    assert!(encode_animation(3, 2, &[vec![0; 4]], 50, 1500).is_err());
}
