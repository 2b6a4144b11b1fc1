//! 2x2 pooling and its gradient.

use super::Map;
use crate::choices::Pooling;

/// The positions of a window, in the order in which ties are decided.
const WINDOW: [(usize, usize); 4] = [(0, 0), (0, 1), (1, 0), (1, 1)];

/// y[v, u] = mean, maximum or root of the mean square of x over rows 2v, 2v + 1 and columns 2u, 2u + 1; an odd last row or column is left out.
pub fn forward(x: &Map, pooling: Pooling) -> Map {
    Map::from_fn(x.height / 2, x.width / 2, x.channels, |v, u, channel| {
        let window = WINDOW.map(|(j, i)| x.at(2 * v + j, 2 * u + i, channel));
        match pooling {
            Pooling::Average => window.iter().sum::<f64>() / 4.0,
            Pooling::Max => window.into_iter().fold(f64::NEG_INFINITY, f64::max),
            Pooling::L2 => (window.iter().map(|x| x * x).sum::<f64>() / 4.0).sqrt(),
        }
    })
}

/// A quarter of d_y to every position of the window, or all of it to the first of the largest, or to each x / (4 y).
pub fn backward(x: &Map, d_y: &Map, pooling: Pooling) -> Map {
    let y = forward(x, pooling);
    let mut d_x = Map::zeros(x.height, x.width, x.channels);
    d_y.clone().each(|v, u, channel, d| match pooling {
        Pooling::L2 => {
            let root = y.at(v, u, channel);
            for (j, i) in WINDOW {
                let share = if root > 0.0 { x.at(2 * v + j, 2 * u + i, channel) / (4.0 * root) } else { 0.0 };
                *d_x.at_mut(2 * v + j, 2 * u + i, channel) += *d * share;
            }
        }
        Pooling::Average => {
            for (j, i) in WINDOW {
                *d_x.at_mut(2 * v + j, 2 * u + i, channel) += *d / 4.0;
            }
        }
        Pooling::Max => {
            let largest = |(j, i): &&(usize, usize)| x.at(2 * v + j, 2 * u + i, channel) == y.at(v, u, channel);
            let (j, i) = WINDOW.iter().find(largest).expect("a window holds its maximum");
            *d_x.at_mut(2 * v + j, 2 * u + i, channel) += *d;
        }
    });
    d_x
}
