//! This turns EXIF data into the one thing that is kept of it, when a photo was taken, and that into EXIF data again.

use exif::{In, Reader, Tag, Value};

/// When it was taken, as EXIF writes it ("2026:11:21 18:30:00"); nothing where the data do not say, or cannot be read.
pub(super) fn taken(exif: Vec<u8>) -> Option<String> {
    let exif = Reader::new().read_raw(exif).ok()?;
    let date = |tag| match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => Some(String::from_utf8_lossy(lines.first()?).trim_matches(['\0', ' ']).to_owned()),
        _ => None,
    };
    date(Tag::DateTimeOriginal).or_else(|| date(Tag::DateTime)).filter(|date| is_date(date))
}

/// EXIF data that say when, and nothing else: a directory with the date of the file, which points to a second one with the date when
/// the photo was taken. (The library's writer, which can write everything, would be a hundredth of the page.)
pub(super) fn exif(taken: &str) -> Vec<u8> {
    let date = [taken.as_bytes(), b"\0"].concat();
    let length = date.len() as u32;
    let second = HEADER.len() as u32 + directory_length(2);
    let dates = second + directory_length(1);
    let (text, number) = (2, 4);
    let file = directory(&[(0x0132, text, length, dates), (0x8769, number, 1, second)]);
    let photo = directory(&[(0x9003, text, length, dates + length)]);
    [HEADER, &file, &photo, &date, &date].concat()
}

/// A directory of EXIF data. An entry is a tag, a type, how many values of it, and the value or where it stands.
fn directory(entries: &[(u16, u16, u32, u32)]) -> Vec<u8> {
    let mut bytes = (entries.len() as u16).to_be_bytes().to_vec();
    for (tag, kind, count, place) in entries {
        bytes.extend([tag.to_be_bytes(), kind.to_be_bytes()].concat());
        bytes.extend([count.to_be_bytes(), place.to_be_bytes()].concat());
    }
    bytes.extend([0; 4]); // no other directory follows
    bytes
}

fn directory_length(entries: u32) -> u32 {
    2 + 12 * entries + 4
}

/// Numbers are written with the highest byte first, and the first directory stands behind these 8 bytes.
const HEADER: &[u8] = b"MM\0*\0\0\0\x08";

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
    fn the_data_are_what_the_library_would_write() {
        use exif::Field;
        let date = "2026:11:21 18:30:00";
        let value = || Value::Ascii(vec![date.as_bytes().to_vec()]);
        let fields =
            [Tag::DateTime, Tag::DateTimeOriginal].map(|tag| Field { tag, ifd_num: In::PRIMARY, value: value() });
        let mut writer = exif::experimental::Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut bytes = std::io::Cursor::new(Vec::new());
        writer.write(&mut bytes, false).unwrap();
        assert_eq!(exif(date), bytes.into_inner());
    }

    #[test]
    fn a_date_survives_and_nonsense_does_not() {
        assert_eq!(taken(exif("2026:11:21 18:30:00")).as_deref(), Some("2026:11:21 18:30:00"));
        assert_eq!(taken(exif("yesterday evening..")), None);
        assert_eq!(taken(b"no EXIF at all".to_vec()), None);
    }
}
