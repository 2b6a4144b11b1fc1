//! Centred second moments of a layer over chunks of its pixels.

use super::Part;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    pixels: u32,
    blocks: u32,
    first: u32,
    chunk: u32,
    chunks: u32,
    accumulate: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("covariance", [8, 8, 1], Params, [Source, Read, Write]);

/// Sums of (x - mu)(x - mu)^T, one C x C matrix for each of `chunks` equal shares of the pixels that `part` has;
/// `partials` holds `chunks` matrices. `mu` of zeros gives the Gram matrix.
pub fn record(rec: &mut Recorder, part: &Part, mu: &Tensor, chunks: u32, partials: &Tensor) {
    let blocks = part.x.shape().blocks();
    assert_eq!(partials.shape().bytes(), u64::from(chunks * blocks * blocks) * 64, "partial sums of covariance");
    let Part { first, pixels, accumulate, .. } = *part;
    let chunk = pixels.div_ceil(chunks);
    let params = Params { pixels, blocks, first, chunk, chunks, accumulate: accumulate.into() };
    let pairs = blocks.div_ceil(2);
    rec.dispatch(&KERNEL, &params, &[part.x, mu, partials], Grid::over(&KERNEL, [chunks, pairs * pairs, 1]));
}
