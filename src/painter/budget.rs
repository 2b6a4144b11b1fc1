//! This turns the memory that a run may take into sizes that fit into it. Pure decisions.

use crate::choices::{ModelKind, Precision};
use crate::settings::Settings;

/// What a model takes on the device, in bytes; `tests/memory.rs` holds it against what the engine counts.
struct Needs {
    /// For its weights.
    weights: u64,
    /// For each pixel of a picture that is seen at once.
    whole: u64,
    /// For each pixel of a tile's view.
    tile: u64,
}

fn needs(settings: &Settings) -> Needs {
    match (settings.model, settings.precision) {
        (ModelKind::Student, _) => Needs { weights: 8 << 20, whole: 335, tile: 450 },
        (ModelKind::Vgg19, Precision::Full) => Needs { weights: 170 << 20, whole: 720, tile: 1000 },
        (ModelKind::Vgg19, Precision::Half) => Needs { weights: 170 << 20, whole: 475, tile: 700 },
    }
}

/// Bounds of a tile's own edge: below, most of what is seen is not its own; above, a card is busy anyway.
const SMALLEST_TILE: u32 = 128;
const LARGEST_TILE: u32 = 1024;
const STEP: u32 = 16;

/// The longest edge, at most the settings' own, of a picture with these proportions that is seen at once within so many bytes.
pub fn largest_whole((width, height): (u32, u32), settings: &Settings, bytes: u64) -> u32 {
    let Needs { weights, whole, .. } = needs(settings);
    let pixels = bytes.saturating_sub(weights) / whole;
    let (short, long) = (width.min(height).max(1), width.max(height).max(1));
    let edge = (pixels as f64 * f64::from(long) / f64::from(short)).sqrt();
    (edge as u32).clamp(STEP, settings.size)
}

/// What a tile has of its own, along an edge, where its view fits into so many bytes; it sees `beyond` more on every side.
pub fn tile_edge(settings: &Settings, beyond: u32, bytes: u64) -> u32 {
    let Needs { weights, tile, .. } = needs(settings);
    let view = (bytes.saturating_sub(weights) as f64 / tile as f64).sqrt() as u32;
    (view.saturating_sub(2 * beyond) / STEP * STEP).clamp(SMALLEST_TILE, LARGEST_TILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_memory_is_larger_pictures() {
        let settings = Settings { size: 4096, ..Settings::default() };
        let edge = |mib: u64| largest_whole((400, 300), &settings, mib << 20);
        assert!(edge(256) < edge(512) && edge(512) < edge(2048), "{} {} {}", edge(256), edge(512), edge(2048));
        assert_eq!(edge(1 << 20), 4096, "no more than is wanted");
        let tile = |mib: u64| tile_edge(&settings, 80, mib << 20);
        assert_eq!((tile(1), tile(1 << 20)), (SMALLEST_TILE, LARGEST_TILE));
        assert!(tile(600).is_multiple_of(STEP) && tile(200) < tile(400));
    }
}
