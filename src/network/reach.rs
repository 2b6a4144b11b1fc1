//! This turns a table into how far a position of a layer sees.

use super::Stretch;
use crate::kernels::winograd;
use crate::model::{Layer, Op};
use crate::tiles::Surroundings;

/// The pixels that position i of a layer sees, along either axis: `stride` i - `before` to `stride` i + `after`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Pixels from one position to the next.
    pub stride: u32,
    /// Pixels before its own.
    pub before: i32,
    /// Pixels after the first of its own.
    pub after: i32,
}

/// A pixel's own.
const PIXEL: Reach = Reach { stride: 1, before: 0, after: 0 };

impl Reach {
    /// Of a layer that reads one of this reach.
    fn through(self, layer: &Layer) -> Reach {
        let Reach { stride, before, after } = self;
        let step = stride as i32;
        let wider =
            |by: i32, by_after: i32| Reach { stride, before: before + by * step, after: after + by_after * step };
        match &layer.op {
            Op::Pixels => PIXEL,
            Op::Colour { .. } => self,
            // Positions are counted from the margin's edge on.
            Op::Pad(margin) => wider(margin.radius as i32, -(margin.radius as i32)),
            Op::Convolution { kernel, pad, .. } => wider(*pad as i32, *kernel as i32 - 1 - *pad as i32),
            Op::Pool(_) => Reach { stride: 2 * stride, before, after: after + step },
        }
    }
}

impl Stretch<'_> {
    /// How far each layer up to its last sees of what the first one reads, whose positions are its pixels; those before it mean nothing.
    pub fn reaches(&self) -> Vec<Reach> {
        let mut reaches = vec![PIXEL; self.layers.start.max(1)];
        for layer in &self.network.table.layers()[reaches.len()..self.layers.end] {
            reaches.push(reaches[layer.input].through(layer));
        }
        reaches
    }

    /// What has to be around a tile for these of its layers.
    pub fn surroundings(&self, taps: impl IntoIterator<Item = usize>) -> Surroundings {
        let reaches = self.reaches();
        let seen: Vec<Reach> = taps.into_iter().map(|tap| reaches[tap]).collect();
        let beyond = |reach: &Reach| reach.before.max(reach.after + 1 - reach.stride as i32);
        Surroundings {
            // A neighbour's difference is one pixel further than a pixel.
            beyond: seen.iter().map(beyond).max().unwrap_or(0).max(1) as u32,
            coarse: seen.iter().map(|reach| reach.stride).max().unwrap_or(1),
        }
    }

    /// The same, and views begin where squares of outputs in Winograd's domain do in all layers up to these: sums are rounded as in the
    /// whole map, so that a ReLU opens where it does there. Of many blocks, that would be far apart.
    pub fn surroundings_by_squares(&self, taps: &[usize]) -> Surroundings {
        let reaches = self.reaches();
        let last = taps.iter().copied().max().unwrap_or(0);
        let convolutions = self
            .layers
            .clone()
            .filter(|&layer| layer <= last && matches!(self.network.table.layers()[layer].op, Op::Convolution { .. }));
        let squares = convolutions.map(|layer| winograd::SQUARE * reaches[layer].stride).max().unwrap_or(1);
        let Surroundings { beyond, coarse } = self.surroundings(taps.iter().copied());
        Surroundings { beyond, coarse: coarse.max(squares) }
    }
}
