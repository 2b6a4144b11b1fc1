//! This turns pictures into filters that fit them: each answers to one patch of a picture, and as little as can be to what
//! patches of these pictures have in common.
//!
//! Such a filter is w = C^-1 d of a patch d, with C the patches' covariance: the least square of its response over all
//! patches for a given response to its own (Hariharan, Malik, Ramanan 2012, "Discriminative decorrelation for clustering
//! and classification"). Whitened patches are a dictionary about as good as a learned one (Coates, Ng 2011, "The importance
//! of encoding versus training with sparse coding and vector quantization").

use super::filter_bank::{COLOURS, KERNEL};
use crate::random::uniform;

/// A picture at one level of the pyramid: `[height, width, 4]`, around 0; the fourth lane is not looked at.
pub struct Level {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Values, row by row.
    pub values: Vec<f32>,
}

/// Numbers in a patch: colour after colour, row by row.
const ENTRIES: usize = COLOURS * KERNEL * KERNEL;

/// Patches that are looked at of each picture: many more than the covariance has rows.
const PATCHES: usize = 2000;

/// What is added to the covariance's diagonal, in units of its mean: without it, filters answer to noise.
const RIDGE: f64 = 0.1;

/// Streams of the patches' places, far from those of filters and noise; a few for each level, one for each picture.
const PLACE_STREAM: u32 = 1 << 17;
const PICTURES: u32 = 1 << 8;

/// Below this squared length a patch is flat, and says nothing.
const FLAT: f64 = 1e-9;

type Patch = Vec<f64>;

/// `count` filters of length 1 for a level of the pyramid; none where the patch that a filter should answer to is flat.
/// Without any picture there are none. Patches come from the pictures in turn. Places are drawn from `seed`.
pub fn filters(seed: u32, level: usize, count: usize, pictures: &[&Level]) -> Vec<Option<Patch>> {
    let sampled: Vec<Vec<Patch>> = (0..).zip(pictures).map(|(index, own)| sample(seed, level, index, own)).collect();
    let factor = (!sampled.is_empty()).then(|| cholesky(covariance(&sampled))).flatten();
    let Some(factor) = factor else { return vec![None; count] };
    (0..count)
        .map(|filter| {
            let patch = &sampled[filter % sampled.len()][filter / sampled.len() % PATCHES];
            (square(patch) > FLAT).then(|| {
                let mut solved = solve(&factor, patch);
                let length = square(&solved).sqrt();
                solved.iter_mut().for_each(|value| *value /= length);
                solved
            })
        })
        .collect()
}

/// Patches around places drawn at random, each colour's mean taken off; beyond the edges the picture is mirrored.
fn sample(seed: u32, level: usize, picture: u32, own: &Level) -> Vec<Patch> {
    let stream = PLACE_STREAM + PICTURES * level as u32 + picture;
    let place = |index: u32, count: usize| (uniform(seed, stream, index) * count as f64) as isize;
    (0..PATCHES as u32).map(|index| patch(own, place(2 * index, own.height), place(2 * index + 1, own.width))).collect()
}

fn patch(own: &Level, row: isize, column: isize) -> Patch {
    let reach = (KERNEL / 2) as isize;
    let mut values = Vec::with_capacity(ENTRIES);
    for colour in 0..COLOURS {
        for v in row - reach..=row + reach {
            for u in column - reach..=column + reach {
                let pixel = mirrored(v, own.height) * own.width + mirrored(u, own.width);
                values.push(f64::from(own.values[4 * pixel + colour]));
            }
        }
        let plane = &mut values[colour * KERNEL * KERNEL..];
        let mean = plane.iter().sum::<f64>() / plane.len() as f64;
        plane.iter_mut().for_each(|value| *value -= mean);
    }
    values
}

/// A step back for each step beyond an edge, which stands there once.
fn mirrored(position: isize, count: usize) -> usize {
    let period = (2 * (count - 1)).max(1);
    let phase = position.unsigned_abs() % period;
    phase.min(period - phase)
}

/// The mean of d d^T over all patches, row by row, with the ridge.
fn covariance(sampled: &[Vec<Patch>]) -> Vec<f64> {
    let mut c = vec![0.0; ENTRIES * ENTRIES];
    let patches = sampled.iter().flatten();
    for patch in patches {
        for (row, value) in patch.iter().enumerate() {
            let own = &mut c[row * ENTRIES..row * ENTRIES + row + 1];
            own.iter_mut().zip(patch).for_each(|(sum, other)| *sum += value * other);
        }
    }
    let count = (sampled.len() * PATCHES) as f64;
    c.iter_mut().for_each(|sum| *sum /= count);
    let trace: f64 = (0..ENTRIES).map(|row| c[row * (ENTRIES + 1)]).sum();
    (0..ENTRIES).for_each(|row| c[row * (ENTRIES + 1)] += RIDGE * trace / ENTRIES as f64);
    c
}

/// The lower triangle L of C = L L^T in place; none if C is not positive, as of flat pictures.
fn cholesky(mut c: Vec<f64>) -> Option<Vec<f64>> {
    for row in 0..ENTRIES {
        for column in 0..=row {
            let (above, own) = c.split_at(row * ENTRIES);
            let other = if column == row { own } else { &above[column * ENTRIES..] };
            let known: f64 = own[..column].iter().zip(&other[..column]).map(|(a, b)| a * b).sum();
            let rest = own[column] - known;
            c[row * ENTRIES + column] = match column == row {
                true if rest > FLAT * FLAT => rest.sqrt(),
                true => return None,
                false => rest / c[column * (ENTRIES + 1)],
            };
        }
    }
    Some(c)
}

/// x of L L^T x = d: forwards, then backwards.
fn solve(factor: &[f64], d: &[f64]) -> Patch {
    let at = |row: usize, column: usize| factor[row * ENTRIES + column];
    let mut x = d.to_vec();
    for row in 0..ENTRIES {
        let known: f64 = (0..row).map(|column| at(row, column) * x[column]).sum();
        x[row] = (x[row] - known) / at(row, row);
    }
    for row in (0..ENTRIES).rev() {
        let known: f64 = (row + 1..ENTRIES).map(|below| at(below, row) * x[below]).sum();
        x[row] = (x[row] - known) / at(row, row);
    }
    x
}

fn square(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::normal;

    fn noise(height: usize, width: usize) -> Level {
        let values = (0..height * width * 4).map(|index| normal(5, 0, index as u32) as f32).collect();
        Level { height, width, values }
    }

    #[test]
    fn a_filter_solves_its_patch() {
        let pictures = [noise(20, 30), noise(1, 2)];
        let sampled: Vec<_> = (0..).zip(&pictures).map(|(index, own)| sample(3, 1, index, own)).collect();
        let c = covariance(&sampled);
        for (filter, own) in filters(3, 1, 6, &pictures.each_ref()).iter().enumerate() {
            let own = own.as_ref().unwrap();
            let symmetric = |a: usize, b: usize| c[a.max(b) * ENTRIES + a.min(b)];
            let back: Patch = (0..ENTRIES).map(|a| (0..ENTRIES).map(|b| symmetric(a, b) * own[b]).sum()).collect();
            let patch = &sampled[filter % 2][filter / 2];
            let cosine: f64 =
                back.iter().zip(patch).map(|(a, b)| a * b).sum::<f64>() / (square(&back) * square(patch)).sqrt();
            assert!((cosine - 1.0).abs() < 1e-9 && (square(own) - 1.0).abs() < 1e-9, "filter {filter}: {cosine}");
        }
    }

    #[test]
    fn flat_pictures_have_no_filters() {
        let flat = || Level { height: 4, width: 4, values: vec![0.5; 64] };
        assert!(filters(1, 0, 5, &[&flat(), &flat()]).iter().all(Option::is_none));
    }
}
