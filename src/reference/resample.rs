//! Resampling along one axis with a table of taps.

use super::Map;
use crate::image::Taps;
use crate::kernels::resample::Axis;

/// y[o] = sum over t of weights[o, t] * x[start[o] + t] along `axis`, then clamped to 0..1 if asked.
pub fn record(x: &Map, table: &Taps, axis: Axis, clamp_unit: bool) -> Map {
    let outputs = table.start.len();
    let sum = |o: usize, x: &dyn Fn(usize) -> f64| {
        let first = table.start[o] as usize;
        let sum = (0..table.width).map(|t| f64::from(table.weights[o * table.width + t]) * x(first + t)).sum::<f64>();
        if clamp_unit { sum.clamp(0.0, 1.0) } else { sum }
    };
    match axis {
        Axis::Across => {
            Map::from_fn(x.height, outputs, x.channels, |row, o, channel| sum(o, &|column| x.at(row, column, channel)))
        }
        Axis::Down => {
            Map::from_fn(outputs, x.width, x.channels, |o, column, channel| sum(o, &|row| x.at(row, column, channel)))
        }
    }
}
