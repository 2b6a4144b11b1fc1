//! The gradient through a ReLU.

use super::Map;

/// d_y where the ReLU's output y is positive, else 0.
pub fn record(y: &Map, d_y: &Map) -> Map {
    y.combine(d_y, |y, d| if y > 0.0 { d } else { 0.0 })
}
