//! This turns a file into another: bits, numbers, pieces.

use crate::random::hash;

/// Numbers at which programs count wrongly.
const ODD: [u64; 16] = [
    0,
    1,
    2,
    3,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x10_0000,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x1_0000_0000,
    0x7FFF_FFFF_FFFF_FFFF,
    u64::MAX,
];

/// Texts in the place of a number.
const ODD_TEXTS: [&[u8]; 8] = [b"0", b"-1", b"1e999", b"4294967296", b"18446744073709551615", b"0.5", b"null", b"\"\""];

/// The bytes at either end of a file that most changes are made in: there its lengths and names stand.
const HEAD: u32 = 1024;

/// Bytes that a change can add at most.
const LONGEST: u32 = 256;

/// A stream of random numbers.
pub(super) struct Dice {
    seed: u32,
    number: u32,
    thrown: u32,
}

impl Dice {
    pub(super) fn new(seed: u32, number: u32) -> Dice {
        Dice { seed, number, thrown: 0 }
    }

    fn next(&mut self) -> u32 {
        self.thrown += 1;
        hash(self.seed, self.number, self.thrown)
    }

    /// 0 up to `end`, without it; 0 where that is 0.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        self.next() % end.max(1)
    }

    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u32) as usize]
    }

    /// A place in a file of this length, more often near its ends.
    fn place(&mut self, length: usize) -> usize {
        let length = length as u32;
        let place = match self.below(8) {
            0 => self.below(length),
            1 => length.saturating_sub(1 + self.below(HEAD.min(length))),
            2..=4 => self.below(HEAD.min(length) / 8),
            _ => self.below(HEAD.min(length)),
        };
        place as usize
    }

    /// Changes a file once.
    pub(super) fn change(&mut self, file: &mut Vec<u8>, corpus: &[Vec<u8>], words: &[&[u8]]) {
        let at = self.place(file.len());
        let length = 1 + self.below(LONGEST) as usize;
        match self.below(12) {
            0 | 1 => self.flip(file, at),
            2 => self.overwrite_byte(file, at),
            3 | 4 => self.overwrite_number(file, at),
            5 | 6 => self.exchange_text(file, at),
            7 => file.truncate(at),
            8 => drop(file.drain(at..(at + length).min(file.len()))),
            9 => {
                let piece = file[at..(at + length).min(file.len())].to_vec();
                let to = self.place(file.len());
                file.splice(to..to, piece);
            }
            10 => {
                let word = *self.one_of(words);
                let end = if self.below(2) == 0 { at } else { (at + word.len()).min(file.len()) };
                file.splice(at..end, word.iter().copied());
            }
            _ => {
                let other = self.one_of(corpus);
                let from = self.place(other.len());
                file.truncate(at);
                file.extend_from_slice(&other[from..]);
            }
        }
    }

    fn flip(&mut self, file: &mut [u8], at: usize) {
        if let Some(byte) = file.get_mut(at) {
            *byte ^= 1 << self.below(8);
        }
    }

    fn overwrite_byte(&mut self, file: &mut [u8], at: usize) {
        if let Some(byte) = file.get_mut(at) {
            *byte = if self.below(2) == 0 { self.next() as u8 } else { *self.one_of(&ODD) as u8 };
        }
    }

    /// A number of 2, 4 or 8 bytes, in either order: an odd one, the file's length, or a little more or less than was there.
    fn overwrite_number(&mut self, file: &mut [u8], at: usize) {
        let width = *self.one_of(&[2, 4, 8]);
        let little = self.below(2) == 0;
        let whole = file.len() as u64;
        let Some(place) = file.get_mut(at..at + width) else { return };
        let shift = if little { 0 } else { 64 - 8 * width };
        let mut eight = [0; 8];
        eight[..width].copy_from_slice(place);
        let before = if little { u64::from_le_bytes(eight) } else { u64::from_be_bytes(eight) >> shift };
        let number = match self.below(4) {
            0 => whole.wrapping_add(u64::from(self.below(5))).wrapping_sub(2),
            1 => before.wrapping_add(u64::from(self.below(9))).wrapping_sub(4),
            _ => *self.one_of(&ODD),
        };
        let eight = if little { number.to_le_bytes() } else { (number << shift).to_be_bytes() };
        place.copy_from_slice(&eight[..width]);
    }

    /// Exchanges the digits at or behind a place for another number; without any, for a byte.
    fn exchange_text(&mut self, file: &mut Vec<u8>, at: usize) {
        let Some(start) = file[at..].iter().take(HEAD as usize).position(u8::is_ascii_digit) else {
            return self.overwrite_byte(file, at);
        };
        let start = at + start;
        let end = start + file[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if self.below(3) == 0 {
            file[start] = b'0' + self.below(10) as u8;
        } else {
            let text = *self.one_of(&ODD_TEXTS);
            file.splice(start..end, text.iter().copied());
        }
    }
}
