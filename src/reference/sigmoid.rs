//! Numbers of any size turned into colours, and the gradient.

use super::Map;

/// y = 1 / (1 + exp(-x)).
pub fn forward(x: &Map) -> Map {
    x.combine(x, |x, _| 1.0 / (1.0 + (-x).exp()))
}

/// d_x = d_y * y * (1 - y).
pub fn backward(y: &Map, d_y: &Map) -> Map {
    y.combine(d_y, |y, d| d * y * (1.0 - y))
}
