//! This turns pixels into the bytes of a file, with a label inside that says how they came about.

use super::super::Rows;
use super::dates;
use crate::{Error, Result};
use ::image::codecs::jpeg::{JpegEncoder, PixelDensity};
use ::image::codecs::webp::WebPEncoder;
use ::image::{ExtendedColorType, GenericImageView, ImageEncoder, Rgb};
use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, SrgbRenderingIntent, Unit};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::Write as _;

/// The file formats that pictures are saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// PNG with 8 bits a channel; the only one, with its deeper brother, that carries settings and pictures.
    #[default]
    Png,
    /// PNG with 16 bits a channel, for those who go on working with it.
    Png16,
    /// JPEG, small, without an outline.
    Jpeg,
    /// WebP without loss.
    Webp,
}

/// The text and dates of a file, beside its pixels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    /// When the photo was taken, as EXIF writes it: "2026:11:21 18:30:00". Nothing else of its EXIF data is kept: where it
    /// was taken, and with what, is nobody's business.
    pub taken: Option<String>,
    /// How large it is on paper, in dots an inch; in PNG and JPEG.
    pub dots_per_inch: Option<u16>,
    /// How it was painted, as JSON; in PNG only.
    pub settings: Option<String>,
    /// The files that it was painted from, by the names of what they are for; in PNG only.
    pub enclosed: Vec<(String, Vec<u8>)>,
}

/// The keyword of the iTXt chunk that holds [`Label::settings`].
pub(super) const KEYWORD: &str = "Scumble";
/// The chunk of an enclosed file: name, a zero byte, contents. Ancillary, private, and not to be copied by programs that
/// change the picture (PNG specification, 5.4).
pub(super) const ENCLOSED: [u8; 4] = *b"scIN";

/// Bytes of a chunk of PNG.
const CHUNK: usize = 1 << 16;

const METRES_PER_INCH: f64 = 0.0254;

/// JPEG's quality, of 100: nothing of a brushstroke is lost that an eye would find.
const JPEG_QUALITY: u8 = 93;

/// The picture as a PNG file with 8 bits a channel, without a label.
///
/// # Errors
/// As [`encode`].
pub fn encode_png(picture: &dyn Rows) -> Result<Vec<u8>> {
    encode(picture, Format::Png, &Label::default())
}

/// The picture as a file: RGB, or RGBA where a pixel is not opaque and the format can say so. Its rows go by once; only of WebP
/// all samples are held, with 8 bits each.
///
/// Values are clamped to 0..=1 and rounded to the nearest step. Colours are written as they stand, composited over white; the
/// alpha beside them keeps the outline. PNG says that they are sRGB.
///
/// # Errors
/// [`Error::Encode`] when the picture has no pixels, or not as many as its size says, and when the encoder refuses it.
pub fn encode(picture: &dyn Rows, format: Format, label: &Label) -> Result<Vec<u8>> {
    let (width, height) = picture.size();
    if width == 0 || height == 0 {
        return Err(failed(format!("{width} x {height} pixels are none")));
    }
    let opaque = format == Format::Jpeg || picture.is_opaque();
    let exif = label.taken.as_deref().map(dates::exif);
    match format {
        Format::Png => png(picture, BitDepth::Eight, opaque, exif, label),
        Format::Png16 => png(picture, BitDepth::Sixteen, opaque, exif, label),
        Format::Jpeg => {
            let mut file = Vec::new();
            let mut encoder = JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY);
            if let Some(dots) = label.dots_per_inch {
                encoder.set_pixel_density(PixelDensity::dpi(dots));
            }
            if let Some(exif) = exif {
                encoder.set_exif_metadata(exif).map_err(failed)?;
            }
            let passing = Passing::new(picture);
            encoder.encode_image(&passing).map_err(failed)?;
            passing.finish()?;
            Ok(file)
        }
        Format::Webp => {
            let mut bytes = Vec::new();
            for row in samples(picture, BitDepth::Eight, opaque) {
                bytes.extend(row?);
            }
            let mut file = Vec::new();
            let mut encoder = WebPEncoder::new_lossless(&mut file);
            if let Some(exif) = exif {
                encoder.set_exif_metadata(exif).map_err(failed)?;
            }
            let colour = if opaque { ExtendedColorType::Rgb8 } else { ExtendedColorType::Rgba8 };
            encoder.write_image(&bytes, width, height, colour).map_err(failed)?;
            Ok(file)
        }
    }
}

/// The samples of each row as files have them; an error where there are fewer than the size says.
fn samples(picture: &dyn Rows, depth: BitDepth, opaque: bool) -> impl Iterator<Item = Result<Vec<u8>>> {
    let (width, height) = picture.size();
    let mut rows = picture.rows();
    (0..height).map(move |y| {
        let row = rows.next().filter(|row| row.len() == width as usize * 4);
        let row = row.ok_or_else(|| failed(format!("row {y} of {width} x {height} pixels is not whole")))?;
        let samples = row.chunks_exact(4).flat_map(|pixel| &pixel[..if opaque { 3 } else { 4 }]);
        Ok(match depth {
            BitDepth::Sixteen => samples.flat_map(|&sample| to_16_bits(sample).to_be_bytes()).collect(),
            _ => samples.map(|&sample| to_8_bits(sample)).collect(),
        })
    })
}

/// A picture for an encoder that asks for pixels, block by block: it holds the few rows that blocks are made of.
struct Passing<'p> {
    size: (u32, u32),
    held: RefCell<Held<'p>>,
}

struct Held<'p> {
    rows: Box<dyn Iterator<Item = Result<Vec<u8>>> + 'p>,
    /// The newest, and which row the first of them is.
    newest: VecDeque<Vec<u8>>,
    first: u32,
    problem: Option<Error>,
}

/// Twice as many as a block has.
const HELD_ROWS: usize = 16;

impl<'p> Passing<'p> {
    fn new(picture: &'p dyn Rows) -> Passing<'p> {
        let rows = Box::new(samples(picture, BitDepth::Eight, true));
        let held = Held { rows, newest: VecDeque::new(), first: 0, problem: None };
        Passing { size: picture.size(), held: RefCell::new(held) }
    }

    fn finish(self) -> Result<()> {
        self.held.into_inner().problem.map_or(Ok(()), Err)
    }
}

impl GenericImageView for Passing<'_> {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        self.size
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        let mut held = self.held.borrow_mut();
        while y >= held.first + held.newest.len() as u32 {
            let row =
                held.rows.next().unwrap_or_else(|| Err(failed("there are too few rows"))).unwrap_or_else(|error| {
                    held.problem.get_or_insert(error);
                    vec![0; self.size.0 as usize * 3]
                });
            held.newest.push_back(row);
            if held.newest.len() > HELD_ROWS {
                held.newest.pop_front();
                held.first += 1;
            }
        }
        let row = &held.newest[(y - held.first) as usize];
        let at = x as usize * 3;
        Rgb([row[at], row[at + 1], row[at + 2]])
    }
}

/// A picture that moves, as an animated PNG: frames of one size, RGBA with 8 bits a channel, each shown for `frame_ms`, the
/// last one for `last_ms`.
///
/// # Errors
/// [`Error::Encode`] when there is no frame, or one of another size.
pub fn encode_animation(width: u32, height: u32, frames: &[Vec<u8>], frame_ms: u16, last_ms: u16) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_compression(Compression::Fast);
    encoder.set_animated(frames.len() as u32, 0).map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    for (index, frame) in frames.iter().enumerate() {
        let shown_ms = if index + 1 == frames.len() { last_ms } else { frame_ms };
        writer.set_frame_delay(shown_ms, 1000).map_err(failed)?;
        let rgb: Vec<u8> = frame.chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
        writer.write_image_data(&rgb).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(file)
}

fn png(picture: &dyn Rows, depth: BitDepth, opaque: bool, exif: Option<Vec<u8>>, label: &Label) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let (width, height) = picture.size();
    let mut info = png::Info::with_size(width, height);
    info.exif_metadata = exif.map(Into::into);
    let mut encoder = Encoder::with_info(&mut file, info).map_err(failed)?;
    encoder.set_color(if opaque { ColorType::Rgb } else { ColorType::Rgba });
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::Adaptive);
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    encoder.set_pixel_dims(label.dots_per_inch.map(|dots| {
        let per_metre = (f64::from(dots) / METRES_PER_INCH).round() as u32;
        PixelDimensions { xppu: per_metre, yppu: per_metre, unit: Unit::Meter }
    }));
    if let Some(settings) = &label.settings {
        encoder.add_itxt_chunk(KEYWORD.into(), settings.clone()).map_err(failed)?;
    }
    let mut writer = encoder.write_header().map_err(failed)?;
    for (name, contents) in &label.enclosed {
        let chunk = [name.as_bytes(), &[0], contents].concat();
        writer.write_chunk(png::chunk::ChunkType(ENCLOSED), &chunk).map_err(failed)?;
    }
    let mut stream = writer.stream_writer_with_size(CHUNK).map_err(failed)?;
    for row in samples(picture, depth, opaque) {
        stream.write_all(&row?).map_err(failed)?;
    }
    stream.finish().map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(file)
}

fn failed(error: impl ToString) -> Error {
    Error::Encode { detail: error.to_string() }
}

/// 0..=1 to 0..=255, rounded to nearest; whatever is not a number becomes 0.
fn to_8_bits(sample: f32) -> u8 {
    (sample * 255.0).round() as u8 // `as` saturates
}

/// 0..=1 to 0..=65535, likewise.
fn to_16_bits(sample: f32) -> u16 {
    (sample * 65535.0).round() as u16
}
