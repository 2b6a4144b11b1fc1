//! This turns the first bytes of a file into the format they belong to, or into words for what they are instead.
//!
//! The name of the file and the type that a server claims are never asked: only the bytes are.

use crate::{Error, Result};
use ::image::{ImageFormat, guess_format};

/// How many bytes are looked at to tell text from something else.
const GLANCE: usize = 512;

/// What else people drop: where the mark stands, the mark, and how to say it. The first match speaks.
const STRANGERS: &[(usize, &[u8], &str)] = &[
    (4, b"ftypavif", "this looks like AVIF, which is not supported yet; export it as JPEG or PNG"),
    (4, b"ftypavis", "this looks like AVIF, which is not supported yet; export it as JPEG or PNG"),
    (4, b"ftyphei", "this looks like HEIC, which phones save but few programs read; share or export it as JPEG"),
    (4, b"ftyphev", "this looks like HEIC, which phones save but few programs read; share or export it as JPEG"),
    (4, b"ftypmif1", "this looks like HEIC or AVIF, which few programs read; share or export it as JPEG"),
    (4, b"ftypmsf1", "this looks like HEIC or AVIF, which few programs read; share or export it as JPEG"),
    (4, b"ftypcrx ", "this looks like a camera's raw file; develop it and export it as JPEG"),
    (4, b"ftyp", "this looks like a video; save one frame of it as a picture"),
    (0, b"\x1A\x45\xDF\xA3", "this looks like a video; save one frame of it as a picture"),
    (8, b"AVI ", "this looks like a video; save one frame of it as a picture"),
    (8, b"WAVE", "this looks like a sound file"),
    (0, b"II*\0", "this looks like TIFF or a camera's raw file; export it as JPEG or PNG"),
    (0, b"MM\0*", "this looks like TIFF or a camera's raw file; export it as JPEG or PNG"),
    (0, b"%PDF", "this looks like a PDF document; export its page as a picture"),
    (0, b"\0\0\0\x0CJXL ", "this looks like JPEG XL, which is not supported yet; export it as JPEG or PNG"),
    (0, b"\xFF\x0A", "this looks like JPEG XL, which is not supported yet; export it as JPEG or PNG"),
    (0, b"\0\0\0\x0CjP  ", "this looks like JPEG 2000; export it as JPEG or PNG"),
    (0, b"8BPS", "this looks like a Photoshop document; export it as JPEG or PNG"),
    (0, b"gimp xcf", "this looks like a GIMP document; export it as JPEG or PNG"),
    (0, b"\0\0\x01\0", "this looks like an icon file; export it as PNG"),
    (0, b"\x76\x2F\x31\x01", "this looks like OpenEXR; export it as PNG"),
    (0, b"#?RADIANCE", "this looks like Radiance HDR; export it as PNG"),
    (0, b"qoif", "this looks like QOI; export it as PNG"),
    (0, b"DDS ", "this looks like a DDS texture; export it as PNG"),
    (0, b"PK\x03\x04", "this looks like a ZIP archive or an office document; take the picture out of it first"),
    (0, b"\x1F\x8B", "this looks like a compressed archive; take the picture out of it first"),
    (0, b"\xFF\xFE", "it looks like plain text"), // UTF-16 with its byte order mark
    (0, b"\xFE\xFF", "it looks like plain text"),
];

/// The picture format that `bytes` announce: PNG, JPEG, WebP, GIF or BMP.
///
/// # Errors
/// [`Error::NotAPicture`] for anything else, naming it where it is known.
pub(super) fn recognise(bytes: &[u8]) -> Result<ImageFormat> {
    match guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif)) => Ok(format),
        // Two letters are a weak mark: a text about a BMW begins with them too.
        Ok(ImageFormat::Bmp) if !is_text(bytes) => Ok(ImageFormat::Bmp),
        _ => Err(Error::NotAPicture { found: describe(bytes).to_owned() }),
    }
}

/// A format's name as people write it.
pub(super) fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Gif => "GIF",
        ImageFormat::Bmp => "BMP",
        _ => "unknown",
    }
}

/// Words for bytes that are no picture of ours; they stand inside the brackets of [`Error::NotAPicture`].
fn describe(bytes: &[u8]) -> &'static str {
    if bytes.is_empty() {
        return "the file is empty";
    }
    let stranger = STRANGERS.iter().find(|(at, mark, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(mark)));
    if let Some((_, _, words)) = stranger {
        return words;
    }
    if !is_text(bytes) {
        return "its first bytes belong to no picture format that is known here";
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(GLANCE)]).to_ascii_lowercase();
    if text.contains("<svg") {
        "this looks like SVG, a drawing without pixels; export it as PNG"
    } else if text.contains("<!doctype html") || text.contains("<html") {
        "it looks like a web page, not the picture on it; save the picture itself"
    } else {
        "it looks like plain text"
    }
}

/// Whether a file begins like text: UTF-8 without control characters, other than line breaks and tabs.
fn is_text(bytes: &[u8]) -> bool {
    let glance = &bytes[..bytes.len().min(GLANCE)];
    let readable = match std::str::from_utf8(glance) {
        Ok(text) => text,
        // The glance may end inside a character.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&glance[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !readable.is_empty() && readable.chars().all(|letter| !letter.is_control() || letter.is_ascii_whitespace())
}
