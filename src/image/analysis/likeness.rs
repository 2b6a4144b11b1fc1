//! This turns a result, its photo and its painting into numbers, by the pixels alone: no network, so no loss has seen them.

use super::super::{Picture, brightness};
use crate::random::normal;

/// Positions with features, or with colours.
pub struct Map {
    /// Features of a position.
    pub channels: usize,
    /// Positions, channels.
    pub values: Vec<f32>,
}

/// How alike a result is to what it was painted from.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Likeness {
    /// Correlation of the brightness's gradients with the photo's, at half size: 1 where every edge stayed.
    pub edges: f64,
    /// Sliced Wasserstein distance of the colours to the painting's, in units of their range.
    pub colour: f64,
    /// Root mean square of the finest octave of brightness, in units of the painting's.
    pub grain: f64,
    /// Change of brightness in a border of 8 pixels, in units of the interior's.
    pub border: f64,
}

impl Likeness {
    /// Of a result, the photo at its size, and the painting.
    pub fn of(result: &Picture, photo: &Picture, painting: &Picture) -> Likeness {
        let [out, original, model] = [result, photo, painting].map(Luma::of);
        let colours = |picture: &Picture| {
            let rgb = picture.rgba.chunks_exact(4).flat_map(|pixel| pixel[..3].to_vec()).collect();
            Map { channels: 3, values: rgb }
        };
        Likeness {
            edges: correlation(&out.halved().slopes(), &original.halved().slopes()),
            colour: sliced_wasserstein(&colours(result), &colours(painting)),
            grain: out.finest() / model.finest().max(1e-9),
            border: out.border_against_interior(&original),
        }
    }
}

/// Directions that a cloud of features is seen from.
const DIRECTIONS: usize = 128;

/// Root mean square, over random directions, of the distance between the sorted projections.
pub fn sliced_wasserstein(a: &Map, b: &Map) -> f64 {
    let mut total = 0.0;
    for direction in 0..DIRECTIONS {
        let normal = |c| normal(1, 2 * direction as u32, c as u32);
        let axis: Vec<f64> = (0..a.channels).map(normal).collect();
        let length = axis.iter().map(|x| x * x).sum::<f64>().sqrt();
        let axis: Vec<f32> = axis.iter().map(|x| (x / length) as f32).collect();
        let [a, b] = [a, b].map(|map| {
            let project = |row: &[f32]| row.iter().zip(&axis).map(|(value, axis)| value * axis).sum::<f32>();
            let mut along: Vec<f32> = map.values.chunks_exact(map.channels).map(project).collect();
            along.sort_unstable_by(f32::total_cmp);
            along
        });
        let count = a.len().max(b.len());
        let apart = |i| f64::from(quantile(&a, i, count) - quantile(&b, i, count)).powi(2);
        total += (0..count).map(apart).sum::<f64>() / count as f64;
    }
    (total / DIRECTIONS as f64).sqrt()
}

/// The `index`-th of `count` evenly spaced quantiles.
fn quantile(sorted: &[f32], index: usize, count: usize) -> f32 {
    let at = ((index as f32 + 0.5) / count as f32 * sorted.len() as f32 - 0.5).clamp(0.0, (sorted.len() - 1) as f32);
    let (low, share) = (at as usize, at.fract());
    sorted[low] * (1.0 - share) + sorted[(low + 1).min(sorted.len() - 1)] * share
}

/// Pearson's.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>();
    let deviations = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    if deviations > 0.0 { sum(&|a, b| a * b) / deviations } else { 0.0 }
}

/// Brightness.
struct Luma {
    width: usize,
    height: usize,
    values: Vec<f64>,
}

/// Pixels of the border that is looked at apart.
const BORDER: usize = 8;

impl Luma {
    fn of(picture: &Picture) -> Luma {
        let luma = |p: &[f32]| brightness([p[0], p[1], p[2]].map(f64::from));
        let values = picture.rgba.chunks_exact(4).map(luma).collect();
        Luma { width: picture.width as usize, height: picture.height as usize, values }
    }

    /// Beyond the border, the border.
    fn at(&self, y: isize, x: isize) -> f64 {
        let inside = |at: isize, size: usize| at.clamp(0, size as isize - 1) as usize;
        self.values[inside(y, self.height) * self.width + inside(x, self.width)]
    }

    fn map(&self, f: impl Fn(isize, isize) -> f64) -> Vec<f64> {
        let (height, width) = (self.height as isize, self.width as isize);
        (0..height).flat_map(|y| (0..width).map(move |x| (y, x))).map(|(y, x)| f(y, x)).collect()
    }

    fn halved(&self) -> Luma {
        let (width, height) = ((self.width / 2).max(1), (self.height / 2).max(1));
        let mean = |y: usize, x: usize| {
            let (y, x) = (2 * y as isize, 2 * x as isize);
            (self.at(y, x) + self.at(y, x + 1) + self.at(y + 1, x) + self.at(y + 1, x + 1)) / 4.0
        };
        let values = (0..height).flat_map(|y| (0..width).map(move |x| (y, x))).map(|(y, x)| mean(y, x)).collect();
        Luma { width, height, values }
    }

    /// Lengths of the gradient.
    fn slopes(&self) -> Vec<f64> {
        self.map(|y, x| (self.at(y, x + 1) - self.at(y, x - 1)).hypot(self.at(y + 1, x) - self.at(y - 1, x)))
    }

    /// Root mean square of what a binomial blur takes away.
    fn finest(&self) -> f64 {
        let row = |y: isize, x: isize| (self.at(y, x - 1) + 2.0 * self.at(y, x) + self.at(y, x + 1)) / 4.0;
        let apart = self.map(|y, x| self.at(y, x) - (row(y - 1, x) + 2.0 * row(y, x) + row(y + 1, x)) / 4.0);
        (apart.iter().map(|value| value * value).sum::<f64>() / apart.len() as f64).sqrt()
    }

    /// How much more than the interior the border was changed: of the absolute differences to `original`.
    fn border_against_interior(&self, original: &Luma) -> f64 {
        let mut sums = [(0.0, 0.0); 2];
        for (index, (own, original)) in self.values.iter().zip(&original.values).enumerate() {
            let (y, x) = (index / self.width, index % self.width);
            let rim = y.min(x).min(self.height - 1 - y).min(self.width - 1 - x) < BORDER;
            let (sum, count) = &mut sums[usize::from(rim)];
            *sum += (own - original).abs();
            *count += 1.0;
        }
        let [(interior, inside), (border, rim)]: [(f64, f64); 2] = sums;
        if inside > 0.0 && interior > 0.0 { border / rim / (interior / inside) } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(channels: usize, positions: u32, shift: f32) -> Map {
        let values = (0..positions * channels as u32).map(|i| normal(7, 0, i) as f32 + shift).collect();
        Map { channels, values }
    }

    #[test]
    fn a_shift_is_as_far_as_it_is_long() {
        let (here, there) = (noise(16, 400, 0.0), noise(16, 400, 0.5));
        assert!(sliced_wasserstein(&here, &here) < 1e-9);
        // In each direction the shift counts with its share; over many directions, 0.5 a channel.
        let far = sliced_wasserstein(&here, &there);
        assert!((far - 0.5).abs() < 0.1, "{far}");
    }

    #[test]
    fn sets_of_other_sizes_can_be_the_same() {
        let a = noise(3, 400, 0.0);
        let twice = Map { channels: 3, values: [a.values.clone(), a.values.clone()].concat() };
        assert!(sliced_wasserstein(&a, &twice) < 0.03);
    }

    #[test]
    fn grain_and_borders_show() {
        let flat = Luma { width: 32, height: 32, values: vec![0.5; 1024] };
        assert_eq!(flat.finest(), 0.0);
        let checks = Luma { values: (0..1024).map(|i| f64::from((i / 32 + i % 32) % 2)).collect(), ..flat };
        assert!((checks.finest() - 0.5).abs() < 0.02);
        let rim = |i: usize| (i / 32).min(i % 32).min(31 - i / 32).min(31 - i % 32) < BORDER;
        let framed =
            Luma { width: 32, height: 32, values: (0..1024).map(|i| if rim(i) { 0.9 } else { 0.6 }).collect() };
        let flat = Luma { width: 32, height: 32, values: vec![0.5; 1024] };
        assert!((framed.border_against_interior(&flat) - 4.0).abs() < 1e-9);
    }
}
