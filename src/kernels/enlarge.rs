//! Enlarging by 2 with copies, and its gradient.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    height: u32,
    width: u32,
    blocks: u32,
}

/// Copies.
pub const FORWARD: Kernel = kernel!("enlarge", LINE, Params, [Read, Write]);
/// Gathers the copies' gradients.
pub const BACKWARD: Kernel = kernel!("enlarge_backward", LINE, Params, [Read, Write]);

/// The enlarged shape.
pub fn output(shape: Shape) -> Shape {
    Shape { height: 2 * shape.height, width: 2 * shape.width, ..shape }
}

/// y = x, every position four times.
pub fn forward(rec: &mut Recorder, x: &Tensor, y: &Tensor) {
    record(rec, &FORWARD, x.shape(), [x, y], [x, y]);
}

/// d_x = gradient of [`forward`].
pub fn backward(rec: &mut Recorder, d_y: &Tensor, d_x: &Tensor) {
    record(rec, &BACKWARD, d_x.shape(), [d_x, d_y], [d_y, d_x]);
}

fn record(rec: &mut Recorder, kernel: &Kernel, shape: Shape, [small, large]: [&Tensor; 2], tensors: [&Tensor; 2]) {
    assert_eq!(output(small.shape()), large.shape(), "shape of {}", large.label());
    let params = Params { height: shape.height, width: shape.width, blocks: shape.blocks() };
    rec.dispatch(kernel, &params, &tensors, Grid::line(kernel, tensors[1].shape().vectors()));
}
