//! This turns a changed file into one whose lengths and checksums are right again, as far as that is simple.

/// Repairs a file that had so many bytes before it was changed.
pub(super) type Repair = fn(&mut [u8], usize);

pub(super) fn nothing(_: &mut [u8], _: usize) {}

/// The checksums of a PNG's chunks, as far as their lengths are right.
pub(super) fn png(file: &mut [u8], _: usize) {
    let mut at = 8;
    while let Some(length) = number(file, at, u32::from_be_bytes) {
        let end = at + 8 + length as usize;
        let Some(chunk) = file.get(at + 4..end) else { return };
        let crc = crc(chunk).to_be_bytes();
        let Some(place) = file.get_mut(end..end + 4) else { return };
        place.copy_from_slice(&crc);
        at = end + 4;
    }
}

/// The checksums of a zip archive's stored entries, both in the directory and before each entry.
pub(super) fn zip(file: &mut [u8], _: usize) {
    let entries: Vec<usize> = positions(file, b"PK\x01\x02").collect();
    for entry in entries {
        let Some(length) = number(file, entry + 20, u32::from_le_bytes) else { continue };
        let Some(start) = number(file, entry + 42, u32::from_le_bytes) else { continue };
        let start = start as usize;
        let names = [26, 28].map(|at| file.get(start + at..start + at + 2).map_or(0, |two| two[0] as usize));
        let data = start + 30 + names[0] + names[1];
        let Some(bytes) = file.get(data..data.saturating_add(length as usize)) else { continue };
        let crc = crc(bytes).to_le_bytes();
        for place in [entry + 16, start + 14] {
            if let Some(place) = file.get_mut(place..place + 4) {
                place.copy_from_slice(&crc);
            }
        }
    }
}

/// The length of a safetensors file's header, which became so much longer as the whole file did.
pub(super) fn safetensors(file: &mut [u8], before: usize) {
    if let Some(length) = file.first_chunk().copied().map(u64::from_le_bytes) {
        let length = length.wrapping_add(file.len() as u64).wrapping_sub(before as u64);
        file[..8].copy_from_slice(&length.to_le_bytes());
    }
}

fn number(file: &[u8], at: usize, read: fn([u8; 4]) -> u32) -> Option<u32> {
    file.get(at..)?.first_chunk().copied().map(read)
}

fn positions<'a>(file: &'a [u8], mark: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    file.windows(mark.len()).enumerate().filter(move |(_, window)| *window == mark).map(|(at, _)| at)
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()));
    }
    !crc
}
