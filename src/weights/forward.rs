//! Turns a picture into activations on the CPU: just enough of a network to normalise one, in safe Rust.

use crate::model::{ConvWeights, Preprocessing};

/// Activations, planar: shape (`channels`, `height`, `width`).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Map {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) values: Vec<f32>,
}

/// Neighbouring positions that are computed together: two 128-bit registers.
const COLUMNS: usize = 8;
/// Output channels that are computed together: with 8 columns eight accumulators, which fit the registers of every CPU.
const ROWS: usize = 4;

impl Map {
    /// The network's input for a planar RGB picture in 0..=1, shape (3, `height`, `width`).
    pub(super) fn of_picture(rgb: &[f32], height: usize, width: usize, preprocessing: &Preprocessing) -> Self {
        let area = height * width;
        let mut values = vec![0.0; 3 * area];
        for at in 0..area {
            let input = preprocessing.apply([rgb[at], rgb[area + at], rgb[2 * area + at]]);
            for (channel, value) in input.into_iter().enumerate() {
                values[channel * area + at] = value;
            }
        }
        Self { channels: 3, height, width, values }
    }

    /// Convolution with zero padding, bias and ReLU; `convolution.in_channels` equals `self.channels`.
    ///
    /// The neighbourhoods of eight positions at a time become one panel of a matrix (im2col), which every filter is
    /// multiplied with while it lies in the cache.
    pub(super) fn convolve(&self, convolution: &ConvWeights) -> Self {
        let area = self.height * self.width;
        let depth = self.channels * convolution.kernel * convolution.kernel;
        let mut values = vec![0.0; convolution.out_channels * area];
        let mut panel = vec![[0.0; COLUMNS]; depth];
        for first in (0..area).step_by(COLUMNS) {
            self.gather(first, convolution.kernel, &mut panel);
            let count = COLUMNS.min(area - first);
            for row in (0..convolution.out_channels).step_by(ROWS) {
                // A last, incomplete group repeats its last row.
                let filter = |i: usize| {
                    let channel = (row + i).min(convolution.out_channels - 1);
                    &convolution.weight[channel * depth..][..depth]
                };
                let sums = multiply([filter(0), filter(1), filter(2), filter(3)], &panel);
                for (channel, sums) in (row..convolution.out_channels).zip(sums) {
                    let bias = convolution.bias[channel];
                    let out = &mut values[channel * area + first..][..count];
                    out.iter_mut().zip(sums).for_each(|(out, sum)| *out = (sum + bias).max(0.0));
                }
            }
        }
        Self { channels: convolution.out_channels, height: self.height, width: self.width, values }
    }

    /// Fills a panel, shape (channel, row, column; 8): the neighbourhoods of the positions from `first` on, zero outside.
    fn gather(&self, first: usize, kernel: usize, panel: &mut [[f32; COLUMNS]]) {
        let (area, taps, reach) = (self.height * self.width, kernel * kernel, kernel / 2);
        let inside = |at: usize, step: usize, size: usize| (at + step).checked_sub(reach).filter(|&at| at < size);
        for tap in 0..taps {
            // Where each column finds its value within a plane.
            let sources: [Option<usize>; COLUMNS] = std::array::from_fn(|column| {
                let at = Some(first + column).filter(|&at| at < area)?;
                let y = inside(at / self.width, tap / kernel, self.height)?;
                let x = inside(at % self.width, tap % kernel, self.width)?;
                Some(y * self.width + x)
            });
            for (plane, panel) in self.values.chunks_exact(area).zip(panel.chunks_exact_mut(taps)) {
                panel[tap] = sources.map(|source| source.map_or(0.0, |source| plane[source]));
            }
        }
    }

    /// Max pooling, 2x2 with stride 2; an odd last row or column is dropped, as in the trained networks.
    pub(super) fn max_pool(&self) -> Self {
        let (height, width) = (self.height / 2, self.width / 2);
        let mut values = Vec::with_capacity(self.channels * height * width);
        for plane in self.values.chunks_exact(self.height * self.width) {
            for y in 0..height {
                for x in 0..width {
                    let at = 2 * y * self.width + 2 * x;
                    let below = at + self.width;
                    values.push(plane[at].max(plane[at + 1]).max(plane[below]).max(plane[below + 1]));
                }
            }
        }
        Self { channels: self.channels, height, width, values }
    }

    /// The mean of all values, 0 for an empty map.
    pub(super) fn mean(&self) -> f64 {
        self.values.iter().map(|&value| f64::from(value)).sum::<f64>() / self.values.len().max(1) as f64
    }
}

/// The products of four filters with a panel of eight columns.
///
/// Never inlined: a browser swaps its quickly compiled code for the optimised one only between two calls, and this is
/// where all the time goes.
#[inline(never)]
fn multiply([a, b, c, d]: [&[f32]; ROWS], panel: &[[f32; COLUMNS]]) -> [[f32; COLUMNS]; ROWS] {
    let mut sums = [[0.0; COLUMNS]; ROWS];
    for ((((column, &a), &b), &c), &d) in panel.iter().zip(a).zip(b).zip(c).zip(d) {
        for (sums, weight) in sums.iter_mut().zip([a, b, c, d]) {
            for (sum, value) in sums.iter_mut().zip(column) {
                *sum += weight * value;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, in f64.
    fn naive(map: &Map, convolution: &ConvWeights, channel: usize, y: usize, x: usize) -> f64 {
        let mut sum = f64::from(convolution.bias[channel]);
        for from in 0..map.channels {
            for (dy, dx) in (0..9).map(|tap| (tap / 3, tap % 3)) {
                let (sy, sx) = (y + dy, x + dx);
                if (1..=map.height).contains(&sy) && (1..=map.width).contains(&sx) {
                    let weight = convolution.weight[((channel * map.channels + from) * 3 + dy) * 3 + dx];
                    let value = map.values[(from * map.height + sy - 1) * map.width + sx - 1];
                    sum += f64::from(weight) * f64::from(value);
                }
            }
        }
        sum.max(0.0)
    }

    #[test]
    fn convolution_agrees_with_its_definition() {
        let wave = |n: usize, step: f32| (0..n).map(|i| (i as f32 * step).sin()).collect::<Vec<f32>>();
        let map = Map { channels: 5, height: 7, width: 3, values: wave(105, 0.7) };
        let convolution = ConvWeights {
            name: "any".into(),
            out_channels: 6,
            in_channels: 5,
            kernel: 3,
            weight: wave(6 * 45, 1.3),
            bias: wave(6, 2.1),
        };
        let out = map.convolve(&convolution);
        for at in 0..out.values.len() {
            let expected = naive(&map, &convolution, at / 21, at / 3 % 7, at % 3);
            let found = f64::from(out.values[at]);
            assert!((found - expected).abs() < 1e-5, "at {at}: found {found}, expected {expected}");
        }
    }

    #[test]
    fn pooling_drops_an_odd_last_row_and_column() {
        let map = Map { channels: 1, height: 3, width: 5, values: (0..15).map(|i| i as f32).collect() };
        let expected = Map { channels: 1, height: 1, width: 2, values: vec![6.0, 8.0] };
        assert_eq!(map.max_pool(), expected);
    }
}
