//! One level down a Gaussian pyramid, and its adjoint.

use super::Map;

/// The binomial blur (Burt & Adelson 1983).
const TAPS: [f64; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];

/// y[v, u] = sum over (j, i) of tap[j] * tap[i] * x[clamp(2v + j - 2), clamp(2u + i - 2)].
pub fn forward(x: &Map) -> Map {
    let mut y = Map::zeros(x.height.div_ceil(2), x.width.div_ceil(2), x.channels);
    y.each(|v, u, channel, y| {
        for (j, vertical) in TAPS.iter().enumerate() {
            for (i, horizontal) in TAPS.iter().enumerate() {
                *y += vertical * horizontal * x.at(source(v, j, x.height), source(u, i, x.width), channel);
            }
        }
    });
    y
}

/// d_x[clamp(2v + j - 2), clamp(2u + i - 2)] += tap[j] * tap[i] * d_y[v, u], for an x of `height` x `width`.
pub fn backward(d_y: &Map, height: usize, width: usize) -> Map {
    let mut d_x = Map::zeros(height, width, d_y.channels);
    d_y.clone().each(|v, u, channel, d| {
        for (j, vertical) in TAPS.iter().enumerate() {
            for (i, horizontal) in TAPS.iter().enumerate() {
                *d_x.at_mut(source(v, j, height), source(u, i, width), channel) += vertical * horizontal * *d;
            }
        }
    });
    d_x
}

fn source(position: usize, tap: usize, count: usize) -> usize {
    (2 * position + tap).saturating_sub(2).min(count - 1)
}
