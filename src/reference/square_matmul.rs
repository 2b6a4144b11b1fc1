//! Products of square matrices.

use super::Map;

/// y = factor a b + diagonal I.
pub fn record(a: &Map, b: &Map, factor: f64, diagonal: f64) -> Map {
    Map::from_fn(a.height, b.width, 1, |row, column, _| {
        let sum: f64 = (0..a.width).map(|k| a.at(row, k, 0) * b.at(k, column, 0)).sum();
        factor * sum + if row == column { diagonal } else { 0.0 }
    })
}
