//! Scaling a matrix and raising its diagonal.

use super::Map;

/// y = factor x + ridge I.
pub fn record(x: &Map, factor: f64, ridge: f64) -> Map {
    Map::from_fn(x.height, x.width, 1, |row, column, _| {
        factor * x.at(row, column, 0) + if row == column { ridge } else { 0.0 }
    })
}
