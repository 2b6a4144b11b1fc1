//! The inner product of two maps.

use super::Map;

/// sum over e of a[e] * b[e].
pub fn record(a: &Map, b: &Map) -> f64 {
    a.combine(b, |a, b| a * b).values.iter().sum()
}
