//! Enlarging by 2 with copies, and its gradient.

use super::Map;

/// y[v, u] = x[v / 2, u / 2].
pub fn forward(x: &Map) -> Map {
    Map::from_fn(2 * x.height, 2 * x.width, x.channels, |v, u, c| x.at(v / 2, u / 2, c))
}

/// d_x[v / 2, u / 2] += d_y[v, u].
pub fn backward(d_y: &Map) -> Map {
    let mut d_x = Map::zeros(d_y.height / 2, d_y.width / 2, d_y.channels);
    d_y.clone().each(|v, u, c, d| *d_x.at_mut(v / 2, u / 2, c) += *d);
    d_x
}
