//! One level down a Gaussian pyramid, and its adjoint.

use super::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ForwardParams {
    height: u32,
    width: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct BackwardParams {
    height: u32,
    width: u32,
    accumulate: u32,
}

/// Blurs and takes every second pixel.
pub const FORWARD: Kernel = kernel!("pyramid_forward", LINE, ForwardParams, [Read, Write]);
/// Spreads the gradient back.
pub const BACKWARD: Kernel = kernel!("pyramid_backward", LINE, BackwardParams, [Read, Write]);

/// Half the size, rounded up.
pub fn output(shape: Shape) -> Shape {
    Shape { height: shape.height.div_ceil(2), width: shape.width.div_ceil(2), ..shape }
}

/// y = the next level of x; at most four channels.
pub fn forward(rec: &mut Recorder, x: &Tensor, y: &Tensor) {
    assert_eq!((output(x.shape()), 1), (y.shape(), x.shape().blocks()), "shapes of pyramid");
    let Shape { height, width, .. } = x.shape();
    let params = ForwardParams { height, width };
    rec.dispatch(&FORWARD, &params, &[x, y], Grid::line(&FORWARD, y.shape().pixels()));
}

/// d_x (+)= gradient of [`forward`].
pub fn backward(rec: &mut Recorder, d_y: &Tensor, d_x: &Tensor, accumulate: bool) {
    assert_eq!((output(d_x.shape()), 1), (d_y.shape(), d_x.shape().blocks()), "shapes of pyramid's gradient");
    let Shape { height, width, .. } = d_x.shape();
    let params = BackwardParams { height, width, accumulate: accumulate.into() };
    rec.dispatch(&BACKWARD, &params, &[d_y, d_x], Grid::line(&BACKWARD, d_x.shape().pixels()));
}
