//! This turns the bytes of a JPEG into facts that the decoder does not tell.
//!
//! The decoder fills whatever is missing from a cut file with grey, without a word, and converts CMYK without saying so.

/// The contents of a JPEG's markers (ITU-T T.81, annex B).
pub(super) struct Outline {
    /// The end-of-image marker was reached; without it the file is cut off.
    pub is_complete: bool,
    /// Components in the frame header: 1 grey, 3 colour, 4 CMYK or YCCK; 0 where there is none.
    pub components: u8,
    /// The frame is drawn in several scans, each of which makes all of it finer.
    pub is_progressive: bool,
    /// Scans.
    pub scans: u32,
}

/// Walks the markers of `bytes` up to the end of the first image.
///
/// Segments are skipped by their length, so the thumbnail inside a camera's EXIF data is not mistaken for the end, and
/// whatever follows the end (a second picture, the clip of a moving photo) does not matter.
pub(super) fn outline(bytes: &[u8]) -> Outline {
    let mut outline = Outline { is_complete: false, components: 0, is_progressive: false, scans: 0 };
    let mut at = 0;
    while let Some(skipped) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xFF)) {
        at += skipped + 1;
        match bytes.get(at) {
            None => break,
            // A fill byte: the marker's own 0xFF comes next.
            Some(0xFF) => {}
            // Nothing follows these: a stuffed 0xFF of the coded data, TEM, a restart, the start of the image.
            Some(0x00 | 0x01 | 0xD0..=0xD8) => at += 1,
            Some(0xD9) => {
                outline.is_complete = true;
                break;
            }
            Some(&marker) => {
                // 0xC0..=0xCF are frame headers, but for the tables 0xC4 and 0xCC and the reserved 0xC8. After the
                // marker: length (2 bytes), precision (1), height (2), width (2), components (1).
                if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
                    outline.components = bytes.get(at + 8).copied().unwrap_or(0);
                    outline.is_progressive = matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
                }
                if marker == 0xDA {
                    outline.scans += 1;
                }
                let length =
                    bytes.get(at + 1..at + 3).map_or(2, |two| usize::from(u16::from_be_bytes([two[0], two[1]])));
                at += 1 + length;
            }
        }
    }
    outline
}
