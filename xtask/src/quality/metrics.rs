//! This turns features and pixels into numbers. All are distances (less is nearer) but `edges`, a correlation.

use std::fmt;

use scumble::image::Picture;
use scumble::random::normal;

use super::features::{COVERAGE, LAYOUT};

/// Features of a picture at one layer.
pub struct Map {
    pub channels: usize,
    /// Positions, channels.
    pub values: Vec<f32>,
}

/// A picture, and how VGG19 sees it.
pub struct View<'p> {
    pub picture: &'p Picture,
    pub maps: Vec<Map>,
}

/// Numbers of one result, in the order of [`Scores::NAMES`].
#[derive(Debug, Clone, Copy)]
pub struct Scores(pub [f64; 8]);

impl Scores {
    /// What the numbers are:
    /// - `style`: sliced Wasserstein distance of features to the painting's, in units of the untouched photo's (R).
    /// - `missing`: mean cosine distance from the painting's features to the nearest of the result: what it left out.
    /// - `foreign`: from the result's features to the nearest of the painting: what it added.
    /// - `layout`: mean difference of the features' self-similarities to the photo's.
    /// - `edges`: correlation of the brightness's gradients with the photo's, at half size.
    /// - `colour`: sliced Wasserstein distance of the colours to the painting's.
    /// - `grain`: root mean square of the finest octave of brightness, in units of the painting's.
    /// - `border`: change of brightness in a border of 8 pixels, in units of the interior's.
    pub const NAMES: [&str; 8] = ["style", "missing", "foreign", "layout", "edges", "colour", "grain", "border"];
    pub const HEADINGS: &str = "   style  missing  foreign   layout    edges   colour    grain   border";

    /// Of a result, the photo at its size, and the painting.
    pub fn of(result: &View, photo: &View, painting: &View) -> Scores {
        let distance = |view: &View| {
            let layers = view.maps.iter().zip(&painting.maps);
            layers.map(|(own, style)| style_distance(own, style)).sum::<f64>() / painting.maps.len() as f64
        };
        let [own, style] = [result, painting].map(|view| unit(&view.maps[COVERAGE]));
        let luma = |view: &View| Luma::of(view.picture);
        let [out, original, model] = [luma(result), luma(photo), luma(painting)];
        let colours = |view: &View| {
            let rgb = view.picture.rgba.chunks_exact(4).flat_map(|pixel| pixel[..3].to_vec()).collect();
            Map { channels: 3, values: rgb }
        };
        Scores([
            distance(result) / distance(photo),
            farthest(&style, &own),
            farthest(&own, &style),
            self_similarity(&result.maps[LAYOUT], &photo.maps[LAYOUT]),
            correlation(&out.halved().slopes(), &original.halved().slopes()),
            sliced_wasserstein(&colours(result), &colours(painting)),
            out.finest() / model.finest().max(1e-9),
            out.border_against_interior(&original),
        ])
    }

    /// A statistic of each number over many results.
    pub fn over(all: &[Scores], statistic: impl Fn(&[f64]) -> f64) -> Scores {
        let column = |index: usize| all.iter().map(|scores| scores.0[index]).collect::<Vec<_>>();
        Scores(std::array::from_fn(|index| statistic(&column(index))))
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<_> = self.0.iter().map(|number| format!("{number:>8.3}")).collect();
        formatter.write_str(&numbers.join(" "))
    }
}

/// The value in the middle; the mean of the two that are.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    f64::midpoint(low, high)
}

/// Directions that a cloud of features is seen from.
const DIRECTIONS: usize = 128;

/// Sliced Wasserstein distance of channels that were standardised by the style's mean and deviation.
fn style_distance(own: &Map, style: &Map) -> f64 {
    let (mean, deviation) = moments(style);
    // A channel that the style never lights must not rule the sum.
    let floor = 0.01 * (deviation.iter().map(|d| d * d).sum::<f64>() / deviation.len() as f64).sqrt();
    let standardised = |map: &Map| {
        let channel = |(index, value): (usize, &f32)| {
            let c = index % map.channels;
            ((f64::from(*value) - mean[c]) / deviation[c].max(floor)) as f32
        };
        Map { channels: map.channels, values: map.values.iter().enumerate().map(channel).collect() }
    };
    sliced_wasserstein(&standardised(own), &standardised(style))
}

/// Mean and deviation of every channel.
fn moments(map: &Map) -> (Vec<f64>, Vec<f64>) {
    let positions = (map.values.len() / map.channels) as f64;
    let (mut mean, mut square) = (vec![0.0; map.channels], vec![0.0; map.channels]);
    for row in map.values.chunks_exact(map.channels) {
        row.iter().zip(&mut mean).for_each(|(value, mean)| *mean += f64::from(*value) / positions);
    }
    for row in map.values.chunks_exact(map.channels) {
        let apart = row.iter().zip(&mean).map(|(value, mean)| (f64::from(*value) - mean).powi(2) / positions);
        apart.zip(&mut square).for_each(|(apart, square)| *square += apart);
    }
    (mean, square.into_iter().map(f64::sqrt).collect())
}

/// Root mean square, over random directions, of the distance between the sorted projections.
fn sliced_wasserstein(a: &Map, b: &Map) -> f64 {
    let mut total = 0.0;
    for direction in 0..DIRECTIONS {
        let normal = |c| normal(1, 2 * direction as u32, c as u32);
        let axis: Vec<f64> = (0..a.channels).map(normal).collect();
        let length = axis.iter().map(|x| x * x).sum::<f64>().sqrt();
        let axis: Vec<f32> = axis.iter().map(|x| (x / length) as f32).collect();
        let [a, b] = [a, b].map(|map| {
            let project = |row: &[f32]| row.iter().zip(&axis).map(|(value, axis)| value * axis).sum::<f32>();
            let mut along: Vec<f32> = map.values.chunks_exact(map.channels).map(project).collect();
            along.sort_by(f32::total_cmp);
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

/// Every position's features scaled to length 1.
fn unit(map: &Map) -> Map {
    let scaled = map.values.chunks_exact(map.channels).flat_map(|row| {
        let length = row.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-8);
        row.iter().map(move |value| value / length)
    });
    Map { channels: map.channels, values: scaled.collect() }
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    // Eight sums side by side, which a compiler turns into vectors.
    let mut sums = [0.0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

/// Mean cosine distance from positions of `a` to the nearest of `b`; both of length 1.
fn farthest(a: &Map, b: &Map) -> f64 {
    let nearest = |row: &[f32]| b.values.chunks_exact(b.channels).map(|own| cosine(row, own)).fold(-1.0, f32::max);
    let positions = (a.values.len() / a.channels) as f64;
    a.values.chunks_exact(a.channels).map(|row| 1.0 - f64::from(nearest(row))).sum::<f64>() / positions
}

/// Mean absolute difference of the two matrices of cosine similarities between all positions.
fn self_similarity(a: &Map, b: &Map) -> f64 {
    let (a, b) = (unit(a), unit(b));
    let rows = |map: &Map| map.values.chunks_exact(map.channels).map(<[f32]>::to_vec).collect::<Vec<_>>();
    let (a, b) = (rows(&a), rows(&b));
    let mut total = 0.0;
    for i in 0..a.len() {
        for j in 0..a.len() {
            total += f64::from((cosine(&a[i], &a[j]) - cosine(&b[i], &b[j])).abs());
        }
    }
    total / (a.len() * a.len()) as f64
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
        let luma = |p: &[f32]| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]);
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
    fn what_is_missing_is_not_what_is_foreign() {
        let axis = |c: usize| (0..8).map(|i| if i == c { 1.0 } else { 0.0 }).collect::<Vec<f32>>();
        let one = Map { channels: 8, values: axis(0) };
        let two = Map { channels: 8, values: [axis(0), axis(1)].concat() };
        assert_eq!((farthest(&one, &two), farthest(&two, &one)), (0.0, 0.5));
    }

    #[test]
    fn self_similarity_does_not_see_brightness_but_layout() {
        let a = noise(8, 40, 0.0);
        let brighter = Map { channels: 8, values: a.values.iter().map(|value| value * 3.0).collect() };
        assert!(self_similarity(&a, &brighter) < 1e-6);
        let mixed = Map { channels: 8, values: a.values.chunks_exact(8).rev().flatten().copied().collect() };
        assert!(self_similarity(&a, &mixed) > 0.1);
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

    #[test]
    fn the_median_of_an_even_count_is_between() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}
