//! Centred second moments of a layer over chunks of its pixels.

use super::gemm_variant::{GemmVariant, Work};
use super::line::{LINE, Part};
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

/// The compute kernel: squares of 2x2 tiles for each invocation.
pub const KERNEL: Kernel = kernel!("covariance", LINE, Params, [Source, Read, Write], ["outer", "covariance"]);
/// The same with squares of 4x4 tiles.
pub const WIDE: Kernel = Kernel { name: "covariance_wide", constants: &[("WIDE", 1.0)], ..KERNEL };

/// The same through workgroup memory: squares of 16x16 tiles for each workgroup.
pub const SHARED: Kernel = kernel!("covariance_shared", LINE, Params, [Source, Read, Write], ["outer", "covariance"]);

/// Sums of (x - mu)(x - mu)^T, one C x C matrix for each of `chunks` equal shares of the pixels that `part` has;
/// `partials` holds `chunks` matrices. `mu` of zeros gives the Gram matrix.
pub fn record(rec: &mut Recorder, part: &Part, mu: &Tensor, chunks: u32, partials: &Tensor) {
    let blocks = part.x.shape().blocks();
    assert_eq!(partials.shape().bytes(), u64::from(chunks * blocks * blocks) * 64, "partial sums of covariance");
    let Part { first, pixels, accumulate, .. } = *part;
    let chunk = pixels.div_ceil(chunks);
    let params = Params { pixels, blocks, first, chunk, chunks, accumulate: accumulate.into() };
    // Tiles along a square's side, and how many invocations make it.
    let (kernel, side, invocations) = match GemmVariant::on(rec.gpu(), Work::Squares) {
        GemmVariant::Narrow => (&KERNEL, 2, 1),
        GemmVariant::Wide => (&WIDE, 4, 1),
        GemmVariant::Shared => (&SHARED, 16, LINE[0]),
    };
    // The diagonal, and what is above it.
    let strips = blocks.div_ceil(side);
    let squares = strips * (strips + 1) / 2;
    rec.dispatch(kernel, &params, &[part.x, mu, partials], Grid::line(kernel, chunks * squares * invocations));
}
