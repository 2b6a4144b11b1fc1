//! Instance normalisation: every channel of a map has mean 0 and deviation 1, and then a learned shift and scale.

use super::line::LINE;
use super::reduce;
use crate::Result;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct StatisticsParams {
    pixels: u32,
    blocks: u32,
    chunk: u32,
    chunks: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct MergeParams {
    pixels: u32,
    blocks: u32,
    chunk: u32,
    chunks: u32,
    epsilon: f32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ForwardParams {
    vectors: u32,
    blocks: u32,
    relu: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct SumsParams {
    pixels: u32,
    blocks: u32,
    chunk: u32,
    chunks: u32,
    relu: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct BackwardParams {
    pixels: u32,
    blocks: u32,
    relu: u32,
}

/// Mean and squared deviations of chunks.
pub const STATISTICS: Kernel = kernel!("norm_statistics", LINE, StatisticsParams, [Read, Write]);
/// Of all of them.
pub const MERGE: Kernel = kernel!("norm_merge", LINE, MergeParams, [Read, Write]);
/// The way down.
pub const FORWARD: Kernel = kernel!("instance_norm", LINE, ForwardParams, [Read, Read, Read, Write]);
/// The gradients of shift and scale, in partial sums.
pub const SUMS: Kernel = kernel!("norm_gradient_sums", LINE, SumsParams, [Read, Read, Read, Read, Write], ["passed"]);
/// The gradient to the input.
pub const BACKWARD: Kernel =
    kernel!("instance_norm_backward", LINE, BackwardParams, [Read, Read, Read, Read, Read, Write], ["passed"]);

/// Keeps the inverse deviation of a constant channel finite.
pub const EPSILON: f32 = 1e-5;

/// Pixels that one invocation sums, at least, and chunks that are added up in one go, at most.
const CHUNK: u32 = 64;
const MOST_CHUNKS: u32 = 256;

/// Pixels of a chunk, and how many chunks there are, none of them empty.
fn chunks(pixels: u32) -> (u32, u32) {
    let chunk = pixels.div_ceil(MOST_CHUNKS).max(CHUNK);
    (chunk, pixels.div_ceil(chunk))
}

/// Two vectors of a map's channels: mean and inverse deviation, or shift and scale.
pub fn pair_shape(channels: u32) -> Shape {
    Shape::new(1, 2, channels)
}

/// What a normalisation looks at on both ways.
#[derive(Clone, Copy)]
pub struct Norm<'t> {
    /// The map before it, H, W, C.
    pub x: &'t Tensor,
    /// (mean, inverse deviation), C, as [`statistics`] finds them.
    pub statistics: &'t Tensor,
    /// (shift, scale), C.
    pub learned: &'t Tensor,
    /// Whether a ReLU is behind it.
    pub relu: bool,
}

impl Norm<'_> {
    fn check(&self) {
        let pair = pair_shape(self.x.shape().channels);
        assert_eq!((self.statistics.shape(), self.learned.shape()), (pair, pair), "shapes of {}", self.x.label());
    }
}

/// statistics = (mean, 1 / sqrt(variance + [`EPSILON`])) of each channel of x.
///
/// # Errors
/// Where the device cannot hold the partial sums.
pub fn statistics(rec: &mut Recorder, x: &Tensor, statistics: &Tensor) -> Result<()> {
    let Shape { channels, .. } = x.shape();
    let (pixels, blocks) = (x.shape().pixels(), x.shape().blocks());
    assert!(channels.is_multiple_of(4), "whole blocks of channels in {}", x.label());
    assert_eq!(statistics.shape(), pair_shape(channels), "shape of the statistics of {}", x.label());
    let (chunk, chunks) = chunks(pixels);
    let partials = rec.tensor("partial statistics", Shape::new(chunks, 2, channels))?;
    let params = StatisticsParams { pixels, blocks, chunk, chunks };
    rec.dispatch(&STATISTICS, &params, &[x, &partials], Grid::over(&STATISTICS, [chunks * blocks, 1, 1]));
    let params = MergeParams { pixels, blocks, chunk, chunks, epsilon: EPSILON };
    rec.dispatch(&MERGE, &params, &[&partials, statistics], Grid::over(&MERGE, [blocks, 1, 1]));
    Ok(())
}

/// y = scale * (x - mean) * inverse + shift, through a ReLU if there is one.
pub fn forward(rec: &mut Recorder, norm: Norm, y: &Tensor) {
    norm.check();
    assert_eq!(norm.x.shape(), y.shape(), "shape of {}", y.label());
    let shape = y.shape();
    let params = ForwardParams { vectors: shape.vectors(), blocks: shape.blocks(), relu: norm.relu.into() };
    let tensors = [norm.x, norm.statistics, norm.learned, y];
    rec.dispatch(&FORWARD, &params, &tensors, Grid::line(&FORWARD, shape.vectors()));
}

/// d_x = gradient of [`forward`], the statistics' part included, to its input; to `d_learned` it adds that to shift and scale.
///
/// # Errors
/// Where the device cannot hold the partial sums.
pub fn backward(rec: &mut Recorder, norm: Norm, d_y: &Tensor, d_x: &Tensor, d_learned: &Tensor) -> Result<()> {
    norm.check();
    let shape = norm.x.shape();
    assert_eq!((d_y.shape(), d_x.shape()), (shape, shape), "shapes of the gradient of {}", norm.x.label());
    let (pixels, blocks, relu) = (shape.pixels(), shape.blocks(), norm.relu.into());
    let (chunk, chunks) = chunks(pixels);
    let partials = rec.tensor("partial sums", Shape::new(chunks, 2, shape.channels))?;
    let params = SumsParams { pixels, blocks, chunk, chunks, relu };
    let tensors = [norm.x, norm.statistics, norm.learned, d_y, &partials];
    rec.dispatch(&SUMS, &params, &tensors, Grid::over(&SUMS, [chunks * blocks, 1, 1]));
    let sums = rec.tensor("sums", pair_shape(shape.channels))?;
    reduce::record(rec, &partials, chunks, 1.0, &sums);
    reduce::add(rec, &partials, chunks, d_learned);
    let params = BackwardParams { pixels, blocks, relu };
    let tensors = [norm.x, norm.statistics, norm.learned, &sums, d_y, d_x];
    rec.dispatch(&BACKWARD, &params, &tensors, Grid::line(&BACKWARD, shape.vectors()));
    Ok(())
}
