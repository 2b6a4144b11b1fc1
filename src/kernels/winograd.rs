//! 3x3 convolution after Winograd, F(4x4, 3x3), and its gradient to the input: a quarter of the multiplications (Lavin &
//! Gray 2016, "Fast algorithms for convolutional neural networks"). For maps of many channels; [`super::conv`] does the
//! rest.

use super::batched_gemm::Batch;
use super::conv::Window;
use super::gemm_variant::{GemmVariant, Work};
use super::line::LINE;
use super::pool;
use crate::Result;
use crate::choices::Pooling;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct InputParams {
    height: u32,
    width: u32,
    blocks: u32,
    tiles: u32,
    first: u32,
    first_in: i32,
    mask_stride: u32,
    pooled: u32,
    scale: f32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct OutputParams {
    height: u32,
    width: u32,
    blocks: u32,
    tiles: u32,
    first: u32,
    first_out: u32,
    relu: u32,
    pool: u32,
    mask_stride: u32,
    accumulate: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct WeightsParams {
    outputs: u32,
    inputs: u32,
}

/// The weights into Winograd's domain.
pub const WEIGHTS: Kernel = kernel!("winograd_weights", LINE, WeightsParams, [Read, Write], ["winograd_six"]);
/// Tiles of the input into Winograd's domain.
pub const INPUT: Kernel =
    kernel!("winograd_input", LINE, InputParams, [Source, Read, Write], ["winograd_tiles", "winograd_six"]);
/// The same for a gradient, through the mask of a ReLU and perhaps a pool.
pub const GRADIENT: Kernel = Kernel { name: "winograd_input_gradient", constants: &[("GRADIENT", 1.0)], ..INPUT };
/// [`INPUT`] by three invocations for each tile.
pub const INPUT_SPLIT: Kernel = Kernel { name: "winograd_input_split", constants: &[("SPLIT", 1.0)], ..INPUT };
/// [`GRADIENT`] by three invocations for each tile.
pub const GRADIENT_SPLIT: Kernel =
    Kernel { name: "winograd_input_gradient_split", constants: &[("GRADIENT", 1.0), ("SPLIT", 1.0)], ..INPUT };
/// Back to pixels.
pub const OUTPUT: Kernel =
    kernel!("winograd_output", LINE, OutputParams, [Read, Read, Target, Write], ["winograd_tiles", "winners"]);

/// [`OUTPUT`] by two invocations for each tile.
pub const OUTPUT_SPLIT: Kernel = Kernel { name: "winograd_output_split", constants: &[("SPLIT", 1.0)], ..OUTPUT };

/// The only window there is: 3x3 with a border of one zero, forward and backward.
const WINDOW: Window = Window { kernel: 3, pad: 1 };

/// Points of a transformed tile: on each side 4 outputs + 3 weights - 1.
pub(crate) const POINTS: u32 = 36;

/// Pixels of output along the side of a tile of Winograd's.
pub const SQUARE: u32 = 4;

/// Below this many channels on either side, the transforms weigh more and more against what the products save. Where they
/// break even was not measured: VGG19's layers have 3 channels or at least 64, its student's at least 24.
const FEWEST_CHANNELS: u32 = 16;

/// Whether a convolution of this window and these channels is done this way.
pub fn suits(window: Window, outputs: u32, inputs: u32) -> bool {
    window == WINDOW && outputs.min(inputs) >= FEWEST_CHANNELS
}

/// Tiles in a strip are a multiple of what an invocation of a product makes at least: one that has less to do works as long
/// as any other.
const STRIP: u32 = 8;

/// Where transformed tiles lie between the steps. Nothing in it outlives one convolution, so that one serves them all.
#[derive(Debug, Clone)]
pub struct Workspace {
    input: Tensor,
    output: Tensor,
    /// Bound where there is no mask.
    nothing: Tensor,
}

impl Workspace {
    /// Room for convolutions of `maps`: positions as they are, channels the larger of inputs and outputs. Not more than
    /// `most` bytes on each side, but for a few tiles: what is larger is done in strips.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn new(rec: &Recorder, maps: impl IntoIterator<Item = Shape>, most: u64) -> Result<Workspace> {
        let most = (most / 16) as u32;
        let wanted = maps.into_iter().map(|map| {
            let tile = POINTS * map.blocks();
            (tile * tiles(map.height, map.width)).min(most.max(tile * STRIP))
        });
        Workspace::with_vectors(rec, wanted.max().unwrap_or(1))
    }

    /// Room for `vectors` of four values on each side; at least one tile has to fit.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn with_vectors(rec: &Recorder, vectors: u32) -> Result<Workspace> {
        let shape = Shape::new(1, vectors, 4);
        Ok(Workspace {
            input: rec.tensor("winograd input", shape)?,
            output: rec.tensor("winograd output", shape)?,
            nothing: rec.tensor("no mask", Shape::vector(4))?,
        })
    }

    /// Strips of equal size, as few as fit, for `all` tiles.
    fn strip(&self, all: u32, blocks: u32) -> u32 {
        let fitting = self.input.shape().vectors() / (POINTS * blocks);
        assert!(fitting > 0, "a workspace of {} has no room for {blocks} blocks", self.input.shape().vectors());
        let even = all.div_ceil(all.div_ceil(fitting));
        // An invocation that has less than its tiles to do works as long as any other.
        even.next_multiple_of(STRIP).min(fitting)
    }
}

/// Which values of a map went on through the ReLU, and perhaps the pool, behind a convolution: a bit each. Nothing else of
/// the map has to be kept for the gradient.
#[derive(Debug, Clone)]
pub struct Mask {
    bits: Tensor,
    map: Shape,
    pool: Option<Pooling>,
}

impl Mask {
    /// For a map of this shape, which is perhaps pooled.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn new(rec: &Recorder, map: Shape, pool: Option<Pooling>) -> Result<Mask> {
        let Shape { height, width, .. } = map;
        let bits = Shape::new(height.div_ceil(SQUARE), width.div_ceil(SQUARE), 2 * map.blocks());
        Ok(Mask { bits: rec.tensor("mask", bits)?, map, pool })
    }

    /// The shape of what comes out behind the ReLU and the pool.
    pub fn output(&self) -> Shape {
        if self.pool.is_some() { pool::output(self.map) } else { self.map }
    }

    /// Elements of two words in a tile.
    fn stride(&self) -> u32 {
        self.bits.shape().blocks() * 2
    }
}

/// The parameters of a convolution as the shaders read them.
#[derive(Clone, Copy)]
pub struct Weights<'t> {
    /// As [`transform`] makes them, for both directions.
    pub tiles: &'t Tensor,
    /// A vector of the output's channels; zeros for the gradient.
    pub bias: &'t Tensor,
}

/// The rows that are made, where a map is done in bands.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// How many.
    pub count: u32,
    /// The row of the input tensor at the first of them.
    pub input: u32,
    /// The row of the output's map where the first of them goes; a multiple of 4.
    pub output: u32,
}

impl Rows {
    /// All of a map.
    pub fn all(map: Shape) -> Rows {
        Rows { count: map.height, input: 0, output: 0 }
    }
}

/// Rows of y = 3x3 convolution of x with a border of zeros; through the ReLU and the pool that `mask` is for, and then the
/// mask is written as well. Of the input, one row more on both sides has to be there, if the map has one.
pub fn forward(
    rec: &mut Recorder,
    x: &Tensor,
    weights: Weights,
    rows: Rows,
    mask: Option<&Mask>,
    y: &Tensor,
    workspace: &Workspace,
) {
    let map = mask.map_or(y.shape(), |mask| mask.map);
    assert_eq!(mask.map_or(y.shape(), Mask::output), y.shape(), "output shape of winograd to {}", y.label());
    assert_eq!(map.width, x.shape().width, "width of winograd to {}", y.label());
    let nothing = &workspace.nothing;
    let reading = Reading { through_mask: false, map: x.shape(), mask: nothing, mask_stride: 0, pooled: 0, scale: 1.0 };
    let writing = Writing {
        map,
        mask: mask.map_or(nothing, |mask| &mask.bits),
        mask_stride: mask.map_or(0, Mask::stride),
        relu: mask.is_some().into(),
        pool: match mask.and_then(|mask| mask.pool) {
            None => 0,
            Some(Pooling::Average) => 1,
            Some(Pooling::Max) => 2,
            Some(Pooling::L2) => unreachable!("its gradient needs more than a bit of a value, so it stands alone"),
        },
        accumulate: 0,
    };
    record(rec, false, (x, reading), weights, rows, (y, writing), workspace);
}

/// Rows of d_x (+)= gradient of [`forward`] to its input, from the same weights. `d_y` is the gradient to all of what came
/// out behind the ReLU and the pool of `mask`.
#[allow(clippy::too_many_arguments)] // a convolution, where it lies, and what it goes through
pub fn backward(
    rec: &mut Recorder,
    d_y: &Tensor,
    mask: Option<&Mask>,
    weights: Weights,
    rows: Rows,
    d_x: &Tensor,
    accumulate: bool,
    workspace: &Workspace,
) {
    assert_eq!(mask.map_or(d_y.shape(), Mask::output), d_y.shape(), "shape of the gradient {}", d_y.label());
    let pool = mask.and_then(|mask| mask.pool);
    let reading = Reading {
        through_mask: mask.is_some(),
        map: mask.map_or(d_y.shape(), |mask| mask.map),
        mask: mask.map_or(&workspace.nothing, |mask| &mask.bits),
        mask_stride: mask.map_or(0, Mask::stride),
        pooled: pool.is_some().into(),
        scale: if pool == Some(Pooling::Average) { 0.25 } else { 1.0 },
    };
    assert_eq!(reading.map.width, d_x.shape().width, "width of winograd to {}", d_x.label());
    let writing = Writing {
        map: d_x.shape(),
        mask: &workspace.nothing,
        mask_stride: 0,
        relu: 0,
        pool: 0,
        accumulate: accumulate.into(),
    };
    record(rec, true, (d_y, reading), weights, rows, (d_x, writing), workspace);
}

/// How the input transform reads.
struct Reading<'t> {
    through_mask: bool,
    map: Shape,
    mask: &'t Tensor,
    mask_stride: u32,
    pooled: u32,
    scale: f32,
}

/// How the output transform writes.
struct Writing<'t> {
    map: Shape,
    mask: &'t Tensor,
    mask_stride: u32,
    relu: u32,
    pool: u32,
    accumulate: u32,
}

fn record(
    rec: &mut Recorder,
    transposed: bool,
    (x, reading): (&Tensor, Reading),
    weights: Weights,
    rows: Rows,
    (y, writing): (&Tensor, Writing),
    workspace: &Workspace,
) {
    let (in_blocks, out_blocks) = (x.shape().blocks(), y.shape().blocks());
    let bytes = u64::from(POINTS * in_blocks * out_blocks) * 64;
    assert_eq!(weights.tiles.shape().bytes(), bytes, "size of the weights {}", weights.tiles.label());
    assert_eq!(weights.bias.shape().blocks(), out_blocks, "size of the bias {}", weights.bias.label());
    assert!(rows.output.is_multiple_of(SQUARE), "a band of {} starts at row {}", y.label(), rows.output);
    let Shape { width, .. } = writing.map;
    let all = tiles(rows.count, width);
    let strip = workspace.strip(all, in_blocks.max(out_blocks));
    let is_split = GemmVariant::on(rec.gpu(), Work::Convolutions) == GemmVariant::Shared;
    let (output, writers) = if is_split { (&OUTPUT_SPLIT, 2) } else { (&OUTPUT, 1) };
    let (kernel, readers) = match (is_split, reading.through_mask) {
        (true, false) => (&INPUT_SPLIT, 3),
        (true, true) => (&GRADIENT_SPLIT, 3),
        (false, false) => (&INPUT, 1),
        (false, true) => (&GRADIENT, 1),
    };
    for first in (0..all).step_by(strip as usize) {
        let tiles = strip.min(all - first);
        let Reading { map, mask, mask_stride, pooled, scale, .. } = reading;
        let (height, first_in) = (map.height, rows.input as i32);
        let blocks = in_blocks;
        let params = InputParams { height, width, blocks, tiles, first, first_in, mask_stride, pooled, scale };
        rec.dispatch(kernel, &params, &[x, mask, &workspace.input], Grid::line(kernel, tiles * in_blocks * readers));

        let batch = Batch { count: POINTS, rows: tiles, in_blocks, out_blocks };
        batch.record(rec, transposed, &workspace.input, weights.tiles, &workspace.output);

        let Writing { map, mask, mask_stride, relu, pool, accumulate } = writing;
        let params = OutputParams {
            height: map.height,
            width,
            blocks: out_blocks,
            tiles,
            first,
            first_out: rows.output,
            relu,
            pool,
            mask_stride,
            accumulate,
        };
        let tensors = [&workspace.output, weights.bias, y, mask];
        rec.dispatch(output, &params, &tensors, Grid::line(output, tiles * out_blocks * writers));
    }
}

/// Tiles that cover a map.
fn tiles(height: u32, width: u32) -> u32 {
    height.div_ceil(SQUARE) * width.div_ceil(SQUARE)
}

/// The shape of transformed weights: 36, C'/4, C/4 tiles of 4x4; one tile is four vectors, and in it a column is an input
/// channel.
pub fn packed_shape(outputs: u32, inputs: u32) -> Shape {
    Shape::new(1, POINTS * outputs.div_ceil(4) * inputs.div_ceil(4) * 4, 4)
}

/// u = the transform of `kernels`, which are OIHW one after the other, in the layout of [`packed_shape`].
pub fn transform(rec: &mut Recorder, kernels: &Tensor, outputs: u32, inputs: u32, u: &Tensor) {
    assert_eq!(packed_shape(outputs, inputs), u.shape(), "shape of the weights {}", u.label());
    assert!(u64::from(outputs * inputs) * 36 <= kernels.bytes(), "size of the weights {}", kernels.label());
    let threads = outputs.div_ceil(4) * inputs.next_multiple_of(4);
    rec.dispatch(&WEIGHTS, &WeightsParams { outputs, inputs }, &[kernels, u], Grid::line(&WEIGHTS, threads));
}
