//! Total variation and its gradient.

use super::Map;

/// Red, green and blue; alpha has no part in it.
const COLOURS: usize = 3;

/// L = weight (mean over the 3 H (W-1) steps to the right of step^2 + mean over the 3 (H-1) W steps down of step^2);
/// a direction without any steps counts nothing. Each step pulls its two ends together.
pub fn record(x: &Map, weight: f64) -> (f64, Map) {
    let (height, width) = (x.height, x.width);
    let mut loss = 0.0;
    let mut d_x = Map::zeros(height, width, x.channels);
    for (down, right) in [(0, 1), (1, 0)] {
        let (rows, columns) = (height - down, width - right);
        let share = weight / (COLOURS * rows * columns) as f64;
        for row in 0..rows {
            for column in 0..columns {
                for channel in 0..COLOURS {
                    let step = x.at(row + down, column + right, channel) - x.at(row, column, channel);
                    loss += share * step * step;
                    *d_x.at_mut(row + down, column + right, channel) += 2.0 * share * step;
                    *d_x.at_mut(row, column, channel) -= 2.0 * share * step;
                }
            }
        }
    }
    (loss, d_x)
}
