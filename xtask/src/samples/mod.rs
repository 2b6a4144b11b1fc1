//! This turns nothing but code into the pictures a newcomer sees first: `cargo xtask samples`.
//!
//! Three pictures stand for photographs and six for paintings. Every one is drawn by the procedures of this module from
//! fixed seeds, so no picture has an owner or a licence other than the project's.
//!
//! The committed files went through `jpegtran -optimize -progressive` (libjpeg-turbo) afterwards, which orders the same numbers
//! in fewer bytes: every pixel is as it is drawn here, and a file a twelfth smaller.
mod canvas;
mod geom;
mod noise;
mod paint;

mod cubes;
mod glass;
mod ink;
mod landscape;
mod points;
mod still_life;
mod still_scene;
mod street;
mod street_front;
mod street_scene;
mod swirl;
mod terrain;
mod wave;
mod woodcut;

use anyhow::{Context, Result, bail};
use canvas::Canvas;
use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Width of every sample, in pixels.
const WIDTH: usize = 640;
/// Height of every sample, in pixels.
const HEIGHT: usize = 480;
/// Longest edge of a thumbnail, in pixels.
const THUMB_EDGE: usize = 128;
/// The JPEG quality to start from.
const QUALITY: u8 = 84;
/// The quality never sinks below this, whatever the size.
const QUALITY_MIN: u8 = 62;
/// The same for thumbnails.
const THUMB_QUALITY_MIN: u8 = 40;
/// Largest file, in bytes: two of them come before Paint is pressed, when all in all may weigh 700 kB.
const FILE_BYTES_MAX: usize = 48_000;
/// Largest thumbnail, in bytes.
const THUMB_BYTES_MAX: usize = 2_300;

/// One sample picture: how to name it, how to describe it, how to draw it.
struct Sample {
    name: &'static str,
    kind: &'static str,
    title: &'static str,
    alt: &'static str,
    /// Draws the picture at `WIDTH` x `HEIGHT`, in display space.
    draw: fn(usize, usize) -> Canvas,
}

/// All samples, in the order the page shows them.
const SAMPLES: [Sample; 9] = [
    Sample {
        name: "landscape",
        kind: "photo",
        title: "Mountain lake",
        alt: "Snowy mountains and a spruce forest mirrored in a still lake at golden hour.",
        draw: landscape::draw,
    },
    Sample {
        name: "still-life",
        kind: "photo",
        title: "Bowl of fruit",
        alt: "A bowl of fruit, a green bottle and a folded cloth on a wooden table in window light.",
        draw: still_life::draw,
    },
    Sample {
        name: "street",
        kind: "photo",
        title: "Street after rain",
        alt: "Old houses with lit windows and street lamps mirrored in a wet pavement at dusk.",
        draw: street::draw,
    },
    Sample {
        name: "swirl",
        kind: "painting",
        title: "Swirling night",
        alt: "An oil painting of a night sky in great swirls of blue and gold above a village by the water.",
        draw: swirl::draw,
    },
    Sample {
        name: "woodcut",
        kind: "painting",
        title: "The wave",
        alt: "A woodblock print of a great wave in Prussian blue, its foam like claws around a red sun.",
        draw: woodcut::draw,
    },
    Sample {
        name: "glass",
        kind: "painting",
        title: "Stained glass",
        alt: "A stained glass window of a radiant sun above green hills and a river, framed in ruby panes.",
        draw: glass::draw,
    },
    Sample {
        name: "points",
        kind: "painting",
        title: "Riverside in dots",
        alt: "A pointillist riverside on a sunny afternoon with sailing boats, trees and strollers.",
        draw: points::draw,
    },
    Sample {
        name: "ink",
        kind: "painting",
        title: "Ink mountains",
        alt: "An ink wash of steep mountains in mist with pines on a cliff, a small boat and a red seal.",
        draw: ink::draw,
    },
    Sample {
        name: "cubes",
        kind: "painting",
        title: "Guitar in planes",
        alt: "A cubist still life of a guitar, a bottle and a newspaper broken into warm ochre planes.",
        draw: cubes::draw,
    },
];

/// Draws the samples: `[--out DIR] [--png DIR] [--only NAME]...`. The folder is `www/samples` unless told; `--png` also
/// keeps lossless copies for looking at.
pub fn run(args: &[String]) -> Result<()> {
    let mut out = crate::process::root().join("www/samples");
    let (mut png, mut only) = (None, Vec::new());
    let mut rest = args.iter();
    while let Some(flag) = rest.next() {
        let given = rest.next().with_context(|| format!("`{flag}` needs a value"))?;
        match flag.as_str() {
            "--out" => out = PathBuf::from(given),
            "--png" => png = Some(PathBuf::from(given)),
            "--only" if SAMPLES.iter().any(|s| s.name == given) => only.push(given.as_str()),
            "--only" => bail!("there is no sample named `{given}`"),
            _ => bail!("unknown option `{flag}`"),
        }
    }
    for dir in std::iter::once(&out).chain(&png) {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    }
    let jobs: Vec<&Sample> = SAMPLES.iter().filter(|s| only.is_empty() || only.contains(&s.name)).collect();
    let queue = Mutex::new(jobs.into_iter());
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from).min(SAMPLES.len()) {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(sample) = next else { break };
                    let done = write_sample(sample, &out, png.as_deref());
                    results.lock().unwrap_or_else(PoisonError::into_inner).push(done);
                }
            });
        }
    });
    results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect::<Result<Vec<()>>>()?;
    let list = out.join("samples.json");
    std::fs::write(&list, manifest()).with_context(|| format!("cannot write {}", list.display()))
}

fn write_sample(sample: &Sample, out: &Path, png: Option<&Path>) -> Result<()> {
    let start = std::time::Instant::now();
    let picture = (sample.draw)(WIDTH, HEIGHT);
    let thumb = picture.reduce(THUMB_EDGE, HEIGHT * THUMB_EDGE / WIDTH).to_rgb8();
    let full = picture.calm_color().to_rgb8();
    if let Some(dir) = png {
        full.save(dir.join(format!("{}.png", sample.name)))?;
    }
    let (quality, bytes) = encode(&full, FILE_BYTES_MAX, QUALITY_MIN)?;
    let (_, thumb_bytes) = encode(&thumb, THUMB_BYTES_MAX, THUMB_QUALITY_MIN)?;
    println!(
        "{:11} {:6} bytes at quality {quality}, thumbnail {:5} bytes, {:.1} s",
        sample.name,
        bytes.len(),
        thumb_bytes.len(),
        start.elapsed().as_secs_f32()
    );
    for (suffix, data) in [("jpg", bytes), ("thumb.jpg", thumb_bytes)] {
        let path = out.join(format!("{}.{suffix}", sample.name));
        std::fs::write(&path, data).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The best JPEG that keeps within `limit` bytes, and its quality; at the `lowest` quality the limit no longer counts.
fn encode(image: &RgbImage, limit: usize, lowest: u8) -> Result<(u8, Vec<u8>)> {
    let mut quality = QUALITY;
    loop {
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, quality);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.set_progressive(true);
        encoder.set_optimized_huffman_tables(true);
        encoder.encode(image, image.width() as u16, image.height() as u16, ColorType::Rgb)?;
        if bytes.len() <= limit || quality <= lowest {
            return Ok((quality, bytes));
        }
        quality -= 1;
    }
}

/// The text of `samples.json`. No field holds a quote or a backslash (a test sees to it).
fn manifest() -> String {
    let mut text = String::from("[\n");
    for (i, s) in SAMPLES.iter().enumerate() {
        let comma = if i + 1 < SAMPLES.len() { "," } else { "" };
        let _ = writeln!(
            text,
            "  {{\"file\": \"{name}.jpg\", \"thumb\": \"{name}.thumb.jpg\", \"kind\": \"{}\", \"title\": \"{}\", \
             \"width\": {WIDTH}, \"height\": {HEIGHT}, \"alt\": \"{}\"}}{comma}",
            s.kind,
            s.title,
            s.alt,
            name = s.name,
        );
    }
    text + "]\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_code_draws_the_same_picture() {
        let (a, b) = (glass::draw(96, 72), glass::draw(96, 72));
        assert_eq!(a.to_rgb8().as_raw(), b.to_rgb8().as_raw());
        let first = a.px[0];
        assert!(a.px.iter().any(|p| *p != first), "the picture is one flat colour");
    }

    #[test]
    fn the_list_on_disk_is_the_list_in_code() -> Result<()> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www/samples");
        assert_eq!(std::fs::read_to_string(dir.join("samples.json"))?, manifest());
        for s in &SAMPLES {
            for field in [s.name, s.kind, s.title, s.alt] {
                assert!(!field.contains(['"', '\\']), "{field} would need escaping");
            }
            for file in [format!("{}.jpg", s.name), format!("{}.thumb.jpg", s.name)] {
                assert!(dir.join(&file).is_file(), "{file} is missing: run `cargo xtask samples`");
            }
        }
        Ok(())
    }
}
