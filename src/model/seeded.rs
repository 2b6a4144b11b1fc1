//! This turns a table of convolutions into filters of random numbers, for tests and measurements; nothing that ships has any.

use super::{ConvWeights, Convolution};
use crate::random::uniform;

/// The seed of all filters; the scripts in `tests/golden/` know it too.
const SEED: u32 = 7;
/// The streams of biases lie so far behind those of kernels.
const BIASES: u32 = 1000;

/// Kernels that keep the activations' scale (He et al. 2015), and biases of at most 0.1. Where a convolution has an index in
/// torchvision's list, that is its stream; otherwise its place in the table.
pub fn filters(rows: &[Convolution]) -> Vec<ConvWeights> {
    (0u32..).zip(rows).map(|(place, row)| filter(row, row.index.map_or(place, |index| index as u32))).collect()
}

fn filter(row: &Convolution, stream: u32) -> ConvWeights {
    let entries = row.in_channels * row.kernel * row.kernel;
    let numbers = |stream: u32, count: usize, scale: f64| -> Vec<f32> {
        (0..count as u32).map(|i| ((uniform(SEED, stream, i) * 2.0 - 1.0) * scale) as f32).collect()
    };
    ConvWeights {
        name: row.name.into(),
        out_channels: row.out_channels,
        in_channels: row.in_channels,
        kernel: row.kernel,
        weight: numbers(stream, row.out_channels * entries, (6.0 / entries as f64).sqrt()),
        bias: numbers(stream + BIASES, row.out_channels, 0.1),
    }
}
