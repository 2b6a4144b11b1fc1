//! The losses and their gradients: the twins of what stands in `objective/losses/`.

use super::Map;
use super::moments_loss::{Pair, squared_norm};
use super::square_matmul::{power, times, trace};

/// A norm or a second moment below this counts as this: a flat picture has none.
const SMALLEST: f64 = 1e-6;

/// The photo's features, and the norm of the loss.
#[derive(Debug, Clone, Copy)]
pub struct Photo<'t> {
    /// The photo's features.
    pub features: &'t Map,
    /// The divisor of the squared difference.
    pub norm: f64,
}

/// L = weight / norm * |x - x_t|^2 and d_x = 2 weight / norm * (x - x_t).
pub fn content(x: &Map, photo: &Photo, weight: f64) -> (f64, Map) {
    let norm = photo.norm.max(SMALLEST);
    let difference = x.combine(photo.features, |x, x_t| x - x_t);
    let loss = weight / norm * squared_norm(&difference);
    let d_x = difference.combine(&difference, |d, _| 2.0 * weight / norm * d);
    (loss, d_x)
}

/// Red, green and blue; alpha has no part in it.
const COLOURS: usize = 3;

/// L = weight (mean over the 3 H (W-1) steps to the right of step^2 + mean over the 3 (H-1) W steps down of step^2);
/// a direction without any steps counts nothing. Each step pulls its two ends together.
pub fn variation(x: &Map, weight: f64) -> (f64, Map) {
    let (height, width) = (x.height, x.width);
    let mut loss = 0.0;
    let mut d_x = Map::zeros(height, width, x.channels);
    for (down, right) in [(0, 1), (1, 0)] {
        let (rows, columns) = (height - down, width - right);
        let share = weight / (COLOURS * rows * columns) as f64;
        for row in 0..rows {
            for column in 0..columns {
                for channel in 0..COLOURS {
                    let step = x.at(row + down, column + right, channel) - x.at(row, column, channel);
                    loss += share * step * step;
                    *d_x.at_mut(row + down, column + right, channel) += 2.0 * share * step;
                    *d_x.at_mut(row, column, channel) -= 2.0 * share * step;
                }
            }
        }
    }
    (loss, d_x)
}

/// L = weight (|mu - mu_t|^2 + tr(S + T - 2 (T^1/2 S T^1/2)^1/2)) / m for the covariances S of the moments and T of the target
/// (Dowson & Landau 1982); m is tr T + |mu_t|^2 where that is wanted, or 1. The gradients come as those of
/// [`moments_loss`](super::moments_loss::record()).
pub fn wasserstein(moments: &Pair, target: &Pair, mass: f64, weight: f64, relative: bool) -> (f64, Pair) {
    let b = power(&target.sigma, 0.5);
    let m = times(&times(&b, &moments.sigma), &b);
    let between = power(&m, 0.5);
    let transport = times(&times(&b, &power(&m, -0.5)), &b);
    let mu = moments.mu.combine(&target.mu, |a, b| a - b);
    let moment = (trace(&target.sigma) + squared_norm(&target.mu)).max(SMALLEST);
    let scale = if relative { weight / moment } else { weight };
    let loss = scale * (squared_norm(&mu) + trace(&moments.sigma) + trace(&target.sigma) - 2.0 * trace(&between));
    let d_sigma = Map::from_fn(m.height, m.width, 1, |row, column, _| {
        let identity = if row == column { 1.0 } else { 0.0 };
        2.0 / mass * scale * (identity - transport.at(row, column, 0))
    });
    let d_mu = mu.combine(&mu, |difference, _| 1.0 / mass * (2.0 * scale * difference));
    (loss, Pair { sigma: d_sigma, mu: d_mu })
}
