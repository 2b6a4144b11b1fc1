//! This turns pixels into the bytes of a file.

use super::Picture;
use crate::{Error, Result};
use ::image::codecs::png::{CompressionType, FilterType, PngEncoder};
use ::image::{ExtendedColorType, ImageEncoder};

/// The picture as a PNG file with 8 bits a channel: RGB, or RGBA where a pixel is not opaque.
///
/// Values are clamped to 0..=1 and rounded to the nearest step of 1/255. Colours are written as they stand, composited
/// over white; the alpha beside them keeps the outline.
///
/// # Errors
/// [`Error::Encode`] when the picture has no pixels, or not as many as its size says.
pub fn encode_png(picture: &Picture) -> Result<Vec<u8>> {
    let expected = u64::from(picture.width) * u64::from(picture.height) * 4;
    if expected == 0 || picture.rgba.len() as u64 != expected {
        let (width, height, found) = (picture.width, picture.height, picture.rgba.len());
        return Err(Error::Encode {
            detail: format!("{width} x {height} pixels need {expected} values, found {found}"),
        });
    }

    let (lanes, colour) =
        if picture.is_opaque() { (3, ExtendedColorType::Rgb8) } else { (4, ExtendedColorType::Rgba8) };
    let samples: Vec<u8> =
        picture.rgba.chunks_exact(4).flat_map(|pixel| &pixel[..lanes]).map(|&sample| to_8_bits(sample)).collect();

    let mut file = Vec::new();
    PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::Adaptive)
        .write_image(&samples, picture.width, picture.height, colour)
        .map_err(|error| Error::Encode { detail: error.to_string() })?;
    Ok(file)
}

/// 0..=1 to 0..=255, rounded to nearest; whatever is not a number becomes 0.
fn to_8_bits(sample: f32) -> u8 {
    (sample * 255.0).round() as u8 // `as` saturates
}
