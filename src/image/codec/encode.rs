//! This turns pixels into the bytes of a file, with a label inside that says how they came about.

use super::super::Picture;
use super::dates;
use crate::{Error, Result};
use ::image::codecs::jpeg::{JpegEncoder, PixelDensity};
use ::image::codecs::webp::WebPEncoder;
use ::image::{ExtendedColorType, ImageEncoder};
use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, SrgbRenderingIntent, Unit};

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

const METRES_PER_INCH: f64 = 0.0254;

/// JPEG's quality, of 100: nothing of a brushstroke is lost that an eye would find.
const JPEG_QUALITY: u8 = 93;

/// The picture as a PNG file with 8 bits a channel, without a label.
///
/// # Errors
/// As [`encode`].
pub fn encode_png(picture: &Picture) -> Result<Vec<u8>> {
    encode(picture, Format::Png, &Label::default())
}

/// The picture as a file: RGB, or RGBA where a pixel is not opaque and the format can say so.
///
/// Values are clamped to 0..=1 and rounded to the nearest step. Colours are written as they stand, composited over white; the
/// alpha beside them keeps the outline. PNG says that they are sRGB.
///
/// # Errors
/// [`Error::Encode`] when the picture has no pixels, or not as many as its size says, and when the encoder refuses it.
pub fn encode(picture: &Picture, format: Format, label: &Label) -> Result<Vec<u8>> {
    let expected = u64::from(picture.width) * u64::from(picture.height) * 4;
    if expected == 0 || picture.rgba.len() as u64 != expected {
        let (width, height, found) = (picture.width, picture.height, picture.rgba.len());
        return Err(failed(format!("{width} x {height} pixels need {expected} values, found {found}")));
    }
    let opaque = format == Format::Jpeg || picture.is_opaque();
    let samples = || picture.rgba.chunks_exact(4).flat_map(|pixel| &pixel[..if opaque { 3 } else { 4 }]);
    let exif = label.taken.as_deref().map(dates::exif);
    match format {
        Format::Png => {
            let bytes: Vec<u8> = samples().map(|&sample| to_8_bits(sample)).collect();
            png(picture, BitDepth::Eight, opaque, &bytes, exif, label)
        }
        Format::Png16 => {
            let bytes: Vec<u8> = samples().flat_map(|&sample| to_16_bits(sample).to_be_bytes()).collect();
            png(picture, BitDepth::Sixteen, opaque, &bytes, exif, label)
        }
        Format::Jpeg | Format::Webp => {
            let bytes: Vec<u8> = samples().map(|&sample| to_8_bits(sample)).collect();
            let colour = if opaque { ExtendedColorType::Rgb8 } else { ExtendedColorType::Rgba8 };
            let mut file = Vec::new();
            match format {
                Format::Jpeg => {
                    let mut encoder = JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY);
                    if let Some(dots) = label.dots_per_inch {
                        encoder.set_pixel_density(PixelDensity::dpi(dots));
                    }
                    written(encoder, picture, &bytes, colour, exif)
                }
                _ => written(WebPEncoder::new_lossless(&mut file), picture, &bytes, colour, exif),
            }?;
            Ok(file)
        }
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

fn png(
    picture: &Picture,
    depth: BitDepth,
    opaque: bool,
    bytes: &[u8],
    exif: Option<Vec<u8>>,
    label: &Label,
) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut info = png::Info::with_size(picture.width, picture.height);
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
    writer.write_image_data(bytes).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(file)
}

fn written(
    mut encoder: impl ImageEncoder,
    picture: &Picture,
    bytes: &[u8],
    colour: ExtendedColorType,
    exif: Option<Vec<u8>>,
) -> Result<()> {
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).map_err(failed)?;
    }
    encoder.write_image(bytes, picture.width, picture.height, colour).map_err(failed)
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
