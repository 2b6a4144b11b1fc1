//! This turns the bytes of a saved file into the label inside: how it was painted, and from what.

use super::Label;
use super::encode::{ENCLOSED, KEYWORD};
use std::io::Cursor;

/// The label of a PNG file that Scumble saved; nothing for any other file.
///
/// Nothing of it has been checked but the form of PNG: whoever made the file may have written anything into it.
pub fn read_label(bytes: &[u8]) -> Option<Label> {
    let decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MEMORY_LIMIT });
    let reader = decoder.read_info().ok()?;
    let mut text = reader.info().utf8_text.iter().find(|text| text.keyword == KEYWORD)?.clone();
    text.decompress_text_with_limit(TEXT_LIMIT).ok()?;
    let settings = text.get_text().ok()?;
    let enclosed = chunks(bytes).filter(|(name, _)| *name == ENCLOSED).filter_map(|(_, data)| {
        let end = data.iter().position(|&byte| byte == 0)?;
        Some((String::from_utf8(data[..end].to_vec()).ok()?, data[end + 1..].to_vec()))
    });
    Some(Label { settings: Some(settings), enclosed: enclosed.collect(), ..Label::default() })
}

/// The most bytes that reading a header may allocate.
const MEMORY_LIMIT: usize = 1 << 26;

/// Settings are a page of text, bytes.
const TEXT_LIMIT: usize = 1 << 20;

/// The chunks of a PNG file, as far as they are whole: type and data.
fn chunks(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        let (data, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after.get(4..)?; // the checksum: what is read here is checked again by whoever decodes it
        Some((*name, data))
    })
}
