//! A map as a guide lets its pixels count.

use super::Map;

/// y = w (x - s), with a weight for each pixel.
pub fn record(x: &Map, s: &[f64], w: &[f64]) -> Map {
    Map::from_fn(x.height, x.width, x.channels, |row, column, channel| {
        w[row * x.width + column] * (x.at(row, column, channel) - s[channel])
    })
}
