//! Everything that reads files from outside.

use super::corpus;
use super::repair::{self, Repair};
use crate::image::{WORKING_EDGE, decode, read_label};
use crate::model::vgg19::CONVOLUTIONS;
use crate::schedule;
use crate::settings::Settings;
use crate::style::Style;
use crate::training::Checkpoint;
use crate::weights::{self, Manifest, Origin, pth, read_student};

/// One of them.
#[derive(Clone, Copy)]
pub struct Reader {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Reads a file, and says whether it took it.
    pub read: fn(&[u8]) -> bool,
    pub(super) corpus: fn() -> Vec<Vec<u8>>,
    pub(super) words: &'static [&'static [u8]],
    pub(super) repair: Repair,
}

/// All of them.
pub const READERS: [Reader; 15] = [
    Reader { name: "png", read: picture, corpus: corpus::png, words: PNG, repair: repair::png },
    Reader { name: "jpeg", read: picture, corpus: corpus::jpeg, words: JPEG, repair: repair::nothing },
    Reader { name: "webp", read: picture, corpus: corpus::webp, words: WEBP, repair: repair::nothing },
    Reader { name: "gif", read: picture, corpus: corpus::gif, words: GIF, repair: repair::nothing },
    Reader { name: "bmp", read: picture, corpus: corpus::bmp, words: BMP, repair: repair::nothing },
    Reader { name: "label", read: label, corpus: corpus::labelled, words: PNG, repair: repair::png },
    Reader { name: "pth-zip", read: pth, corpus: corpus::pth_zip, words: PICKLE, repair: repair::zip },
    Reader { name: "pth-stream", read: pth, corpus: corpus::pth_stream, words: PICKLE, repair: repair::nothing },
    Reader { name: "safetensors", read: vgg19, corpus: corpus::safetensors, words: NAMES, repair: repair::safetensors },
    Reader { name: "manifest", read: manifest, corpus: corpus::manifest, words: JSON, repair: repair::nothing },
    Reader { name: "student", read: student, corpus: corpus::student, words: NAMES, repair: repair::safetensors },
    Reader { name: "style", read: style, corpus: corpus::style, words: NAMES, repair: repair::safetensors },
    Reader { name: "training", read: training, corpus: corpus::training, words: NAMES, repair: repair::safetensors },
    Reader { name: "run", read: run, corpus: corpus::run, words: NAMES, repair: repair::safetensors },
    Reader { name: "settings", read: settings, corpus: corpus::settings, words: JSON, repair: repair::nothing },
];

const PNG: &[&[u8]] = &[
    b"\x89PNG\r\n\x1A\n",
    b"IHDR",
    b"PLTE",
    b"IDAT",
    b"IEND",
    b"tRNS",
    b"iCCP",
    b"eXIf",
    b"iTXt",
    b"zTXt",
    b"tEXt",
    b"acTL",
    b"fcTL",
    b"fdAT",
    b"sRGB",
    b"gAMA",
    b"cHRM",
    b"cICP",
    b"scIN",
    b"Scumble\0",
];
const JPEG: &[&[u8]] = &[
    b"\xFF\xD8",
    b"\xFF\xD9",
    b"\xFF\xC0",
    b"\xFF\xC2",
    b"\xFF\xC4",
    b"\xFF\xDA",
    b"\xFF\xDB",
    b"\xFF\xDD",
    b"\xFF\xD0",
    b"\xFF\xE1",
    b"\xFF\xE2",
    b"\xFF\xEE",
    b"Exif\0\0",
    b"ICC_PROFILE\0\x01\x02",
    b"Adobe",
    b"II*\0",
    b"MM\0*",
];
const WEBP: &[&[u8]] = &[
    b"RIFF",
    b"WEBP",
    b"VP8 ",
    b"VP8L",
    b"VP8X",
    b"ALPH",
    b"ANIM",
    b"ANMF",
    b"EXIF",
    b"ICCP",
    b"\x9D\x01\x2A",
    b"\x2F",
];
const GIF: &[&[u8]] =
    &[b"GIF87a", b"GIF89a", b"\x21\xF9\x04", b"\x21\xFF\x0BNETSCAPE2.0", b"\x2C", b"\x3B", b"\x21\xFE"];
const BMP: &[&[u8]] =
    &[b"BM", b"\x28\0\0\0", b"\x7C\0\0\0", b"\x0C\0\0\0", b"\x01\0\0\0", b"\x02\0\0\0", b"\x03\0\0\0"];
const PICKLE: &[&[u8]] = &[
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"\x80\x02",
    b"}",
    b"]",
    b"(",
    b")",
    b"t",
    b"R",
    b"Q",
    b"u",
    b"s",
    b".",
    b"q\0",
    b"h\0",
    b"\x94",
    b"\x93",
    b"\x85",
    b"\x87",
    b"\x81",
    b"b",
    b"X\x01\0\0\0a",
    b"ctorch\nFloatStorage\n",
    b"ctorch._utils\n_rebuild_tensor_v2\n",
    b"ccollections\nOrderedDict\n",
    b"features.0.weight",
    b"data.pkl",
    b"\x8A\x08",
];
const JSON: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"null",
    b"true",
    b"1e999",
    b"-0",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"\\u0000",
    b"\\ud800",
    b"conv1_1",
    b"0",
    b"99999999999999999999",
];
const NAMES: &[&[u8]] = &[
    b"\"F16\"",
    b"\"F32\"",
    b"\"F64\"",
    b"\"I8\"",
    b"\"U8\"",
    b"\"BF16\"",
    b"\"BOOL\"",
    b"\"shape\":[",
    b"\"shape\":[0,4294967296]",
    b"\"data_offsets\":[0,",
    b"__metadata__",
    b"conv1_1.weight",
    b".scale",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"-1",
    b"1e999",
];

fn picture(file: &[u8]) -> bool {
    let Ok(decoded) = decode(file, WORKING_EDGE) else { return false };
    let picture = decoded.picture;
    assert!(picture.width.min(picture.height) > 0, "{} x {} pixels", picture.width, picture.height);
    assert!(picture.rgba.iter().all(|value| (0.0..=1.0).contains(value)), "a value beyond 0..1");
    true
}

fn label(file: &[u8]) -> bool {
    read_label(file).is_some()
}

/// Every tensor of it, whatever it is called, but for one that no network has.
fn pth(file: &[u8]) -> bool {
    vgg19(file) | pth::read(file, |name| name != "counter").is_ok()
}

fn vgg19(file: &[u8]) -> bool {
    weights::read(file, Some(Origin::Caffe)).is_ok()
}

fn manifest(file: &[u8]) -> bool {
    let Ok(manifest) = Manifest::parse(&String::from_utf8_lossy(file)) else { return false };
    let _ = manifest.shards_through(CONVOLUTIONS[0].name);
    let _ = weights::assemble(&manifest, &corpus::safetensors());
    true
}

fn student(file: &[u8]) -> bool {
    read_student(file).is_ok()
}

fn style(file: &[u8]) -> bool {
    Style::from_bytes(file).is_ok()
}

fn training(file: &[u8]) -> bool {
    Checkpoint::from_bytes(file).is_ok()
}

fn run(file: &[u8]) -> bool {
    crate::painter::checkpoint::Checkpoint::from_bytes(file).is_ok()
}

fn settings(file: &[u8]) -> bool {
    let Ok(settings) = Settings::from_json(&String::from_utf8_lossy(file)) else { return false };
    // What follows from them before anything is painted.
    for photo in [(640, 480), (1, 16_384), (16_384, 1)] {
        for scale in schedule::scales(photo, &settings) {
            schedule::painting_edge(&scale, &settings, 1);
            schedule::pace(&settings, &scale, 1, true);
        }
    }
    schedule::shares(&settings, 2);
    true
}
