//! What a file claims, held against the file and against a budget, before a decoder believes it.
//!
//! Some decoders allocate what a chunk says it holds, or take its length for granted.

use super::jpeg;
use crate::{Error, Result};
use ::image::{ColorType, ImageFormat};

/// The largest picture that is decoded, in megapixels.
pub(super) const MEGAPIXEL_LIMIT: u64 = 100;

/// The longest edge of a picture that is decoded, in pixels: the most that a JPEG can have.
pub(super) const EDGE_LIMIT: u32 = 65_535;

/// The most bytes that a picture takes while it is decoded, beside what is kept of it.
const BYTES_LIMIT: u64 = 512 << 20;

/// The most pixels that all scans of a JPEG draw together: some seconds' work.
const SCANNED_LIMIT: u64 = 1_200_000_000;

/// The reason of a file that is shorter than what it says.
pub(super) const CUT_OFF: &str = "the file ends before the picture does";

type Found = std::result::Result<(), &'static str>;

/// Whether the file's chunks lie within it, and have lengths that their kind can have.
pub(super) fn chunks(format: ImageFormat, bytes: &[u8]) -> Found {
    match format {
        ImageFormat::Png => png(bytes),
        ImageFormat::WebP => bytes.get(12..).map_or(Err(CUT_OFF), riff),
        _ => Ok(()),
    }
}

/// Chunks of a PNG (ISO/IEC 15948, 5.3): length, type, data, checksum.
fn png(bytes: &[u8]) -> Found {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, kind @ ..] = *head;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if kind == *b"PLTE" && (!length.is_multiple_of(3) || length > 3 * 256) {
            return Err("its palette is no list of colours");
        }
        let end = length.checked_add(4).filter(|&end| end <= after.len());
        match end {
            _ if kind == *b"IEND" => break,
            Some(end) => rest = &after[end..],
            None => return Err(CUT_OFF),
        }
    }
    Ok(())
}

/// Chunks of a WebP (RIFF): type, length, data, filled up to an even length. A frame of an animation holds chunks as well.
fn riff(mut rest: &[u8]) -> Found {
    const FRAME_HEADER: usize = 16;
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [kind @ .., a, b, c, d] = *head;
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        let data = after.get(..length).ok_or(CUT_OFF)?;
        if kind == *b"ANMF" {
            riff(data.get(FRAME_HEADER..).ok_or(CUT_OFF)?)?;
        }
        rest = after.get(length.next_multiple_of(2)..).unwrap_or_default();
    }
    Ok(())
}

/// Refuses a PNG with a long edge before its decoder makes room for whole rows; others make it later.
///
/// # Errors
/// [`Error::PictureTooLong`].
pub(super) fn rows(format: ImageFormat, bytes: &[u8]) -> Result<()> {
    let number = |at: usize| bytes.get(at..)?.first_chunk().copied().map(u32::from_be_bytes);
    match (format, number(16), number(20)) {
        (ImageFormat::Png, Some(width), Some(height)) => edge(width.max(height)),
        _ => Ok(()),
    }
}

fn edge(edge: u32) -> Result<()> {
    if edge > EDGE_LIMIT { Err(Error::PictureTooLong { edge, limit: EDGE_LIMIT }) } else { Ok(()) }
}

/// Refuses, from the header alone, what would take too much memory.
///
/// # Errors
/// [`Error::PictureTooLong`] or [`Error::PictureTooLarge`].
pub(super) fn size(
    (width, height): (u32, u32),
    colour: ColorType,
    format: ImageFormat,
    jpeg: Option<&jpeg::Outline>,
) -> Result<()> {
    edge(width.max(height))?;
    let own = u64::from(colour.bytes_per_pixel());
    // What its decoder holds besides: coefficients of 16 bits of a JPEG that is drawn in several scans, planes of a WebP,
    // the frame of a GIF that does not fill its screen.
    let besides = match format {
        ImageFormat::Jpeg if jpeg.is_some_and(|jpeg| jpeg.is_progressive) => 2 * u64::from(colour.channel_count()),
        ImageFormat::WebP | ImageFormat::Gif => 4,
        _ => 0,
    };
    let limit = MEGAPIXEL_LIMIT.min(BYTES_LIMIT / (own + besides) / 1_000_000);
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limit * 1_000_000 {
        return Err(Error::PictureTooLarge { width, height, megapixels: pixels.div_ceil(1_000_000), limit });
    }
    Ok(())
}

/// Whether a JPEG of this size is complete, and drawn in no more scans than anybody waits for.
pub(super) fn scans((width, height): (u32, u32), outline: &jpeg::Outline) -> Found {
    let pixels = u64::from(width) * u64::from(height);
    match outline {
        jpeg::Outline { is_complete: false, .. } => Err(CUT_OFF),
        jpeg::Outline { scans, .. } if u64::from(*scans) * pixels > SCANNED_LIMIT => {
            Err("it is drawn over and over, which would take too long")
        }
        _ => Ok(()),
    }
}
