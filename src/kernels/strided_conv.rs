//! Convolution with a stride, forward and to the input.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    in_height: u32,
    in_width: u32,
    in_blocks: u32,
    out_height: u32,
    out_width: u32,
    out_blocks: u32,
    kernel: u32,
    stride: u32,
}

/// The way down.
pub const FORWARD: Kernel = kernel!("strided_conv", [8, 8, 1], Params, [Read, Read, Write]);
/// The gradient to the input.
pub const BACKWARD: Kernel = kernel!("strided_conv_backward", LINE, Params, [Read, Read, Write]);

/// Pixels of a row, and output blocks, that one invocation makes.
const TILE: u32 = 4;
const BLOCKS: u32 = 2;

/// How a convolution steps over its input, which has its padding already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stride {
    /// Width and height of the kernel.
    pub kernel: u32,
    /// Pixels of the input from one pixel of the output to the next.
    pub stride: u32,
}

impl Stride {
    /// The output of an input of `shape`, with `channels`.
    pub fn output(&self, shape: Shape, channels: u32) -> Shape {
        let positions = |count: u32| (count - self.kernel) / self.stride + 1;
        Shape::new(positions(shape.height), positions(shape.width), channels)
    }

    fn check(&self, x: &Tensor, weights: &Tensor, y: &Tensor) {
        let (from, to) = (x.shape(), y.shape());
        assert_eq!(self.output(from, to.channels), to, "output shape of {}", y.label());
        let tiles = u64::from(from.blocks() * to.blocks() * self.kernel * self.kernel);
        assert_eq!(weights.shape().bytes(), tiles * 64, "size of the weights {}", weights.label());
    }

    /// From a map of shape `x` to one of shape `y`.
    fn params(&self, x: Shape, y: Shape) -> Params {
        Params {
            in_height: x.height,
            in_width: x.width,
            in_blocks: x.blocks(),
            out_height: y.height,
            out_width: y.width,
            out_blocks: y.blocks(),
            kernel: self.kernel,
            stride: self.stride,
        }
    }
}

/// y = convolution of x; `weights` as [`super::conv::pack`] lays them out.
pub fn forward(rec: &mut Recorder, x: &Tensor, weights: &Tensor, stride: Stride, y: &Tensor) {
    stride.check(x, weights, y);
    let to = y.shape();
    let threads = [to.width.div_ceil(TILE) * to.height, to.blocks().div_ceil(BLOCKS), 1];
    rec.dispatch(&FORWARD, &stride.params(x.shape(), to), &[x, weights, y], Grid::over(&FORWARD, threads));
}

/// d_x = gradient of [`forward`] to its input; `weights` are the same.
pub fn backward(rec: &mut Recorder, d_y: &Tensor, weights: &Tensor, stride: Stride, d_x: &Tensor) {
    stride.check(d_x, weights, d_y);
    let (x, params) = (d_x.shape(), stride.params(d_x.shape(), d_y.shape()));
    rec.dispatch(&BACKWARD, &params, &[d_y, weights, d_x], Grid::line(&BACKWARD, x.vectors()));
}
