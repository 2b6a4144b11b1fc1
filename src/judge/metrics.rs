//! This turns features and pixels into numbers. All are distances (less is nearer) but `edges`, a correlation.

use std::fmt;

use crate::image::Picture;
use crate::image::likeness::{Likeness, Map, sliced_wasserstein};

/// Which of [`JUDGED_TAPS`](crate::model::vgg19::JUDGED_TAPS) is for coverage, and which for the layout of the photo.
const COVERAGE: usize = 1;
const LAYOUT: usize = 2;

/// A picture, and how VGG19 sees it.
pub struct View<'p> {
    /// The picture.
    pub picture: &'p Picture,
    /// Its features at each layer.
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
    /// Above columns of them.
    pub const HEADINGS: &str = "   style  missing  foreign   layout    edges   colour    grain   border";

    /// Of a result, the photo at its size, and the painting.
    pub fn of(result: &View, photo: &View, painting: &View) -> Scores {
        let [own, style] = [result, painting].map(|view| unit(&view.maps[COVERAGE]));
        let Likeness { edges, colour, grain, border } = Likeness::of(result.picture, photo.picture, painting.picture);
        Scores([
            manner(result, photo, painting),
            mean_nearest_distance(&style, &own),
            mean_nearest_distance(&own, &style),
            layout(result, photo),
            edges,
            colour,
            grain,
            border,
        ])
    }

    /// The distance from the painting's manner, R.
    pub fn style(&self) -> f64 {
        self.0[0]
    }

    /// What of the painting is found nowhere in the result.
    pub fn missing(&self) -> f64 {
        self.0[1]
    }

    /// The distance from the photo's layout.
    pub fn layout(&self) -> f64 {
        self.0[3]
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

/// R of a result: how far it is from the painting's manner, in units of the photo's distance.
pub fn manner(result: &View, photo: &View, painting: &View) -> f64 {
    let distance = |view: &View| {
        let layers = view.maps.iter().zip(&painting.maps);
        layers.map(|(own, style)| style_distance(own, style)).sum::<f64>() / painting.maps.len() as f64
    };
    distance(result) / distance(photo)
}

/// How far a result is from the photo's layout.
pub fn layout(result: &View, photo: &View) -> f64 {
    self_similarity(&result.maps[LAYOUT], &photo.maps[LAYOUT])
}

/// The value in the middle; the mean of the two that are.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    f64::midpoint(low, high)
}

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
fn mean_nearest_distance(a: &Map, b: &Map) -> f64 {
    let nearest = |row: &[f32]| b.values.chunks_exact(b.channels).map(|own| cosine(row, own)).fold(-1.0, f32::max);
    let positions = (a.values.len() / a.channels) as f64;
    a.values.chunks_exact(a.channels).map(|row| 1.0 - f64::from(nearest(row))).sum::<f64>() / positions
}

/// Mean absolute difference of the two matrices of cosine similarities between all positions.
fn self_similarity(a: &Map, b: &Map) -> f64 {
    let (a, b) = (unit(a), unit(b));
    let likeness = |map: &Map, i: usize, j: usize| {
        let row = |at: usize| &map.values[at * map.channels..][..map.channels];
        cosine(row(i), row(j))
    };
    let positions = a.values.len() / a.channels;
    let mut total = 0.0;
    for i in 0..positions {
        for j in 0..positions {
            total += f64::from((likeness(&a, i, j) - likeness(&b, i, j)).abs());
        }
    }
    total / (positions * positions) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::random::normal;

    fn noise(channels: usize, positions: u32, shift: f32) -> Map {
        let values = (0..positions * channels as u32).map(|i| normal(7, 0, i) as f32 + shift).collect();
        Map { channels, values }
    }

    #[test]
    fn what_is_missing_is_not_what_is_foreign() {
        let axis = |c: usize| (0..8).map(|i| if i == c { 1.0 } else { 0.0 }).collect::<Vec<f32>>();
        let one = Map { channels: 8, values: axis(0) };
        let two = Map { channels: 8, values: [axis(0), axis(1)].concat() };
        assert_eq!((mean_nearest_distance(&one, &two), mean_nearest_distance(&two, &one)), (0.0, 0.5));
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
    fn the_median_of_an_even_count_is_between() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}
