//! This turns a picture's colours into another's, so that a painting can lend its strokes and not its palette (Gatys et al.
//! 2017, "Controlling perceptual factors in neural style transfer", section 5).

use super::super::Picture;

/// How colours are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Mean and covariance, by the linear map that moves colours least (Pitie & Kokaram 2007, "The linear
    /// Monge-Kantorovitch linear colour mapping").
    Linear,
    /// The histogram of red, of green and of blue.
    Histogram,
}

type Matrix = [[f64; 3]; 3];

/// Mean and covariance of the three colours.
type Moments = ([f64; 3], Matrix);

/// `picture` in the colours of `model`; alpha stays.
#[must_use]
pub fn matched(picture: &Picture, model: &Picture, how: Match) -> Picture {
    match how {
        Match::Linear => linear(picture, model),
        Match::Histogram => histogram(picture, model),
    }
}

/// y = A (x - mean) + mean', A = S^-1/2 (S^1/2 C S^1/2)^1/2 S^-1/2 with the covariances S of `picture` and C of `model`.
fn linear(picture: &Picture, model: &Picture) -> Picture {
    let ((from, s), (to, c)) = (moments(picture), moments(model));
    let root = apply_to_eigenvalues(s, |value| value.max(FLOOR).sqrt());
    let inverse = apply_to_eigenvalues(s, |value| 1.0 / value.max(FLOOR).sqrt());
    let middle = apply_to_eigenvalues(product(product(root, c), root), |value| value.max(0.0).sqrt());
    let a = product(product(inverse, middle), inverse);
    let a = a.map(|row| row.map(|entry| entry as f32));
    let (from, to) = (from.map(|mean| mean as f32), to.map(|mean| mean as f32));
    recoloured(picture, |rgb| {
        let apart = [0, 1, 2].map(|i| rgb[i] - from[i]);
        [0, 1, 2].map(|row| to[row] + a[row][0] * apart[0] + a[row][1] * apart[1] + a[row][2] * apart[2])
    })
}

/// A variance below this, a 250th of the range of colours, is noise that must not be blown up.
const FLOOR: f64 = 1.6e-5;

/// Of large pictures, every so many-th pixel tells.
fn moments(picture: &Picture) -> Moments {
    let every = (picture.rgba.len() / 4).div_ceil(SAMPLES) | 1; // odd, so that it is out of step with most widths
    let pixels = || picture.rgba.chunks_exact(4).step_by(every);
    let count = pixels().len().max(1) as f64;
    let mut mean = [0.0; 3];
    for pixel in pixels() {
        (0..3).for_each(|i| mean[i] += f64::from(pixel[i]) / count);
    }
    let mut covariance = [[0.0; 3]; 3];
    for pixel in pixels() {
        let apart = [0, 1, 2].map(|i| f64::from(pixel[i]) - mean[i]);
        for (row, a) in covariance.iter_mut().zip(apart) {
            row.iter_mut().zip(apart).for_each(|(entry, b)| *entry += a * b / count);
        }
    }
    (mean, covariance)
}

/// The mean of so many random pixels of deviation 0.3 has one of 0.0006: far finer than a file's 256 steps.
const SAMPLES: usize = 1 << 18;

fn product(a: Matrix, b: Matrix) -> Matrix {
    let entry = |row: usize, column: usize| (0..3).map(|i| a[row][i] * b[i][column]).sum();
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| entry(row, column)))
}

/// V f(D) V' of a symmetric matrix V D V', by Jacobi's rotations.
fn apply_to_eigenvalues(mut d: Matrix, f: impl Fn(f64) -> f64) -> Matrix {
    let mut v = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    // They converge quadratically: after a few rounds nothing is left beside the diagonal.
    for _ in 0..8 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            let angle = 0.5 * (2.0 * d[p][q]).atan2(d[q][q] - d[p][p]);
            let mut rotation = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
            (rotation[p][p], rotation[q][q]) = (angle.cos(), angle.cos());
            (rotation[p][q], rotation[q][p]) = (angle.sin(), -angle.sin());
            d = product(product(transposed(rotation), d), rotation);
            v = product(v, rotation);
        }
    }
    let mut diagonal = [[0.0; 3]; 3];
    (0..3).for_each(|i| diagonal[i][i] = f(d[i][i]));
    product(product(v, diagonal), transposed(v))
}

fn transposed(m: Matrix) -> Matrix {
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| m[column][row]))
}

/// Steps of a histogram: finer than the 256 of a file, as pictures were resampled.
const STEPS: usize = 1024;

/// Each colour of `picture` moved to where the same share of `model` lies below it.
fn histogram(picture: &Picture, model: &Picture) -> Picture {
    let curves = [0, 1, 2].map(|colour| {
        let (from, to) = (shares(picture, colour), shares(model, colour));
        let mut step = 0;
        from.iter()
            .map(|&share| {
                while step + 1 < STEPS && to[step] < share {
                    step += 1;
                }
                step as f32 / (STEPS - 1) as f32
            })
            .collect::<Vec<_>>()
    });
    recoloured(picture, |rgb| [0, 1, 2].map(|colour| curves[colour][step_of(rgb[colour])]))
}

/// The share of pixels at or below each step, counting half of those at it.
fn shares(picture: &Picture, colour: usize) -> Vec<f64> {
    let mut counts = vec![0u32; STEPS];
    picture.rgba.chunks_exact(4).for_each(|pixel| counts[step_of(pixel[colour])] += 1);
    let pixels = (picture.rgba.len() / 4).max(1) as f64;
    let mut below = 0.0;
    let middle = |count: &u32| {
        let share = f64::from(*count) / pixels;
        below += share;
        below - share / 2.0
    };
    counts.iter().map(middle).collect()
}

fn step_of(value: f32) -> usize {
    (value.clamp(0.0, 1.0) * (STEPS - 1) as f32).round() as usize
}

fn recoloured(picture: &Picture, colour: impl Fn([f32; 3]) -> [f32; 3]) -> Picture {
    let mut rgba = picture.rgba.clone();
    for pixel in rgba.chunks_exact_mut(4) {
        let changed = colour([pixel[0], pixel[1], pixel[2]]);
        pixel.iter_mut().zip(changed).for_each(|(value, changed)| *value = changed.clamp(0.0, 1.0));
    }
    Picture::new(picture.width, picture.height, rgba)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::normal;

    /// Noise with correlated colours around a mean.
    fn noise(seed: u32, mean: f64, spread: [f64; 3]) -> Picture {
        let pixel = |i: u32| {
            let n = [0, 1, 2].map(|colour| normal(seed, 2 * colour, i));
            let shared = n[0];
            let value = |c: usize| (mean + spread[c] * (0.7 * shared + 0.7 * n[c])).clamp(0.0, 1.0) as f32;
            [value(0), value(1), value(2), 1.0]
        };
        Picture::new(64, 64, (0..64 * 64).flat_map(pixel).collect())
    }

    #[test]
    fn the_linear_map_brings_mean_and_covariance() {
        let (picture, model) = (noise(1, 0.4, [0.05, 0.1, 0.02]), noise(2, 0.6, [0.03, 0.02, 0.08]));
        let (mean, covariance) = moments(&matched(&picture, &model, Match::Linear));
        let (wanted_mean, wanted) = moments(&model);
        for i in 0..3 {
            assert!((mean[i] - wanted_mean[i]).abs() < 1e-3);
            for j in 0..3 {
                assert!((covariance[i][j] - wanted[i][j]).abs() < 2e-5, "{covariance:?} {wanted:?}");
            }
        }
    }

    #[test]
    fn the_histogram_is_the_models() {
        let (picture, model) = (noise(1, 0.4, [0.05, 0.1, 0.02]), noise(2, 0.6, [0.03, 0.02, 0.08]));
        let result = matched(&picture, &model, Match::Histogram);
        for colour in 0..3 {
            let sorted = |picture: &Picture| {
                let mut values: Vec<f32> = picture.rgba.iter().skip(colour).step_by(4).copied().collect();
                values.sort_unstable_by(f32::total_cmp);
                values
            };
            let (own, wanted) = (sorted(&result), sorted(&model));
            let worst = own.iter().zip(&wanted).skip(40).take(4000).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 0.01, "{worst}");
        }
    }

    #[test]
    fn a_picture_matched_with_itself_stays() {
        let picture = noise(3, 0.5, [0.1, 0.05, 0.08]);
        for how in [Match::Linear, Match::Histogram] {
            let same = matched(&picture, &picture, how);
            let worst = same.rgba.iter().zip(&picture.rgba).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 2e-3, "{how:?} {worst}");
        }
    }

    #[test]
    fn one_flat_colour_becomes_the_models_mean() {
        let flat = Picture::flat(4, 4, [0.2, 0.2, 0.2]);
        let model = noise(4, 0.6, [0.05; 3]);
        let (mean, covariance) = moments(&matched(&flat, &model, Match::Linear));
        assert!((mean[1] - moments(&model).0[1]).abs() < 1e-4 && covariance[1][1] < 1e-9);
    }
}
