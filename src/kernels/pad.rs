//! Replicate padding and its gradient.

use super::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ForwardParams {
    height: u32,
    width: u32,
    blocks: u32,
    radius: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct BackwardParams {
    height: u32,
    width: u32,
    blocks: u32,
    radius: u32,
    accumulate: u32,
}

/// Copies the border outwards.
pub const FORWARD: Kernel = kernel!("pad_forward", LINE, ForwardParams, [Read, Write]);
/// Gathers the copies' gradients.
pub const BACKWARD: Kernel = kernel!("pad_backward", LINE, BackwardParams, [Read, Write]);

/// The padded shape.
pub fn output(shape: Shape, radius: u32) -> Shape {
    Shape { height: shape.height + 2 * radius, width: shape.width + 2 * radius, ..shape }
}

/// y = x with `radius` more rows and columns on every side.
pub fn forward(rec: &mut Recorder, x: &Tensor, radius: u32, y: &Tensor) {
    assert_eq!(output(x.shape(), radius), y.shape(), "output shape of pad");
    let Shape { height, width, .. } = x.shape();
    let params = ForwardParams { height, width, blocks: x.shape().blocks(), radius };
    rec.dispatch(&FORWARD, &params, &[x, y], Grid::line(&FORWARD, y.shape().vectors()));
}

/// d_x (+)= gradient of [`forward`].
pub fn backward(rec: &mut Recorder, d_y: &Tensor, radius: u32, d_x: &Tensor, accumulate: bool) {
    assert_eq!(output(d_x.shape(), radius), d_y.shape(), "input shape of pad's gradient");
    let Shape { height, width, .. } = d_x.shape();
    let params = BackwardParams { height, width, blocks: d_x.shape().blocks(), radius, accumulate: accumulate.into() };
    rec.dispatch(&BACKWARD, &params, &[d_y, d_x], Grid::line(&BACKWARD, d_x.shape().vectors()));
}
