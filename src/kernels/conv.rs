//! Convolution, forward and to the input; also the 1x1 product that takes a style gradient back to the features.

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
    pad: u32,
    relu: u32,
    accumulate: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("conv", [8, 8, 1], Params, [Read, Read, Read, Write]);

/// The same for outputs of a single block: at most four channels, as pictures have.
pub const SINGLE: Kernel = Kernel { name: "conv_single", constants: &[("BLOCKS", 1.0)], ..KERNEL };

/// Pixels of a row that one invocation makes.
const TILE: u32 = 16;

/// How a convolution meets its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Width and height of the kernel.
    pub kernel: u32,
    /// Rows and columns of zeros around the input.
    pub pad: u32,
}

impl Window {
    /// The output of an input of `shape`, with `channels`.
    pub fn output(&self, shape: Shape, channels: u32) -> Shape {
        let grow = |n: u32| n + 2 * self.pad + 1 - self.kernel;
        Shape::new(grow(shape.height), grow(shape.width), channels)
    }

    /// The window of the gradient: a full correlation with the flipped kernel.
    pub fn backward(&self) -> Window {
        Window { kernel: self.kernel, pad: self.kernel - 1 - self.pad }
    }
}

/// y = convolution of x, through a ReLU if asked. `weights` as [`pack`] lays them out; `bias` is a vector of y's
/// channels.
pub fn forward(
    rec: &mut Recorder,
    x: &Tensor,
    weights: &Tensor,
    bias: &Tensor,
    window: Window,
    relu: bool,
    y: &Tensor,
) {
    record(rec, x, weights, bias, window, relu, y, false);
}

/// d_x = gradient of the convolution to its input. `flipped` as [`pack_flipped`] lays the weights out; `zeros` is a
/// vector of zeros of x's channels.
pub fn backward(
    rec: &mut Recorder,
    d_y: &Tensor,
    flipped: &Tensor,
    zeros: &Tensor,
    window: Window,
    d_x: &Tensor,
    accumulate: bool,
) {
    record(rec, d_y, flipped, zeros, window.backward(), false, d_x, accumulate);
}

/// y (+)= matrix * x + bias at every position; `matrix` in 4x4 tiles as [`Shape::matrix`] says.
pub fn pointwise(rec: &mut Recorder, x: &Tensor, matrix: &Tensor, bias: &Tensor, y: &Tensor, accumulate: bool) {
    record(rec, x, matrix, bias, Window { kernel: 1, pad: 0 }, false, y, accumulate);
}

#[allow(clippy::too_many_arguments)] // the one place where all of them meet
fn record(
    rec: &mut Recorder,
    x: &Tensor,
    weights: &Tensor,
    bias: &Tensor,
    window: Window,
    relu: bool,
    y: &Tensor,
    accumulate: bool,
) {
    let (from, to) = (x.shape(), y.shape());
    assert_eq!(window.output(from, to.channels), to, "output shape of conv to {}", y.label());
    let tiles = u64::from(from.blocks() * to.blocks() * window.kernel * window.kernel);
    assert_eq!(weights.shape().bytes(), tiles * 64, "size of the weights {}", weights.label());
    assert_eq!(bias.shape().blocks(), to.blocks(), "size of the bias {}", bias.label());
    let params = Params {
        in_height: from.height,
        in_width: from.width,
        in_blocks: from.blocks(),
        out_height: to.height,
        out_width: to.width,
        out_blocks: to.blocks(),
        kernel: window.kernel,
        pad: window.pad,
        relu: relu.into(),
        accumulate: accumulate.into(),
    };
    let (kernel, blocks) = if to.blocks() == 1 { (&SINGLE, 1) } else { (&KERNEL, 2) };
    let threads = [to.width.div_ceil(TILE) * to.height, to.blocks().div_ceil(blocks), 1];
    rec.dispatch(kernel, &params, &[x, weights, bias, y], Grid::over(kernel, threads));
}

/// The shape of packed weights: one 4x4 tile is four vectors.
pub fn packed_shape(outputs: usize, inputs: usize, kernel: usize) -> Shape {
    let tiles = outputs.div_ceil(4) * inputs.div_ceil(4) * kernel * kernel;
    Shape::new(1, (tiles * 4) as u32, 4)
}

/// Lays OIHW weights out for the shader: C'/4, kernel, kernel, C/4 tiles; in a tile a column is an input channel.
pub fn pack(weights: &[f32], outputs: usize, inputs: usize, kernel: usize) -> Vec<f32> {
    pack_with(outputs, inputs, kernel, |o, i, j, k| weights[((o * inputs + i) * kernel + j) * kernel + k])
}

/// The same for the gradient: outputs and inputs change places, and the kernel is turned by half a turn.
pub fn pack_flipped(weights: &[f32], outputs: usize, inputs: usize, kernel: usize) -> Vec<f32> {
    let last = kernel - 1;
    pack_with(inputs, outputs, kernel, |o, i, j, k| weights[((i * inputs + o) * kernel + last - j) * kernel + last - k])
}

fn pack_with(
    outputs: usize,
    inputs: usize,
    kernel: usize,
    weight: impl Fn(usize, usize, usize, usize) -> f32,
) -> Vec<f32> {
    let blocks = inputs.div_ceil(4);
    let mut packed = vec![0.0; outputs.div_ceil(4) * kernel * kernel * blocks * 16];
    for o in 0..outputs {
        for j in 0..kernel {
            for k in 0..kernel {
                for i in 0..inputs {
                    let tile = ((o / 4 * kernel + j) * kernel + k) * blocks + i / 4;
                    packed[tile * 16 + i % 4 * 4 + o % 4] = weight(o, i, j, k);
                }
            }
        }
    }
    packed
}
