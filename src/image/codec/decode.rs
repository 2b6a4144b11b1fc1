//! This turns the bytes of a file into a [`Picture`], within bounded memory.

use super::super::{Picture, reduce};
use super::inspect::{self, CUT_OFF};
use super::{dates, jpeg, signature};
use crate::{Error, Result};
use ::image::codecs::{bmp::BmpDecoder, gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use ::image::metadata::Orientation;
use ::image::{AnimationDecoder, DynamicImage, ImageBuffer, ImageDecoder, ImageError, ImageFormat, Limits};
use std::io::{Cursor, ErrorKind};

/// The most bytes that a decoder may allocate for pixels.
const ALLOCATION_LIMIT: u64 = 1 << 30;

/// The most bytes that a PNG's decoder may allocate for anything else, a colour profile for example.
const REMARKS_LIMIT: u64 = 1 << 24;

/// The most bytes that a frame of a GIF may take beside its screen, and the search for a second one: a note is not worth more.
const FRAME_LIMIT: u64 = 1 << 28;

/// A picture as it was read, and what reading did to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// The pixels, upright, composited over white.
    pub picture: Picture,
    /// All changes made on reading, in whole sentences for a person; empty when there were none.
    pub notes: Vec<String>,
    /// When the camera took it, as EXIF writes it ("2026:11:21 18:30:00"), if the file says so.
    pub taken: Option<String>,
}

/// Reads a PNG, JPEG, WebP, GIF or BMP file; the format is told from the bytes alone.
///
/// A picture whose longest edge exceeds `longest_edge` pixels is reduced to it by area averaging while its samples are
/// still 8 or 16 bits, so the f32 picture is never larger than `longest_edge` squared. The orientation that a camera
/// noted is applied. 16-bit samples keep their precision. Of an animation the first frame is taken.
///
/// # Errors
/// [`Error::NotAPicture`] when the bytes are something else, [`Error::PictureTooLarge`] or [`Error::PictureTooLong`] when the header
/// announces more than 100 megapixels, 512 MiB or 65 535 pixels on an edge (nothing is decoded then), [`Error::DamagedPicture`] when
/// the file is cut off, broken, or would take too long.
pub fn decode(bytes: &[u8], longest_edge: u32) -> Result<Decoded> {
    let format = signature::recognise(bytes)?;
    let failed = |error| explain(format, &error);
    let refused = |why| damaged(format, why);

    inspect::chunks(format, bytes).map_err(refused)?;
    inspect::rows(format, bytes)?;
    let Opened { mut decoder, is_animated } = open(format, bytes).map_err(failed)?;
    let (width, height) = decoder.dimensions();
    let outline = (format == ImageFormat::Jpeg).then(|| jpeg::outline(bytes));
    inspect::size((width, height), decoder.color_type(), format, outline.as_ref())?;
    if width.min(height) == 0 {
        return Err(refused("it has no pixels"));
    }
    if let Some(outline) = &outline {
        inspect::scans((width, height), outline).map_err(refused)?;
    }
    // A broken remark about orientation or colour is no reason to refuse the pixels.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    let taken = decoder.exif_metadata().unwrap_or_default().and_then(|exif| dates::taken(&exif));

    let picture = reduce::reduce(&DynamicImage::from_decoder(decoder).map_err(failed)?, longest_edge.max(1));
    let picture = upright(picture, orientation);

    let mut notes = Vec::new();
    if is_animated {
        notes.push("Only the first frame of this animation is used.".to_owned());
    }
    if outline.is_some_and(|outline| outline.components == 4) {
        notes.push("Its printing inks (CMYK) were turned into screen colours without a colour profile.".to_owned());
    } else if profile.is_some_and(|profile| !is_srgb(&profile)) {
        notes.push("Its colour profile was ignored; its colours are taken as sRGB.".to_owned());
    }
    if !picture.is_opaque() {
        notes.push("Its transparent parts were placed on white.".to_owned());
    }
    if picture.width.max(picture.height) < width.max(height) {
        let (width, height) = if is_quarter_turn(orientation) { (height, width) } else { (width, height) };
        let (to_width, to_height) = (picture.width, picture.height);
        notes.push(format!("It was reduced from {width} x {height} to {to_width} x {to_height} pixels while reading."));
    }
    Ok(Decoded { picture, notes, taken })
}

/// A file whose header has been read, and no pixel yet.
struct Opened<'a> {
    decoder: Box<dyn ImageDecoder + 'a>,
    is_animated: bool,
}

/// Reads the header with the format's own decoder, bounded in what it may allocate.
fn open(format: ImageFormat, bytes: &[u8]) -> Result<Opened<'_>, ImageError> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(if format == ImageFormat::Gif { FRAME_LIMIT } else { ALLOCATION_LIMIT });
    let file = Cursor::new(bytes);
    let mut opened = match format {
        ImageFormat::Png => {
            let mut remarks = Limits::default();
            remarks.max_alloc = Some(REMARKS_LIMIT);
            let decoder = PngDecoder::with_limits(file, remarks)?;
            Opened { is_animated: decoder.is_apng()?, decoder: Box::new(decoder) }
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(file)?;
            Opened { is_animated: decoder.has_animation(), decoder: Box::new(decoder) }
        }
        ImageFormat::Gif => Opened { is_animated: has_second_frame(bytes), decoder: Box::new(GifDecoder::new(file)?) },
        ImageFormat::Bmp => Opened { is_animated: false, decoder: Box::new(BmpDecoder::new(file)?) },
        _ => Opened { is_animated: false, decoder: Box::new(JpegDecoder::new(file)?) },
    };
    opened.decoder.set_limits(limits)?;
    Ok(opened)
}

/// Whether a GIF goes on after its first frame; the header does not tell.
fn has_second_frame(bytes: &[u8]) -> bool {
    let mut limits = Limits::default();
    limits.max_alloc = Some(FRAME_LIMIT);
    let Ok(mut decoder) = GifDecoder::new(Cursor::new(bytes)) else { return false };
    decoder.set_limits(limits).is_ok() && decoder.into_frames().take(2).filter(Result::is_ok).count() == 2
}

/// Turns a picture the way its camera noted; the pixels move, no value changes.
fn upright(picture: Picture, orientation: Orientation) -> Picture {
    let Picture { width, height, rgba } = picture;
    // The buffer always fits its size: it comes from a picture, and turning keeps the number of pixels.
    let Some(buffer) = ImageBuffer::from_raw(width, height, rgba) else {
        return Picture::flat(width, height, [1.0; 3]);
    };
    let mut image = DynamicImage::ImageRgba32F(buffer);
    image.apply_orientation(orientation);
    Picture::new(image.width(), image.height(), image.into_rgba32f().into_raw())
}

/// Whether the orientation exchanges width and height.
fn is_quarter_turn(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// Whether an ICC profile calls itself sRGB, in its description of either kind (ASCII, or UTF-16 from version 4 on).
fn is_srgb(profile: &[u8]) -> bool {
    let says = |name: &[u8]| profile.windows(name.len()).any(|window| window == name);
    says(b"sRGB") || says(b"s\0R\0G\0B")
}

/// A decoder's error in words for a person.
fn explain(format: ImageFormat, error: &ImageError) -> Error {
    match error {
        ImageError::Unsupported(_) => {
            let name = signature::name(format);
            Error::NotAPicture { found: format!("it is a {name} file of a rare kind: {}", innermost(error)) }
        }
        ImageError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => damaged(format, CUT_OFF),
        ImageError::Limits(_) => damaged(format, "it asks for more memory than a picture of its size needs"),
        ImageError::Parameter(_) => damaged(format, "there is no picture inside"),
        _ => damaged(format, &innermost(error)),
    }
}

fn damaged(format: ImageFormat, detail: &str) -> Error {
    Error::DamagedPicture { format: signature::name(format).to_owned(), detail: detail.to_owned() }
}

/// The decoder's own words, without what the layers above it wrapped around them, on one line.
fn innermost(error: &ImageError) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let words = inner.to_string();
    words.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}
