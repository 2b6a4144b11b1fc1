//! The product with one matrix at every position.

use super::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    pixels: u32,
    in_blocks: u32,
    out_blocks: u32,
    accumulate: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("pointwise", LINE, Params, [Source, Read, Read, Target]);

/// What one invocation makes.
const PIXELS_PER_THREAD: u32 = 8;
const BLOCKS_PER_THREAD: u32 = 4;

/// y (+)= matrix * x + bias at every position; `matrix` in 4x4 tiles as [`crate::gpu::Shape::matrix`] says.
pub fn record(rec: &mut Recorder, x: &Tensor, matrix: &Tensor, bias: &Tensor, y: &Tensor, accumulate: bool) {
    let (from, to) = (x.shape(), y.shape());
    assert_eq!(from.with_channels(to.channels), to, "output shape of pointwise to {}", y.label());
    assert_eq!(matrix.shape().bytes(), u64::from(from.blocks() * to.blocks()) * 64, "size of {}", matrix.label());
    assert_eq!(bias.shape().blocks(), to.blocks(), "size of the bias {}", bias.label());
    let (pixels, in_blocks, out_blocks) = (from.pixels(), from.blocks(), to.blocks());
    let params = Params { pixels, in_blocks, out_blocks, accumulate: accumulate.into() };
    let threads = [pixels.div_ceil(PIXELS_PER_THREAD), out_blocks.div_ceil(BLOCKS_PER_THREAD), 1];
    rec.dispatch(&KERNEL, &params, &[x, matrix, bias, y], Grid::over(&KERNEL, threads));
}
