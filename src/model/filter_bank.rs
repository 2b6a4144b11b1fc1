//! The embedded model: a Gaussian pyramid with one bank of filters per level. Nothing to download.
//!
//! Shallow random filters at several scales carry a texture almost as well as a trained network (Ustyuzhaninov,
//! Brendel, Gatys, Bethge 2016, "Texture synthesis using shallow convolutional networks with random filters"); filters that
//! [fit the person's own pictures](super::patches) carry it better. Each filter's response is standardised over these
//! pictures before its ReLU, so that every filter takes part.

use super::patches::{self, Level};
use super::{ConvWeights, Copies, Margin, Op, Table};
use crate::image::LUMA;
use crate::random::normal;

/// Filters of each pyramid level, finest first.
pub const FILTERS: [usize; 5] = [96, 96, 96, 64, 48];

/// Width and height of every filter.
pub const KERNEL: usize = 5;

/// One filter in so many is random and keeps its mean, so that colour is seen and not only structure.
const KEEPS_MEAN: usize = 8;

/// Levels whose brightness holds the content; finer ones would forbid brush strokes.
pub const CONTENT_LEVELS: [usize; 3] = [1, 2, 3];

/// Mirrored: replicated, an edge would fill up to three of a filter's five rows, and shows in the painting as a frame.
const MARGIN: Margin = Margin { radius: KERNEL as u32 / 2, copies: Copies::Mirror };

/// Red, green, blue.
pub const COLOURS: usize = 3;

/// Pixels around 0 with a spread of about 1: (x - 0.5) / 0.25.
const INPUT: ([[f32; 3]; 3], [f32; 3]) = ([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]], [-2.0; 3]);

/// The network: level k is tapped as `bank k` (features) and `luma k` (brightness).
pub fn table(relu: bool) -> Table {
    let mut table = Table::default();
    let (matrix, offset) = INPUT;
    let mut level = table.push(level_tap(0), 0, Op::Colour { matrix, offset }, COLOURS as u32);
    for (k, &count) in FILTERS.iter().enumerate() {
        if k > 0 {
            level = table.push(level_tap(k), level, Op::Pyramid, COLOURS as u32);
        }
        let padded = table.push(format!("pad{k}"), level, Op::Pad(MARGIN), COLOURS as u32);
        let op = Op::Convolution { filters: k, kernel: KERNEL as u32, pad: 0, relu };
        table.push(style_tap(k), padded, op, count as u32);
        if CONTENT_LEVELS.contains(&k) {
            let matrix = [LUMA, [0.0; 3], [0.0; 3]];
            table.push(content_tap(k), level, Op::Colour { matrix, offset: [0.0; 3] }, 1);
        }
    }
    table
}

/// The name of a level's features.
pub fn style_tap(level: usize) -> String {
    format!("bank{level}")
}

/// The name of a level's brightness.
pub fn content_tap(level: usize) -> String {
    format!("luma{level}")
}

/// The name of a level's colours.
pub fn level_tap(level: usize) -> String {
    format!("level{level}")
}

/// A level's filters for a seed and the pictures as they are at this level; of length 1, without bias.
pub fn filters(seed: u32, level: usize, pictures: &[&Level]) -> ConvWeights {
    let count = FILTERS[level];
    let mut weight = Vec::with_capacity(count * COLOURS * KERNEL * KERNEL);
    for (filter, fitted) in patches::filters(seed, level, count, pictures).into_iter().enumerate() {
        let values = match fitted {
            Some(fitted) if !filter.is_multiple_of(KEEPS_MEAN) => fitted,
            _ => random(seed, level, filter),
        };
        weight.extend(values.iter().map(|value| *value as f32));
    }
    let (out_channels, in_channels, kernel) = (count, COLOURS, KERNEL);
    ConvWeights { name: style_tap(level), out_channels, in_channels, kernel, weight, bias: vec![0.0; count] }
}

/// Random filters for all levels: what pictures without any structure get, and as much work as any others.
pub fn random_filters(seed: u32) -> Vec<ConvWeights> {
    (0..FILTERS.len()).map(|level| filters(seed, level, &[])).collect()
}

/// A filter of normal entries and length 1; the mean removed, but for one in eight.
fn random(seed: u32, level: usize, filter: usize) -> Vec<f64> {
    let entries = COLOURS * KERNEL * KERNEL;
    let start = filter * entries;
    let mut values: Vec<f64> = (start..start + entries).map(|i| normal(seed, 2 * level as u32, i as u32)).collect();
    if !filter.is_multiple_of(KEEPS_MEAN) {
        let mean = values.iter().sum::<f64>() / entries as f64;
        values.iter_mut().for_each(|value| *value -= mean);
    }
    let length = values.iter().map(|value| value * value).sum::<f64>().sqrt();
    values.iter_mut().for_each(|value| *value /= length);
    values
}

/// A channel's statistics over the pixels of one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Responses {
    /// Number of positions.
    pub pixels: f64,
    /// Mean of each filter's response.
    pub mean: Vec<f64>,
    /// Variance of each filter's response.
    pub variance: Vec<f64>,
}

/// A filter whose response hardly varies is not blown up beyond this.
const SMALLEST_DEVIATION: f64 = 1e-6;

/// Folds "mean 0, deviation 1 over all positions of all pictures" into weights and biases.
pub fn standardise(filters: &mut ConvWeights, pictures: &[Responses]) {
    let pixels: f64 = pictures.iter().map(|picture| picture.pixels).sum();
    let entries = filters.weight.len() / filters.out_channels;
    for channel in 0..filters.out_channels {
        let pooled = |value: &dyn Fn(&Responses) -> f64| {
            pictures.iter().map(|picture| picture.pixels * value(picture)).sum::<f64>() / pixels
        };
        let mean = pooled(&|picture| picture.mean[channel]);
        let variance = pooled(&|picture| picture.variance[channel] + (picture.mean[channel] - mean).powi(2));
        let deviation = variance.sqrt().max(SMALLEST_DEVIATION);
        let own = &mut filters.weight[channel * entries..(channel + 1) * entries];
        own.iter_mut().for_each(|weight| *weight = (f64::from(*weight) / deviation) as f32);
        filters.bias[channel] = (-mean / deviation) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_have_length_1_and_mostly_no_mean() {
        let values = (0..9 * 8 * 4).map(|index| normal(4, 0, index) as f32).collect();
        let noise = Level { height: 9, width: 8, values };
        let flat = Level { height: 9, width: 8, values: vec![0.0; 9 * 8 * 4] };
        let bank = filters(3, 0, &[&noise, &flat]);
        let entries = COLOURS * KERNEL * KERNEL;
        for (filter, values) in bank.weight.chunks(entries).enumerate() {
            let length: f32 = values.iter().map(|v| v * v).sum();
            let mean = values.iter().sum::<f32>() / entries as f32;
            assert!((length - 1.0).abs() < 1e-5);
            assert_eq!(mean.abs() > 1e-6, filter % KEEPS_MEAN == 0, "filter {filter} has mean {mean}");
        }
    }

    #[test]
    fn standardised_responses_pool_to_mean_0_and_deviation_1() {
        let mut one = ConvWeights {
            name: "one".into(),
            out_channels: 1,
            in_channels: 1,
            kernel: 1,
            weight: vec![2.0],
            bias: vec![0.0],
        };
        // Responses 2x for x in {0, 1} and x in {3}: 0, 2 and 6 have mean 8/3 and variance 56/9.
        let pictures = [
            Responses { pixels: 2.0, mean: vec![1.0], variance: vec![1.0] },
            Responses { pixels: 1.0, mean: vec![6.0], variance: vec![0.0] },
        ];
        standardise(&mut one, &pictures);
        let deviation = (56.0f64 / 9.0).sqrt();
        assert!((f64::from(one.weight[0]) - 2.0 / deviation).abs() < 1e-6);
        assert!((f64::from(one.bias[0]) + 8.0 / 3.0 / deviation).abs() < 1e-6);
    }
}
