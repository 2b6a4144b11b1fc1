//! This turns the memory that a print may take into the size of its tiles. Pure decisions.

use crate::choices::ModelKind;
use crate::gpu::DType;
use crate::tiles::Surroundings;
use crate::{Error, Result};

/// What a print takes on the device, above what was counted for prints of up to 40 megapixels. The stages take turns and share buffers, but
/// not all of them: what each keeps meanwhile, or needs besides, is in its number for a position.
pub struct Needs {
    /// Bytes for the model's weights, and what a walk holds in passing.
    least: u64,
    /// Bytes for each pixel of a picture that the whole network only looks at.
    look: Position,
    /// Of each stage that the network is worth being cut into, the one that sees the picture first.
    stages: Vec<Position>,
}

/// What it takes for each position that is seen at once.
#[derive(Debug, Clone, Copy)]
struct Position {
    /// Bytes in all.
    all: u64,
    /// Bytes of its largest map.
    map: u64,
}

/// Pixels of the picture for each position that a stage sees.
pub const PIXELS: [u64; 4] = [1, 16, 64, 256];

/// Bounds of what is seen of a picture at once: below this edge of its own, most of what a tile sees is not its own; above so many pixels
/// a card is busy anyway, and a processor busy for so long that nobody would wait for it.
const SMALLEST: u32 = 128;
const LARGEST: u64 = 1280 * 1280;
/// The same for later stages, which do less for a pixel of the picture.
const MOST_POSITIONS: u64 = LARGEST / 4;

impl Needs {
    /// Of a model whose features are stored like this. A graphics card [holds more in passing](crate::network::Room) than a
    /// processor that stands in for one. VGG19 does most of its work where its maps are small and see far, so that it is cut more often.
    pub fn of(model: ModelKind, features: DType, is_card: bool) -> Needs {
        let (mib, look, all): (u64, u64, &[u64]) = match (model, features, is_card) {
            (ModelKind::Student, DType::F32, false) => (20, 480, &[480, 2150]),
            (ModelKind::Student, DType::F32, true) => (105, 370, &[370, 2070]),
            (ModelKind::Student, DType::F16, false) => (20, 360, &[360, 1250]),
            (ModelKind::Student, DType::F16, true) => (100, 250, &[250, 1090]),
            (ModelKind::Vgg19, DType::F32, false) => (250, 955, &[880, 7600, 13_900, 54_000]),
            (ModelKind::Vgg19, DType::F32, true) => (310, 790, &[980, 7000, 12_900, 48_000]),
            (ModelKind::Vgg19, DType::F16, false) => (250, 610, &[880, 3550, 7100, 28_000]),
            (ModelKind::Vgg19, DType::F16, true) => (285, 440, &[830, 3350, 9700, 25_000]),
        };
        // Channels of the largest map, for each position of the input.
        let channels: &[u64] = match model {
            ModelKind::Student => &[12, 64],
            ModelKind::Vgg19 => &[32, 256, 512, 512],
        };
        let position = |all: u64, channels: u64| Position { all, map: channels * features.vector_bytes() / 4 };
        let stages = all.iter().zip(channels).map(|(&all, &channels)| position(all, channels)).collect();
        Needs { least: mib << 20, look: position(look, channels[0]), stages }
    }

    /// Stages that the network is worth being cut into.
    pub fn stages(&self) -> usize {
        self.stages.len()
    }

    /// Of a network in so many stages, at least one, of which the last does what all that are left out did.
    #[must_use]
    pub fn in_stages(mut self, count: usize) -> Needs {
        for stage in (count..self.stages.len()).rev() {
            self.stages[stage - 1].all += self.stages[stage].all * PIXELS[stage - 1] / PIXELS[stage];
        }
        self.stages.truncate(count);
        self
    }

    /// How many pixels are looked at at once, where they fit into so many bytes, and no array is longer than `longest`.
    ///
    /// # Errors
    /// [`Error::Setting`] where not even the smallest tile fits.
    pub fn look_pixels(&self, around: Surroundings, bytes: u64, longest: u64) -> Result<u64> {
        let pixels = self.within(self.look, bytes, longest);
        if pixels < smallest_view(around) || bytes < self.smallest(around) {
            let expected = self.smallest(around).div_ceil(1 << 20);
            return Err(Error::Setting {
                name: "memory",
                found: format!("{} MiB", bytes >> 20),
                expected: format!("at least {expected} MiB for a print with this model"),
            });
        }
        Ok(pixels.min(LARGEST))
    }

    /// How many pixels the first stage sees at once in the same memory, or positions a later one.
    pub fn view_positions(&self, stage: usize, bytes: u64, longest: u64) -> u64 {
        let most = if stage == 0 { LARGEST } else { MOST_POSITIONS };
        self.within(self.stages[stage], bytes, longest).clamp(1, most)
    }

    fn within(&self, Position { all, map }: Position, bytes: u64, longest: u64) -> u64 {
        (bytes.saturating_sub(self.least) / all).min(longest / map)
    }

    /// Half of the planned bytes, where the device has no memory for them; None where tiles are as small as they become.
    pub fn fewer_bytes(&self, planned: u64, around: Surroundings) -> Option<u64> {
        let smallest = self.smallest(around);
        (planned > smallest).then(|| (planned / 2).max(smallest))
    }

    /// Bytes for the smallest tiles, of which all layers see as much as the deepest one needs.
    fn smallest(&self, around: Surroundings) -> u64 {
        let whole = if self.stages.len() == 1 { self.stages[0].all } else { 0 };
        self.least + self.look.all.max(whole) * smallest_view(around)
    }

    /// How many bytes stages take that see so many pixels, or positions, at once.
    pub fn bytes(&self, seen: impl Iterator<Item = u64>) -> u64 {
        let of_each = seen.zip(&self.stages).map(|(seen, own)| seen * own.all);
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
        let seen = |mib: u64| needs.look_pixels(AROUND, mib << 20, 1 << 40);
        assert_eq!(seen(1 << 20), Ok(LARGEST));
        let [small, large] = [100, 400].map(|mib| seen(mib).unwrap());
        assert!(288 * 288 <= small && small < large && large < LARGEST, "{small}, {large}");
        assert_eq!(needs.look_pixels(AROUND, 1 << 40, 48 << 18), Ok(512 * 512));
        let refused = seen(1).unwrap_err().to_string();
        assert!(refused.contains("memory is 1 MiB; it must be at least"), "{refused}");
    }

    #[test]
    fn tiles_become_smaller_until_they_are_the_smallest() {
        let needs = Needs::of(ModelKind::Student, DType::F32, false);
        let fewer = |&bytes: &u64| needs.fewer_bytes(bytes, AROUND);
        let all: Vec<u64> = std::iter::successors(Some(1 << 30), fewer).collect();
        assert!(all.is_sorted_by(|a, b| a > b) && all.len() == 6, "{all:?}");
        let seen: Vec<_> = all.iter().map(|bytes| needs.look_pixels(AROUND, *bytes, 1 << 40).unwrap()).collect();
        assert_eq!((seen[0], seen[5]), (LARGEST, 288 * 288));
    }

    #[test]
    fn later_stages_see_more_of_the_picture() {
        let needs = Needs::of(ModelKind::Student, DType::F32, false);
        let seen = |mib: u64| needs.view_positions(1, mib << 20, 1 << 40);
        assert!(16 * seen(300) > 2 * needs.look_pixels(AROUND, 300 << 20, 1 << 40).unwrap());
        assert_eq!((seen(1 << 20), seen(0)), (MOST_POSITIONS, 1));
        // The stages take turns, so that the larger one counts.
        let [first, both] = [vec![1000], vec![1000, 2000]].map(|seen| needs.bytes(seen.into_iter()));
        let [pixel, position] = [0, 1].map(|stage| needs.stages[stage].all);
        assert_eq!((first, both), (needs.least + 1000 * pixel, needs.least + 2000 * position));
    }

    #[test]
    fn fewer_stages_do_all_that_more_did() {
        let needs = |stages| Needs::of(ModelKind::Vgg19, DType::F32, false).in_stages(stages);
        let [pixel, position, deep] = [0, 1, 2].map(|stage| needs(3).stages[stage].all);
        assert_eq!((needs(3).stages(), needs(2).stages[1].all), (3, position + deep / 4));
        assert_eq!((needs(1).stages(), needs(1).stages[0].all), (1, pixel + (position + deep / 4) / 16));
    }
}
