//! Direct convolution, forward and to the input, of any window, channels and rows.

use super::gemm_variant::{GemmVariant, Work};
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    in_height: u32,
    in_width: u32,
    in_blocks: u32,
    rows: u32,
    out_width: u32,
    out_blocks: u32,
    kernel: u32,
    pad: u32,
    first_in: i32,
    first_out: u32,
    added: u32,
    relu: u32,
    scale: f32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("conv", [8, 8, 1], Params, [Source, Read, Read, Target]);

/// The same for inputs of three channels: a quarter less to multiply.
pub const FROM_PICTURE: Kernel = Kernel { name: "conv_from_picture", constants: &[("CHANNELS", 3.0)], ..KERNEL };

/// The same for outputs of three channels.
pub const TO_PICTURE: Kernel =
    Kernel { name: "conv_to_picture", constants: &[("BLOCKS", 1.0), ("OUTPUTS", 3.0)], ..KERNEL };

/// The same three by half as many pixels for each invocation.
pub const SHORT: Kernel = Kernel { name: "conv_short", constants: &[("TILE", 8.0)], ..KERNEL };
/// See [`SHORT`].
pub const SHORT_FROM_PICTURE: Kernel = Kernel {
    name: "conv_short_from_picture",
    constants: &[("TILE", 8.0), ("BLOCKS", 1.0), ("CHANNELS", 3.0)],
    ..KERNEL
};
/// See [`SHORT`].
pub const SHORT_TO_PICTURE: Kernel =
    Kernel { name: "conv_short_to_picture", constants: &[("TILE", 8.0), ("BLOCKS", 1.0), ("OUTPUTS", 3.0)], ..KERNEL };

/// A way to convolve: the kernel, and the pixels of a row and the output blocks that one invocation makes.
struct Way(&'static Kernel, u32, u32);

/// The best way from so many channels to so many.
fn way(variant: GemmVariant, inputs: u32, outputs: u32) -> Way {
    let is_short = variant == GemmVariant::Shared;
    match (inputs, outputs) {
        (_, ..=3) if is_short => Way(&SHORT_TO_PICTURE, 8, 1),
        (..=3, _) if is_short => Way(&SHORT_FROM_PICTURE, 8, 1),
        _ if is_short => Way(&SHORT, 8, 2),
        (_, ..=3) => Way(&TO_PICTURE, 16, 1),
        (..=3, _) => Way(&FROM_PICTURE, 16, 2),
        _ => Way(&KERNEL, 16, 2),
    }
}

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
        Shape::new(self.output_size(shape.height), self.output_size(shape.width), channels)
    }

    /// Positions along one side of the output.
    fn output_size(&self, positions: u32) -> u32 {
        positions + 2 * self.pad + 1 - self.kernel
    }

    /// The window of the gradient: a full correlation with the flipped kernel.
    pub fn backward(&self) -> Window {
        Window { kernel: self.kernel, pad: self.kernel - 1 - self.pad }
    }
}

/// The parameters of a convolution as the shader reads them.
#[derive(Clone, Copy)]
pub struct Weights<'t> {
    /// As [`pack`] lays them out, or [`pack_flipped`] for the gradient.
    pub tiles: &'t Tensor,
    /// A vector of the output's channels.
    pub bias: &'t Tensor,
}

/// y = convolution of x, through a ReLU if asked. `y` holds rows of the output from `first` on.
pub fn forward(rec: &mut Recorder, x: &Tensor, weights: Weights, window: Window, relu: bool, y: &Tensor, first: u32) {
    assert!(
        first + y.shape().height <= window.output_size(x.shape().height),
        "rows of conv to {} from {first} on",
        y.label()
    );
    let rows = Rows { count: y.shape().height, input: first as i32 - window.pad as i32, output: 0, added: 0 };
    record(rec, x, weights, window, relu, y, rows);
}

/// d_x = gradient of the convolution to its input, from the rows of the output's gradient that `d_y` holds, `first` the
/// first of them. Rows of d_x before `added` are added to, later ones overwritten; those that no row of d_y reaches stay.
/// Returns the row after the last that was reached. `weights` are the flipped ones, with a bias of zeros.
pub fn backward(
    rec: &mut Recorder,
    d_y: &Tensor,
    weights: Weights,
    window: Window,
    d_x: &Tensor,
    first: u32,
    added: u32,
) -> u32 {
    let gradient = window.backward();
    let begin = first.saturating_sub(window.pad);
    let end = (first + d_y.shape().height + gradient.pad).min(d_x.shape().height);
    let input = begin as i32 - gradient.pad as i32 - first as i32;
    let rows = Rows { count: end - begin, input, output: begin, added };
    record(rec, d_y, weights, gradient, false, d_x, rows);
    end
}

/// Which rows of its output a dispatch makes.
struct Rows {
    count: u32,
    /// The row of the input tensor under the kernel's first row, for the first of them.
    input: i32,
    /// The row of the output tensor where the first of them goes.
    output: u32,
    /// Rows of the output tensor before this one are added to.
    added: u32,
}

fn record(rec: &mut Recorder, x: &Tensor, weights: Weights, window: Window, relu: bool, y: &Tensor, rows: Rows) {
    let (from, to) = (x.shape(), y.shape());
    // Towards a picture the scale of a gradient of 16 bits is taken off again.
    let scale = y.dtype().gradient_scale() / x.dtype().gradient_scale();
    let scale = scale.min(1.0);
    assert_eq!(window.output_size(from.width), to.width, "width of conv to {}", y.label());
    let tiles = u64::from(from.blocks() * to.blocks() * window.kernel * window.kernel);
    assert_eq!(weights.tiles.shape().bytes(), tiles * 64, "size of the weights {}", weights.tiles.label());
    assert_eq!(weights.bias.shape().blocks(), to.blocks(), "size of the bias {}", weights.bias.label());
    let params = Params {
        in_height: from.height,
        in_width: from.width,
        in_blocks: from.blocks(),
        rows: rows.count,
        out_width: to.width,
        out_blocks: to.blocks(),
        kernel: window.kernel,
        pad: window.pad,
        first_in: rows.input,
        first_out: rows.output,
        added: rows.added,
        relu: relu.into(),
        scale,
    };
    let variant = GemmVariant::on(rec.gpu(), Work::Convolutions);
    let Way(kernel, pixels, blocks) = way(variant, from.channels, to.channels);
    let threads = [to.width.div_ceil(pixels) * rows.count, to.blocks().div_ceil(blocks), 1];
    rec.dispatch(kernel, &params, &[x, weights.tiles, weights.bias, y], Grid::over(kernel, threads));
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

/// The inverse of [`pack`].
pub fn unpack(packed: &[f32], outputs: usize, inputs: usize, kernel: usize) -> Vec<f32> {
    let blocks = inputs.div_ceil(4);
    let mut weights = Vec::with_capacity(outputs * inputs * kernel * kernel);
    for o in 0..outputs {
        for i in 0..inputs {
            for tap in 0..kernel * kernel {
                let tile = (o / 4 * kernel * kernel + tap) * blocks + i / 4;
                weights.push(packed[tile * 16 + i % 4 * 4 + o % 4]);
            }
        }
    }
    weights
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
