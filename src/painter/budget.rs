//! This turns the memory that a print may take into the size of its tiles. Pure decisions.

use crate::choices::ModelKind;
use crate::gpu::DType;
use crate::tiles::Surroundings;
use crate::{Error, Result};

/// What a model takes on the device, in bytes: lines above what prints of one tile took, of 256 to 1024 pixels.
pub struct Needs {
    /// For its weights, and what a walk holds in passing.
    least: u64,
    /// For each pixel that is seen.
    pixel: u64,
    /// For each pixel that is seen, the largest map.
    map: u64,
}

/// Bounds of what is seen of a picture at once: below this edge of its own, most of what a tile sees is not its own; above so many pixels
/// a card is busy anyway, and a processor busy for so long that nobody would wait for it.
const SMALLEST: u32 = 128;
const LARGEST: u64 = 1280 * 1280;

impl Needs {
    /// Of a model whose features are stored like this. A graphics card [holds more in passing](crate::network::Room) than a
    /// processor that stands in for one.
    pub fn of(model: ModelKind, features: DType, is_card: bool) -> Needs {
        let needs = |mib: u64, pixel, map| Needs { least: mib << 20, pixel, map };
        match (model, features, is_card) {
            (ModelKind::Student, DType::F32, false) => needs(9, 555, 48),
            (ModelKind::Student, DType::F32, true) => needs(210, 460, 48),
            (ModelKind::Student, DType::F16, false) => needs(9, 555, 24),
            (ModelKind::Student, DType::F16, true) => needs(210, 460, 24),
            (ModelKind::Vgg19, DType::F32, false) => needs(212, 1150, 128),
            (ModelKind::Vgg19, DType::F32, true) => needs(435, 1000, 128),
            (ModelKind::Vgg19, DType::F16, false) => needs(208, 725, 64),
            (ModelKind::Vgg19, DType::F16, true) => needs(400, 620, 64),
        }
    }

    /// How many pixels are seen at once, where they fit into so many bytes, and no array is longer than `longest`.
    ///
    /// # Errors
    /// [`Error::Setting`] where not even the smallest tile fits.
    pub fn view_pixels(&self, around: Surroundings, bytes: u64, longest: u64) -> Result<u64> {
        let Needs { least, pixel, map } = *self;
        let pixels = (bytes.saturating_sub(least) / pixel).min(longest / map);
        let smallest = smallest_view(around);
        if pixels < smallest {
            return Err(Error::Setting {
                name: "memory",
                found: format!("{} MiB", bytes >> 20),
                expected: format!(
                    "at least {} MiB for a print with this model",
                    (least + pixel * smallest).div_ceil(1 << 20)
                ),
            });
        }
        Ok(pixels.min(LARGEST))
    }
}

/// Half of so many pixels, where the device has no memory for them; None where tiles are as small as they become.
pub fn fewer_pixels(pixels: u64, around: Surroundings) -> Option<u64> {
    let smallest = smallest_view(around);
    (pixels > smallest).then(|| (pixels / 2).max(smallest))
}

fn smallest_view(Surroundings { beyond, coarse }: Surroundings) -> u64 {
    u64::from(SMALLEST + 2 * beyond.next_multiple_of(coarse)).pow(2)
}

/// Bytes of the system's memory for each pixel of a print: its numbers, their gradient and Adam's two moments, three of 4 bytes
/// each, and the newest good ones in 2; and what its pictures and a scale's beginning take besides.
const SYSTEM_PIXEL: u64 = 60;
const SYSTEM_LEAST: u64 = 700 << 20;

/// Whether a print has room in so many bytes of addresses: WebAssembly has 4 GiB.
///
/// # Errors
/// [`Error::Setting`] where it has not; it names the longest edge that has.
pub fn check_addresses((width, height): (u32, u32), bytes: u64) -> Result<()> {
    let most = bytes.saturating_sub(SYSTEM_LEAST) / SYSTEM_PIXEL;
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= most {
        return Ok(());
    }
    let edge = width.max(height);
    let longest = (f64::from(edge) * (most as f64 / pixels as f64).sqrt()).floor();
    let (found, expected) = (format!("{edge} px"), format!("at most {longest} px for this picture here"));
    Err(Error::Setting { name: "print", found, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_addresses_is_refused() {
        assert_eq!(check_addresses((8192, 6144), 1 << 32), Ok(()));
        let refused = check_addresses((8192, 8192), 1 << 32).unwrap_err().to_string();
        assert!(refused.contains("print is 8192 px; it must be at most 7703 px"), "{refused}");
        assert_eq!(check_addresses((7703, 7703), 1 << 32), Ok(()));
        assert_eq!(check_addresses((16384, 16384), u64::MAX), Ok(()));
    }

    #[test]
    fn more_memory_is_larger_tiles() {
        let around = Surroundings { beyond: 75, coarse: 16 };
        let needs = Needs::of(ModelKind::Student, DType::F32, false);
        let seen = |mib: u64| needs.view_pixels(around, mib << 20, 1 << 40);
        assert_eq!(seen(1 << 20), Ok(LARGEST));
        let [small, large] = [100, 400].map(|mib| seen(mib).unwrap());
        assert!(288 * 288 <= small && small < large && large < LARGEST, "{small}, {large}");
        assert_eq!(needs.view_pixels(around, 1 << 40, 48 << 18), Ok(512 * 512));
        let refused = seen(1).unwrap_err().to_string();
        assert!(refused.contains("memory is 1 MiB; it must be at least"), "{refused}");
    }

    #[test]
    fn tiles_become_smaller_until_they_are_the_smallest() {
        let around = Surroundings { beyond: 75, coarse: 16 };
        let all: Vec<u64> = std::iter::successors(Some(LARGEST), |&pixels| fewer_pixels(pixels, around)).collect();
        assert_eq!(all.last(), Some(&(288 * 288)));
        assert!(all.is_sorted_by(|a, b| a > b) && all.len() == 6, "{all:?}");
    }
}
