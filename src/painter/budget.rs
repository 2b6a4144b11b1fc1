//! This turns the memory that a print may take into the size of its tiles. Pure decisions.

use crate::choices::{ModelKind, Precision};
use crate::settings::Settings;
use crate::tiles::Surroundings;
use crate::{Error, Result};

/// What a model takes on the device, in bytes.
struct Needs {
    /// For its weights.
    weights: u64,
    /// For each pixel that is seen.
    pixel: u64,
    /// For each pixel that is seen, the largest map.
    map: u64,
}

fn needs(settings: &Settings) -> Needs {
    match (settings.model, settings.precision) {
        (ModelKind::Student, _) => Needs { weights: 8 << 20, pixel: 480, map: 48 },
        (ModelKind::Vgg19, Precision::Full) => Needs { weights: 170 << 20, pixel: 1040, map: 128 },
        (ModelKind::Vgg19, Precision::Half) => Needs { weights: 170 << 20, pixel: 740, map: 64 },
    }
}

/// Bounds of a tile's own edge: below, most of what is seen is not its own; above, a card is busy anyway.
const SMALLEST: u32 = 128;
const LARGEST: u32 = 1024;

/// What a tile has of its own, along an edge, where its view fits into so many bytes, and no array is longer than `longest`.
///
/// # Errors
/// [`Error::Setting`] where not even the smallest fits.
pub fn tile_edge(settings: &Settings, around: Surroundings, bytes: u64, longest: u64) -> Result<u32> {
    let Needs { weights, pixel, map } = needs(settings);
    let halo = around.beyond.next_multiple_of(around.coarse);
    let pixels = (bytes.saturating_sub(weights) / pixel).min(longest / map);
    let own = (pixels.isqrt() as u32).saturating_sub(2 * halo) / around.coarse * around.coarse;
    if own < SMALLEST {
        let least = weights + pixel * u64::from(SMALLEST + 2 * halo).pow(2);
        return Err(Error::Setting {
            name: "memory",
            found: format!("{} MiB", bytes >> 20),
            expected: format!("at least {} MiB for a print with this model", least.div_ceil(1 << 20)),
        });
    }
    Ok(own.min(LARGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_memory_is_larger_tiles() {
        let around = Surroundings { beyond: 75, coarse: 16 };
        let tile = |mib: u64| tile_edge(&Settings::default(), around, mib << 20, 1 << 40);
        assert_eq!(tile(1 << 20), Ok(LARGEST));
        let [small, large] = [100, 400].map(|mib| tile(mib).unwrap());
        assert!(SMALLEST <= small && small < large && large < LARGEST, "{small}, {large}");
        // A view of 512 pixels, less 80 on both sides.
        assert_eq!(tile_edge(&Settings::default(), around, 1 << 40, 48 << 18), Ok(352));
        let refused = tile(1).unwrap_err().to_string();
        assert!(refused.contains("memory is 1 MiB; it must be at least"), "{refused}");
    }
}
