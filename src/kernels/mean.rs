//! Channel sums of a layer over chunks of its pixels.

use super::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    pixels: u32,
    blocks: u32,
    chunk: u32,
    chunks: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("mean", LINE, Params, [Read, Write]);

/// Sums over each of `chunks` equal shares of the pixels; `partials` holds `chunks` vectors of x's channels.
pub fn record(rec: &mut Recorder, x: &Tensor, chunks: u32, partials: &Tensor) {
    let (pixels, blocks) = (x.shape().pixels(), x.shape().blocks());
    assert_eq!(partials.shape().vectors(), chunks * blocks, "partial sums of mean");
    let params = Params { pixels, blocks, chunk: pixels.div_ceil(chunks), chunks };
    rec.dispatch(&KERNEL, &params, &[x, partials], Grid::over(&KERNEL, [chunks * blocks, 1, 1]));
}
