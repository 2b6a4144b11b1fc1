//! Centred second moments of a layer over chunks of its pixels.

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
pub const KERNEL: Kernel = kernel!("covariance", [8, 8, 1], Params, [Read, Read, Write]);

/// Sums of (x - mu)(x - mu)^T, one C x C matrix for each of `chunks` equal shares of the pixels; `partials` holds
/// `chunks` matrices. `mu` of zeros gives the Gram matrix.
pub fn record(rec: &mut Recorder, x: &Tensor, mu: &Tensor, chunks: u32, partials: &Tensor) {
    let (pixels, blocks) = (x.shape().pixels(), x.shape().blocks());
    assert_eq!(partials.shape().bytes(), u64::from(chunks * blocks * blocks) * 64, "partial sums of covariance");
    let params = Params { pixels, blocks, chunk: pixels.div_ceil(chunks), chunks };
    let pairs = blocks.div_ceil(2);
    rec.dispatch(&KERNEL, &params, &[x, mu, partials], Grid::over(&KERNEL, [chunks, pairs * pairs, 1]));
}
