//! An affine map of each pixel's channels, and its gradient.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    matrix: [[f32; 4]; 4],
    offset: [f32; 4],
    pixels: u32,
    accumulate: u32,
    pad: [u32; 2],
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("colour", LINE, Params, [Read, Write]);

/// y (+)= matrix * x + offset; rows of the matrix are output channels, columns red, green and blue.
pub fn forward(rec: &mut Recorder, x: &Tensor, y: &Tensor, matrix: &[[f32; 3]; 3], offset: [f32; 3], accumulate: bool) {
    let mut columns = [[0.0; 4]; 4];
    for (row, values) in matrix.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            columns[column][row] = *value;
        }
    }
    let [a, b, c] = offset;
    record(rec, x, y, columns, [a, b, c, 0.0], accumulate);
}

/// d_x = transposed matrix * d_y.
pub fn backward(rec: &mut Recorder, d_y: &Tensor, d_x: &Tensor, matrix: &[[f32; 3]; 3], accumulate: bool) {
    let mut columns = [[0.0; 4]; 4];
    for (row, values) in matrix.iter().enumerate() {
        columns[row][..3].copy_from_slice(values);
    }
    record(rec, d_y, d_x, columns, [0.0; 4], accumulate);
}

fn record(rec: &mut Recorder, x: &Tensor, y: &Tensor, matrix: [[f32; 4]; 4], offset: [f32; 4], accumulate: bool) {
    let pixels = x.shape().pixels();
    assert_eq!((pixels, 1, 1), (y.shape().pixels(), x.shape().blocks(), y.shape().blocks()), "shapes of colour");
    let params = Params { matrix, offset, pixels, accumulate: accumulate.into(), pad: [0; 2] };
    rec.dispatch(&KERNEL, &params, &[x, y], Grid::line(&KERNEL, pixels));
}
