//! An affine map of each pixel's channels, and its gradient.

use super::Map;

/// y = matrix * x + offset, for the three colours of x.
pub fn forward(x: &Map, matrix: &[[f32; 3]; 3], offset: [f32; 3]) -> Map {
    Map::from_fn(x.height, x.width, 3, |row, column, output| {
        let products = (0..3).map(|input| f64::from(matrix[output][input]) * x.at(row, column, input));
        f64::from(offset[output]) + products.sum::<f64>()
    })
}

/// d_x = transposed matrix * d_y.
pub fn backward(d_y: &Map, matrix: &[[f32; 3]; 3]) -> Map {
    Map::from_fn(d_y.height, d_y.width, 3, |row, column, input| {
        (0..3).map(|output| f64::from(matrix[output][input]) * d_y.at(row, column, output)).sum()
    })
}
