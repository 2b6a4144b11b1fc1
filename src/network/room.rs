//! This turns the size of what a walk reads into how much memory a walk may spend on what it holds only for a moment.

use crate::gpu::{Gpu, Shape};
use crate::kernels::{GemmVariant, Work};

/// Bytes that a walk holds in passing.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// For a band of rows of the largest maps.
    pub band: u64,
    /// For either side of a convolution's workspace.
    pub workspace: u64,
}

/// Bytes for each byte that is read, of a picture 32 for a pixel, between bounds: below the least, the work would fall into more
/// dispatches than a device gets through quickly; above the most, a GPU is busy anyway.
const PER_BYTE: u64 = 2;
const LEAST: u64 = 1 << 19;
const MOST: u64 = 16 << 20;
/// On a graphics card for all sizes: the products of such a strip are two thousand workgroups, which keep a large card busy.
const ON_CARDS: u64 = 32 << 20;

/// Whether a device is a graphics card, as far as its fastest products tell.
pub fn is_card(gpu: &Gpu) -> bool {
    GemmVariant::on(gpu, Work::Products) == GemmVariant::Shared
}

impl Room {
    /// For a walk on this device that reads a picture, or a map, of this shape.
    pub fn of(gpu: &Gpu, input: Shape) -> Room {
        let bytes = if is_card(gpu) { ON_CARDS } else { (input.bytes() * PER_BYTE).clamp(LEAST, MOST) };
        Room { band: bytes, workspace: bytes }
    }
}

/// Rows of a map that are done together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Band {
    pub first: u32,
    pub rows: u32,
    pub last: bool,
}

/// Bands start at multiples of this: tiles of Winograd's do not straddle them.
const ROWS: u32 = 4;

/// Cuts a map into bands of about `bytes`.
pub(super) fn bands(map: Shape, bytes: u64) -> impl Iterator<Item = Band> {
    let row = map.bytes() / u64::from(map.height);
    let rows = ((bytes / row) as u32 / ROWS * ROWS).max(ROWS);
    (0..map.height).step_by(rows as usize).map(move |first| {
        let end = (first + rows).min(map.height);
        Band { first, rows: end - first, last: end == map.height }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_cover_a_map() {
        let map = Shape::new(10, 8, 4);
        let band = |first, rows, last| Band { first, rows, last };
        assert_eq!(bands(map, 600).collect::<Vec<_>>(), [band(0, 4, false), band(4, 4, false), band(8, 2, true)]);
        assert_eq!(bands(map, 1).count(), 3);
        assert_eq!(bands(map, 1 << 20).collect::<Vec<_>>(), [band(0, 10, true)]);
    }
}
