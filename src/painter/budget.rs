//! This turns the memory that a print may take into the size of its tiles. Pure decisions.

use crate::choices::ModelKind;
use crate::gpu::DType;
use crate::tiles::Surroundings;
use crate::{Error, Result};

/// What a model takes on the device, in bytes: lines above what tiles of 192 to 1240 pixels took. The stages take turns, and what each
/// keeps meanwhile is about a quarter, so that the numbers for a pixel and for a position are larger by that.
pub struct Needs {
    /// For its weights, and what a walk holds in passing.
    least: u64,
    /// For each pixel that is seen.
    pixel: u64,
    /// For each pixel that is seen, the largest map.
    map: u64,
    /// For each position of what the first stage hands on that the second one sees, and its largest map.
    position: u64,
    position_map: u64,
}

/// Bounds of what is seen of a picture at once: below this edge of its own, most of what a tile sees is not its own; above so many pixels
/// a card is busy anyway, and a processor busy for so long that nobody would wait for it.
const SMALLEST: u32 = 128;
const LARGEST: u64 = 1280 * 1280;
/// The same for the second stage, which does less for a pixel of the picture, and sees a position for 16.
const MOST_POSITIONS: u64 = LARGEST * 4 / 16;

impl Needs {
    /// Of a model whose features are stored like this. A graphics card [holds more in passing](crate::network::Room) than a
    /// processor that stands in for one.
    pub fn of(model: ModelKind, features: DType, is_card: bool) -> Needs {
        let needs = |mib: u64, [pixel, position]: [u64; 2], [map, position_map]: [u64; 2]| Needs {
            least: mib << 20,
            pixel,
            map,
            position,
            position_map,
        };
        match (model, features, is_card) {
            (ModelKind::Student, DType::F32, false) => needs(20, [480, 2150], [48, 256]),
            (ModelKind::Student, DType::F32, true) => needs(105, [370, 2070], [48, 256]),
            (ModelKind::Student, DType::F16, false) => needs(20, [360, 1250], [24, 128]),
            (ModelKind::Student, DType::F16, true) => needs(100, [250, 1090], [24, 128]),
            (ModelKind::Vgg19, DType::F32, false) => needs(226, [955, 8100], [128, 1024]),
            (ModelKind::Vgg19, DType::F32, true) => needs(335, [790, 8020], [128, 1024]),
            (ModelKind::Vgg19, DType::F16, false) => needs(228, [610, 4260], [64, 512]),
            (ModelKind::Vgg19, DType::F16, true) => needs(308, [440, 4180], [64, 512]),
        }
    }

    /// How many pixels are seen at once, where they fit into so many bytes, and no array is longer than `longest`.
    ///
    /// # Errors
    /// [`Error::Setting`] where not even the smallest tile fits.
    pub fn view_pixels(&self, around: Surroundings, bytes: u64, longest: u64) -> Result<u64> {
        let pixels = (bytes.saturating_sub(self.least) / self.pixel).min(longest / self.map);
        if pixels < smallest_view(around) {
            let expected = self.smallest(around).div_ceil(1 << 20);
            return Err(Error::Setting {
                name: "memory",
                found: format!("{} MiB", bytes >> 20),
                expected: format!("at least {expected} MiB for a print with this model"),
            });
        }
        Ok(pixels.min(LARGEST))
    }

    /// Half of the planned bytes, where the device has no memory for them; None where tiles are as small as they become.
    pub fn fewer_bytes(&self, planned: u64, around: Surroundings) -> Option<u64> {
        let smallest = self.smallest(around);
        (planned > smallest).then(|| (planned / 2).max(smallest))
    }

    /// Bytes for the smallest tiles.
    fn smallest(&self, around: Surroundings) -> u64 {
        self.least + self.pixel * smallest_view(around)
    }

    /// Of a network in one stage, which does for a pixel what two do.
    #[must_use]
    pub fn in_one_stage(self) -> Needs {
        Needs { pixel: self.pixel + self.position / 16, ..self }
    }

    /// How many positions the second stage sees at once, in the same memory.
    pub fn view_positions(&self, bytes: u64, longest: u64) -> u64 {
        let positions = (bytes.saturating_sub(self.least) / self.position).min(longest / self.position_map);
        positions.clamp(1, MOST_POSITIONS)
    }

    /// How many bytes stages take that see so many pixels, or positions, at once.
    pub fn bytes(&self, seen: impl Iterator<Item = u64>) -> u64 {
        let of_each = seen.zip([self.pixel, self.position]).map(|(seen, own)| seen * own);
        self.least + of_each.max().unwrap_or(0)
    }
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
    let most = pixels_within(bytes, SYSTEM_PIXEL);
    let pixels = u64::from(width) * u64::from(height);
    if pixels <= most {
        return Ok(());
    }
    let edge = width.max(height);
    let longest = (f64::from(edge) * (most as f64 / pixels as f64).sqrt()).floor();
    let (found, expected) = (format!("{edge} px"), format!("at most {longest} px for this picture here"));
    Err(Error::Setting { name: "print", found, expected })
}

/// Whether there is room as well for a map of so many numbers for each pixel that stages hand on, and for its gradient.
pub fn has_addresses_for_stages((width, height): (u32, u32), bytes: u64, numbers: f64) -> bool {
    let pixel = SYSTEM_PIXEL + (2.0 * 4.0 * numbers).ceil() as u64;
    u64::from(width) * u64::from(height) <= pixels_within(bytes, pixel)
}

fn pixels_within(bytes: u64, pixel: u64) -> u64 {
    bytes.saturating_sub(SYSTEM_LEAST) / pixel
}

#[cfg(test)]
mod tests {
    use super::*;

    const AROUND: Surroundings = Surroundings { beyond: 75, coarse: 16 };

    #[test]
    fn what_has_no_addresses_is_refused() {
        assert_eq!(check_addresses((8192, 6144), 1 << 32), Ok(()));
        let refused = check_addresses((8192, 8192), 1 << 32).unwrap_err().to_string();
        assert!(refused.contains("print is 8192 px; it must be at most 7703 px"), "{refused}");
        assert_eq!(check_addresses((7703, 7703), 1 << 32), Ok(()));
        assert_eq!(check_addresses((16384, 16384), u64::MAX), Ok(()));
    }

    #[test]
    fn stages_take_addresses_too() {
        let fits = |edge| has_addresses_for_stages((edge, edge * 3 / 4), 1 << 32, 3.0);
        assert!(fits(7300) && !fits(8192));
        assert!(has_addresses_for_stages((16384, 16384), u64::MAX, 8.0));
    }

    #[test]
    fn more_memory_is_larger_tiles() {
        let needs = Needs::of(ModelKind::Student, DType::F32, false);
        let seen = |mib: u64| needs.view_pixels(AROUND, mib << 20, 1 << 40);
        assert_eq!(seen(1 << 20), Ok(LARGEST));
        let [small, large] = [100, 400].map(|mib| seen(mib).unwrap());
        assert!(288 * 288 <= small && small < large && large < LARGEST, "{small}, {large}");
        assert_eq!(needs.view_pixels(AROUND, 1 << 40, 48 << 18), Ok(512 * 512));
        let refused = seen(1).unwrap_err().to_string();
        assert!(refused.contains("memory is 1 MiB; it must be at least"), "{refused}");
    }

    #[test]
    fn tiles_become_smaller_until_they_are_the_smallest() {
        let needs = Needs::of(ModelKind::Student, DType::F32, false);
        let fewer = |&bytes: &u64| needs.fewer_bytes(bytes, AROUND);
        let all: Vec<u64> = std::iter::successors(Some(1 << 30), fewer).collect();
        assert!(all.is_sorted_by(|a, b| a > b) && all.len() == 6, "{all:?}");
        let seen: Vec<_> = all.iter().map(|bytes| needs.view_pixels(AROUND, *bytes, 1 << 40).unwrap()).collect();
        assert_eq!((seen[0], seen[5]), (LARGEST, 288 * 288));
    }

    #[test]
    fn the_second_stage_sees_more_of_the_picture() {
        let needs = Needs::of(ModelKind::Student, DType::F32, false);
        let seen = |mib: u64| needs.view_positions(mib << 20, 1 << 40);
        assert!(16 * seen(300) > 2 * needs.view_pixels(AROUND, 300 << 20, 1 << 40).unwrap());
        assert_eq!((seen(1 << 20), seen(0)), (MOST_POSITIONS, 1));
        // The stages take turns, so that the larger one counts.
        let [first, both] = [vec![1000], vec![1000, 2000]].map(|seen| needs.bytes(seen.into_iter()));
        assert_eq!((first, both), (needs.least + 1000 * needs.pixel, needs.least + 2000 * needs.position));
    }
}
