//! This turns EXIF data into the one thing that is kept of it, when a photo was taken, and that into EXIF data again.
//!
//! EXIF data are a TIFF file without a picture: numbers in either byte order, in directories. An entry is a tag, a type, how many values of
//! it, and the value or, where that is longer than four bytes, where it stands. A library that knows all of EXIF would be a hundredth
//! of the page.

/// The tags that are read and written: when the file was changed, where the directory of the photo stands, when it was taken.
const CHANGED: u16 = 0x0132;
const PHOTO: u16 = 0x8769;
const TAKEN: u16 = 0x9003;
/// The types of their values.
const TEXT: u16 = 2;
const NUMBER: u16 = 4;

/// When it was taken, as EXIF writes it ("2026:11:21 18:30:00"); nothing where the data do not say, or cannot be read.
pub(super) fn taken(exif: &[u8]) -> Option<String> {
    let data = Data { bytes: exif, is_big_endian: exif.starts_with(b"MM\0*") };
    if !data.is_big_endian && !exif.starts_with(b"II*\0") {
        return None;
    }
    let file = data.number(4, 4)?;
    let photo = || data.number(data.entry(file, PHOTO)? + 8, 4);
    let taken = photo().and_then(|photo| data.date(photo, TAKEN));
    taken.or_else(|| data.date(file, CHANGED))
}

/// EXIF data that are read; nothing of them is believed.
struct Data<'e> {
    bytes: &'e [u8],
    is_big_endian: bool,
}

impl Data<'_> {
    fn number(&self, at: usize, length: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        let joined = |number, &byte: &u8| number << 8 | usize::from(byte);
        Some(if self.is_big_endian { bytes.iter().fold(0, joined) } else { bytes.iter().rev().fold(0, joined) })
    }

    /// Where the entry with this tag stands.
    fn entry(&self, directory: usize, tag: u16) -> Option<usize> {
        let entries = self.number(directory, 2)?;
        (0..entries).map(|index| directory + 2 + 12 * index).find(|&at| self.number(at, 2) == Some(tag.into()))
    }

    fn date(&self, directory: usize, tag: u16) -> Option<String> {
        let entry = self.entry(directory, tag)?;
        let (kind, length, place) =
            (self.number(entry + 2, 2)?, self.number(entry + 4, 4)?, self.number(entry + 8, 4)?);
        let text = self.bytes.get(place..place.checked_add(length)?)?;
        let line = text.split(|&byte| byte == 0).next()?;
        let date = String::from_utf8_lossy(line).trim_matches(' ').to_owned();
        (kind == usize::from(TEXT) && is_date(&date)).then_some(date)
    }
}

/// EXIF data that say when, and nothing else.
pub(super) fn exif(taken: &str) -> Vec<u8> {
    let date = [taken.as_bytes(), b"\0"].concat();
    let length = date.len() as u32;
    let second = HEADER.len() as u32 + directory_length(2);
    let dates = second + directory_length(1);
    let file = directory(&[(CHANGED, TEXT, length, dates), (PHOTO, NUMBER, 1, second)]);
    let photo = directory(&[(TAKEN, TEXT, length, dates + length)]);
    [HEADER, &file, &photo, &date, &date].concat()
}

/// A directory with these entries: tag, type, how many values, the value or its place.
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

    const DATE: &str = "2026:11:21 18:30:00";

    /// What the library writes of these tags.
    fn written(tags: &[exif::Tag], is_little_endian: bool) -> Vec<u8> {
        let value = || exif::Value::Ascii(vec![DATE.as_bytes().to_vec()]);
        let fields: Vec<_> =
            tags.iter().map(|&tag| exif::Field { tag, ifd_num: exif::In::PRIMARY, value: value() }).collect();
        let mut writer = exif::experimental::Writer::new();
        fields.iter().for_each(|field| writer.push_field(field));
        let mut bytes = std::io::Cursor::new(Vec::new());
        writer.write(&mut bytes, is_little_endian).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn the_data_are_what_a_library_would_write() {
        assert_eq!(super::exif(DATE), written(&[exif::Tag::DateTime, exif::Tag::DateTimeOriginal], false));
    }

    #[test]
    fn what_a_library_writes_is_read_in_either_byte_order() {
        use exif::Tag;
        for tags in
            [&[Tag::DateTimeOriginal][..], &[Tag::DateTime], &[Tag::Artist, Tag::DateTimeOriginal, Tag::UserComment]]
        {
            for is_little_endian in [false, true] {
                assert_eq!(
                    taken(&written(tags, is_little_endian)).as_deref(),
                    Some(DATE),
                    "{tags:?} {is_little_endian}"
                );
            }
        }
        assert_eq!(taken(&written(&[Tag::DateTimeDigitized], true)), None, "another date");
    }

    #[test]
    fn a_date_survives_and_nonsense_does_not() {
        assert_eq!(taken(&super::exif(DATE)).as_deref(), Some(DATE));
        assert_eq!(taken(&super::exif("yesterday evening..")), None);
        assert_eq!(taken(b"no EXIF at all"), None);
        let whole = super::exif(DATE);
        for length in 0..whole.len() - DATE.len() - 1 {
            let _ = taken(&whole[..length]); // a torn file is no reason to panic
        }
        let far: Vec<u8> = whole.iter().map(|byte| byte | 0x80).collect();
        assert_eq!(taken(&far), None);
    }
}
