//! This turns EXIF data into the one thing that is kept of it, when a photo was taken, and that into EXIF data again.

use exif::experimental::Writer;
use exif::{Field, In, Reader, Tag, Value};
use std::io::Cursor;

/// When it was taken, as EXIF writes it ("2026:11:21 18:30:00"); nothing where the data do not say, or cannot be read.
pub(super) fn taken(exif: Vec<u8>) -> Option<String> {
    let exif = Reader::new().read_raw(exif).ok()?;
    let date = |tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => Some(String::from_utf8_lossy(lines.first()?).trim_matches(['\0', ' ']).to_owned()),
        _ => None,
    };
    date(Tag::DateTimeOriginal).or_else(|| date(Tag::DateTime)).filter(|date| is_date(date))
}

/// EXIF data that say when, and nothing else.
pub(super) fn exif(taken: &str) -> Vec<u8> {
    let value = || Value::Ascii(vec![taken.as_bytes().to_vec()]);
    let fields = [Tag::DateTime, Tag::DateTimeOriginal].map(|tag| Field { tag, ifd_num: In::PRIMARY, value: value() });
    let mut writer = Writer::new();
    fields.iter().for_each(|field| writer.push_field(field));
    let mut bytes = Cursor::new(Vec::new());
    // It writes into memory, which cannot fail; a file without a date would be no loss anyhow.
    let _ = writer.write(&mut bytes, false);
    bytes.into_inner()
}

/// "YYYY:MM:DD HH:MM:SS", with digits where letters stand.
fn is_date(text: &str) -> bool {
    let pattern = "0000:00:00 00:00:00";
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(own, like)| if like == b'0' { own.is_ascii_digit() } else { own == like })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_survives_and_nonsense_does_not() {
        assert_eq!(taken(exif("2026:11:21 18:30:00")).as_deref(), Some("2026:11:21 18:30:00"));
        assert_eq!(taken(exif("yesterday evening..")), None);
        assert_eq!(taken(b"no EXIF at all".to_vec()), None);
    }
}
