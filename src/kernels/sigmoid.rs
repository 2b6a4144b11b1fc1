//! Numbers of any size turned into colours, and the gradient.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ForwardParams {
    in_width: u32,
    height: u32,
    width: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct BackwardParams {
    pixels: u32,
}

/// The way down.
pub const FORWARD: Kernel = kernel!("sigmoid", LINE, ForwardParams, [Read, Write]);
/// The gradient.
pub const BACKWARD: Kernel = kernel!("sigmoid_backward", LINE, BackwardParams, [Read, Read, Write]);

/// y = 1 / (1 + exp(-x)), a picture; what x has to the right of it and below is left out.
pub fn forward(rec: &mut Recorder, x: &Tensor, y: &Tensor) {
    let (from, to) = (x.shape(), y.shape());
    assert!(from.height >= to.height && from.width >= to.width, "shape of {}", y.label());
    assert_eq!((from.channels, to.blocks()), (3, 1), "channels of {}", y.label());
    let params = ForwardParams { in_width: from.width, height: to.height, width: to.width };
    rec.dispatch(&FORWARD, &params, &[x, y], Grid::line(&FORWARD, to.pixels()));
}

/// d_x = gradient of [`forward`], where x is as large as y.
pub fn backward(rec: &mut Recorder, y: &Tensor, d_y: &Tensor, d_x: &Tensor) {
    let pixels = y.shape().pixels();
    assert_eq!((d_y.shape().pixels(), d_x.shape().pixels()), (pixels, pixels), "shape of {}", d_x.label());
    rec.dispatch(&BACKWARD, &BackwardParams { pixels }, &[y, d_y, d_x], Grid::line(&BACKWARD, pixels));
}
