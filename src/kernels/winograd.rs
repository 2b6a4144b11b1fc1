//! 3x3 convolution after Winograd, F(4x4, 3x3), and its gradient to the input: a quarter of the multiplications (Lavin &
//! Gray 2016, "Fast algorithms for convolutional neural networks"). For maps of many channels; [`super::conv`] does the
//! rest.

use super::LINE;
use super::conv::Window;
use crate::Result;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct InputParams {
    height: u32,
    width: u32,
    blocks: u32,
    tiles: u32,
    first: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ProductParams {
    tiles: u32,
    in_blocks: u32,
    out_blocks: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct OutputParams {
    height: u32,
    width: u32,
    blocks: u32,
    tiles: u32,
    first: u32,
    relu: u32,
    accumulate: u32,
}

/// Tiles of the input into Winograd's domain.
pub const INPUT: Kernel = kernel!("winograd_input", LINE, InputParams, [Read, Write]);
/// The products there.
pub const PRODUCT: Kernel = kernel!("winograd_product", LINE, ProductParams, [Read, Read, Write]);
/// The products with the same weights, for the gradient.
pub const TRANSPOSED: Kernel =
    Kernel { name: "winograd_product_transposed", constants: &[("TRANSPOSED", 1.0)], ..PRODUCT };
/// Back to pixels.
pub const OUTPUT: Kernel = kernel!("winograd_output", LINE, OutputParams, [Read, Read, Write]);

/// The only window there is: 3x3 with a border of one zero, forward and backward.
const WINDOW: Window = Window { kernel: 3, pad: 1 };

/// Points along one side of a transformed tile: 4 outputs + 3 weights - 1.
const SIDE: usize = 6;
const POINTS: u32 = (SIDE * SIDE) as u32;

/// Pixels of output along a tile's side.
const TILE: u32 = 4;

/// What one invocation of a product makes.
const TILES_PER_THREAD: u32 = 8;
const BLOCKS_PER_THREAD: u32 = 4;

/// Below this many channels on either side, the transforms weigh more and more against what the products save. Where they
/// break even was not measured: VGG19's layers have 3 channels or at least 64.
const FEWEST_CHANNELS: usize = 16;

/// How much transformed input (and as much output) is held at once, in vectors of four: 16 MiB. Larger maps are done in
/// strips, so that the memory does not grow with the picture.
const MOST_VECTORS: u32 = 1 << 20;

/// The weights' transform G, its rows scaled so that a kernel turned by half a turn has the same values at other points.
const G: [[f64; 3]; SIDE] = {
    const Q: f64 = 3.0; // 2 (a^2 - b^2) with a = sqrt(2), b = 1/a
    const A: f64 = SQRT_2 / Q;
    const B: f64 = FRAC_1_SQRT_2 / Q;
    const ONE: f64 = 1.0 / Q;
    [[1.0, 0.0, 0.0], [B, ONE, A], [B, -ONE, A], [A, ONE, B], [A, -ONE, B], [0.0, 0.0, 1.0]]
};

/// Whether a convolution of this window and these channels is done this way.
pub fn suits(window: Window, outputs: usize, inputs: usize) -> bool {
    window == WINDOW && outputs.min(inputs) >= FEWEST_CHANNELS
}

/// Where transformed tiles lie between the steps. Nothing in it outlives one convolution, so that one serves them all.
#[derive(Debug, Clone)]
pub struct Workspace {
    input: Tensor,
    output: Tensor,
}

impl Workspace {
    /// Room for convolutions of `maps`: positions as they are, channels the larger of inputs and outputs.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn new(rec: &Recorder, maps: impl IntoIterator<Item = Shape>) -> Result<Workspace> {
        let wanted = maps.into_iter().map(|map| POINTS * tiles(map) * map.blocks()).max().unwrap_or(1);
        Workspace::with_vectors(rec, wanted.min(MOST_VECTORS))
    }

    /// Room for `vectors` of four values on each side; at least one tile has to fit.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn with_vectors(rec: &Recorder, vectors: u32) -> Result<Workspace> {
        let shape = Shape::new(1, vectors, 4);
        Ok(Workspace { input: rec.tensor("winograd input", shape)?, output: rec.tensor("winograd output", shape)? })
    }

    /// How many tiles fit at once.
    fn tiles(&self, blocks: u32) -> u32 {
        let tiles = self.input.shape().vectors() / (POINTS * blocks);
        assert!(tiles > 0, "a workspace of {} has no room for {blocks} blocks", self.input.shape().vectors());
        tiles
    }
}

/// y = 3x3 convolution of x with a border of zeros, through a ReLU if asked. `weights` as [`pack`] lays them out; `bias`
/// is a vector of y's channels.
pub fn forward(
    rec: &mut Recorder,
    x: &Tensor,
    weights: &Tensor,
    bias: &Tensor,
    relu: bool,
    y: &Tensor,
    workspace: &Workspace,
) {
    record(rec, &PRODUCT, x, weights, bias, [relu, false], y, workspace);
}

/// d_x (+)= gradient of [`forward`] to its input, from the same weights. `zeros` is a vector of zeros of x's channels.
pub fn backward(
    rec: &mut Recorder,
    d_y: &Tensor,
    weights: &Tensor,
    zeros: &Tensor,
    d_x: &Tensor,
    accumulate: bool,
    workspace: &Workspace,
) {
    record(rec, &TRANSPOSED, d_y, weights, zeros, [false, accumulate], d_x, workspace);
}

#[allow(clippy::too_many_arguments)] // the one place where all of them meet
fn record(
    rec: &mut Recorder,
    product: &Kernel,
    x: &Tensor,
    weights: &Tensor,
    bias: &Tensor,
    [relu, accumulate]: [bool; 2],
    y: &Tensor,
    workspace: &Workspace,
) {
    let (from, to) = (x.shape(), y.shape());
    assert_eq!(from.with_channels(to.channels), to, "output shape of winograd to {}", y.label());
    let (in_blocks, out_blocks) = (from.blocks(), to.blocks());
    let bytes = u64::from(POINTS * in_blocks * out_blocks) * 64;
    assert_eq!(weights.shape().bytes(), bytes, "size of the weights {}", weights.label());
    assert_eq!(bias.shape().blocks(), out_blocks, "size of the bias {}", bias.label());
    let Shape { height, width, .. } = to;
    let all = tiles(to);
    let strip = workspace.tiles(in_blocks.max(out_blocks));
    for first in (0..all).step_by(strip as usize) {
        let tiles = strip.min(all - first);
        let params = InputParams { height, width, blocks: in_blocks, tiles, first };
        rec.dispatch(&INPUT, &params, &[x, &workspace.input], Grid::line(&INPUT, tiles * in_blocks));

        let params = ProductParams { tiles, in_blocks, out_blocks };
        let threads = [tiles.div_ceil(TILES_PER_THREAD) * POINTS, out_blocks.div_ceil(BLOCKS_PER_THREAD), 1];
        let tensors = [&workspace.input, weights, &workspace.output];
        rec.dispatch(product, &params, &tensors, Grid::over(product, threads));

        let (relu, accumulate) = (relu.into(), accumulate.into());
        let params = OutputParams { height, width, blocks: out_blocks, tiles, first, relu, accumulate };
        rec.dispatch(&OUTPUT, &params, &[&workspace.output, bias, y], Grid::line(&OUTPUT, tiles * out_blocks));
    }
}

/// Tiles that cover a map.
fn tiles(map: Shape) -> u32 {
    map.height.div_ceil(TILE) * map.width.div_ceil(TILE)
}

/// The shape of packed weights: one 4x4 tile is four vectors.
pub fn packed_shape(outputs: usize, inputs: usize) -> Shape {
    Shape::new(1, POINTS * (outputs.div_ceil(4) * inputs.div_ceil(4) * 4) as u32, 4)
}

/// Transforms OIHW weights, G g G', and lays them out for the shader: 36, C'/4, C/4 tiles; in a tile a column is an input
/// channel.
pub fn pack(weights: &[f32], outputs: usize, inputs: usize) -> Vec<f32> {
    let (rows, columns) = (outputs.div_ceil(4), inputs.div_ceil(4));
    let mut packed = vec![0.0; SIDE * SIDE * rows * columns * 16];
    for (number, kernel) in weights.chunks_exact(9).enumerate() {
        let (o, i) = (number / inputs, number % inputs);
        let place = (o / 4 * columns + i / 4) * 16 + i % 4 * 4 + o % 4;
        for (point, value) in transform(kernel).into_iter().enumerate() {
            packed[point * rows * columns * 16 + place] = value as f32;
        }
    }
    packed
}

fn transform(kernel: &[f32]) -> [f64; SIDE * SIDE] {
    let mut half = [[0.0; 3]; SIDE];
    for (row, g) in half.iter_mut().zip(&G) {
        for (column, value) in row.iter_mut().enumerate() {
            *value = (0..3).map(|j| g[j] * f64::from(kernel[j * 3 + column])).sum();
        }
    }
    std::array::from_fn(|point| (0..3).map(|k| half[point / SIDE][k] * G[point % SIDE][k]).sum())
}
