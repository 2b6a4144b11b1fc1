//! Channel sums of a layer over chunks of its pixels.

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

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("mean", LINE, Params, [Source, Write]);

/// Sums over each of `chunks` equal shares of the pixels that `part` has; `partials` holds `chunks` vectors of x's
/// channels.
pub fn record(rec: &mut Recorder, part: &Part, chunks: u32, partials: &Tensor) {
    let blocks = part.x.shape().blocks();
    assert_eq!(partials.shape().vectors(), chunks * blocks, "partial sums of mean");
    let Part { first, pixels, accumulate, .. } = *part;
    let params =
        Params { pixels, blocks, first, chunk: pixels.div_ceil(chunks), chunks, accumulate: accumulate.into() };
    rec.dispatch(&KERNEL, &params, &[part.x, partials], Grid::over(&KERNEL, [chunks * blocks, 1, 1]));
}
