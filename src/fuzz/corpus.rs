//! Files that are as they should be, small ones: what the tests have, and what this program writes.

use crate::choices::Recipe;
use crate::gpu::Shape;
use crate::image::{Format, Label, Picture, encode};
use crate::optimizer::{AVERAGE, FIRST_MOMENT, PIXELS, SECOND_MOMENT};
use crate::painter::checkpoint::{self as painter, Standing};
use crate::random::hash;
use crate::settings::Settings;
use crate::style::{About, Style};
use crate::stylizer::{Size, Table, initial, named};
use crate::training::Checkpoint;
use crate::weights::{self, ModelWeights, Origin};
use ::image::codecs::bmp::BmpEncoder;
use ::image::codecs::jpeg::JpegEncoder;
use ::image::codecs::png::PngEncoder;
use ::image::codecs::webp::WebPEncoder;
use ::image::{ExtendedColorType, ImageEncoder};

type Corpus = Vec<Vec<u8>>;

const WIDTH: u32 = 19;
const HEIGHT: u32 = 11;

/// A few bytes in the place of a colour profile.
const PROFILE: &[u8] = b"\0\0\0\x84none\x02\x10\0\0mntrRGB XYZ \0\0\0\0\0\0\0\0\0\0\0\0acsp";
/// EXIF's orientation, and nothing else.
const TURNED: &[u8] = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

fn rgb() -> Vec<u8> {
    (0..WIDTH * HEIGHT * 3).map(|at| (at / 3) as u8 ^ (hash(1, at % 3, at) as u8 & 15)).collect()
}

/// Written as this program does it, with everything that a label can hold.
fn own(format: Format) -> Vec<u8> {
    let rgb = rgb();
    let rgba = rgb.chunks(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 200]).map(|value| f32::from(value) / 255.0);
    let picture = Picture::new(WIDTH, HEIGHT, rgba.collect());
    let settings = Some(r#"{"format":1,"settings":{"size":128}}"#.to_owned());
    let enclosed = vec![("photo".to_owned(), b"any file".to_vec()), ("start".to_owned(), Vec::new())];
    let label = Label { taken: Some("2026:11:21 18:30:00".into()), settings, enclosed, ..Label::default() };
    encode(&picture, format, &label).expect("a small picture can be written")
}

/// With a colour profile and an orientation.
fn write_remarked(mut encoder: impl ImageEncoder) {
    encoder.set_icc_profile(PROFILE.to_vec()).expect("the format holds a profile");
    encoder.set_exif_metadata(TURNED.to_vec()).expect("the format holds EXIF");
    encoder.write_image(&rgb(), WIDTH, HEIGHT, ExtendedColorType::Rgb8).expect("a small picture can be written");
}

pub(super) fn png() -> Corpus {
    let mut file = Vec::new();
    write_remarked(PngEncoder::new(&mut file));
    vec![
        include_bytes!("../../tests/pictures/palette.png").to_vec(),
        include_bytes!("../../tests/pictures/animated.png").to_vec(),
        own(Format::Png),
        own(Format::Png16),
        file,
    ]
}

pub(super) fn labelled() -> Corpus {
    vec![own(Format::Png), own(Format::Png16)]
}

pub(super) fn jpeg() -> Corpus {
    let mut file = Vec::new();
    write_remarked(JpegEncoder::new(&mut file));
    vec![
        include_bytes!("../../tests/pictures/progressive.jpg").to_vec(),
        include_bytes!("../../tests/pictures/cmyk.jpg").to_vec(),
        include_bytes!("../../tests/pictures/ycck.jpg").to_vec(),
        own(Format::Jpeg),
        file,
    ]
}

pub(super) fn webp() -> Corpus {
    let mut file = Vec::new();
    write_remarked(WebPEncoder::new_lossless(&mut file));
    vec![
        include_bytes!("../../tests/pictures/lossy.webp").to_vec(),
        include_bytes!("../../tests/pictures/animated.webp").to_vec(),
        own(Format::Webp),
        file,
    ]
}

pub(super) fn gif() -> Corpus {
    vec![include_bytes!("../../tests/pictures/animated.gif").to_vec()]
}

pub(super) fn bmp() -> Corpus {
    let written = |colour: ExtendedColorType, bytes: &[u8], palette: Option<&[[u8; 3]]>| {
        let mut file = Vec::new();
        let mut encoder = BmpEncoder::new(&mut file);
        let written = encoder.encode_with_palette(bytes, WIDTH, HEIGHT, colour, palette);
        written.expect("a small picture can be written");
        file
    };
    let grey: Vec<u8> = rgb().chunks(3).map(|rgb| rgb[0] & 7).collect();
    let palette: Vec<_> = (0..8).map(|shade| [shade * 30; 3]).collect();
    vec![written(ExtendedColorType::Rgb8, &rgb(), None), written(ExtendedColorType::L8, &grey, Some(&palette))]
}

pub(super) fn pth_zip() -> Corpus {
    vec![
        include_bytes!("../../tests/weights/tiny_zip.pth").to_vec(),
        include_bytes!("../../tests/weights/tiny_protocol4.pth").to_vec(),
        include_bytes!("../../tests/weights/checkpoint.pth").to_vec(),
        include_bytes!("../../tests/weights/conv1_1_zip.pth").to_vec(),
    ]
}

pub(super) fn pth_stream() -> Corpus {
    vec![
        include_bytes!("../../tests/weights/tiny_legacy.pth").to_vec(),
        include_bytes!("../../tests/weights/early_python2.pth").to_vec(),
        include_bytes!("../../tests/weights/early_python3.pth").to_vec(),
        include_bytes!("../../tests/weights/conv1_1_legacy.pth").to_vec(),
    ]
}

/// VGG19's first layer.
fn first_layer() -> ModelWeights {
    let file = include_bytes!("../../tests/weights/conv1_1_zip.pth");
    weights::read(file, Some(Origin::Caffe)).expect("a test reads this file")
}

pub(super) fn safetensors() -> Corpus {
    let (_, shards) = weights::write(&first_layer()).expect("a layer can be written");
    shards.into_iter().map(|(_, bytes)| bytes).collect()
}

pub(super) fn manifest() -> Corpus {
    let (manifest, _) = weights::write(&first_layer()).expect("a layer can be written");
    vec![manifest.to_json().into_bytes()]
}

pub(super) fn student() -> Corpus {
    vec![include_bytes!("../../weights/student.safetensors").to_vec()]
}

/// Of the smallest network, and with a thumbnail that is none.
pub(super) fn style() -> Corpus {
    let network = Size { width: 4, blocks: 1 };
    let table = Table::new(network);
    let parameters = named(&table, &initial(&table, 1));
    let about = About::new("a style", network, 256, 10, serde_json::json!({ "size": 256 }));
    vec![Style::new(about, b"thumbnail".to_vec(), &parameters).to_bytes().expect("a style can be written")]
}

pub(super) fn training() -> Corpus {
    vec![Checkpoint::default().to_bytes().expect("a training can be written")]
}

pub(super) fn run() -> Corpus {
    let picture = (Shape::new(2, 2, 4), vec![0.5; 16]);
    let names = [PIXELS, FIRST_MOMENT, SECOND_MOMENT, AVERAGE];
    let run = painter::Checkpoint {
        settings: Settings::default(),
        standing: Standing { scale: 1, step: 3, before: 20, age: 23, totals: vec![0.5; 3], ..Standing::default() },
        pictures: names.into_iter().map(|name| (name.to_owned(), picture.clone())).collect(),
    };
    vec![run.to_bytes().expect("a run can be written")]
}

pub(super) fn settings() -> Corpus {
    let usual = [Settings::default()].into_iter().chain(Recipe::ALL.iter().map(|recipe| recipe.settings()));
    let own =
        br#"{"size":300,"blend":[1,2.5],"style-scales":[0.5],"style-layers":{"relu1_1":2},"iterations":20,"scales":3}"#;
    let usual = usual.map(|settings| serde_json::to_vec(&settings).expect("settings can be written"));
    usual.chain([own.to_vec()]).collect()
}
