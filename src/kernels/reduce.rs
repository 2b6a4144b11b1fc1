//! Adds chunks element by element.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    vectors: u32,
    chunks: u32,
    scale: f32,
    accumulate: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("reduce", LINE, Params, [Read, Write]);

/// y = scale * the sum of the `chunks` copies of y's size that `partials` holds.
pub fn record(rec: &mut Recorder, partials: &Tensor, chunks: u32, scale: f32, y: &Tensor) {
    dispatch(rec, partials, chunks, scale, false, y);
}

/// y += the sum of the `chunks` copies of y's size that `partials` holds.
pub fn add(rec: &mut Recorder, partials: &Tensor, chunks: u32, y: &Tensor) {
    dispatch(rec, partials, chunks, 1.0, true, y);
}

fn dispatch(rec: &mut Recorder, partials: &Tensor, chunks: u32, scale: f32, accumulate: bool, y: &Tensor) {
    let vectors = y.shape().vectors();
    assert_eq!(partials.shape().vectors(), vectors * chunks, "size of the chunks of {}", y.label());
    let params = Params { vectors, chunks, scale, accumulate: accumulate.into() };
    rec.dispatch(&KERNEL, &params, &[partials, y], Grid::line(&KERNEL, vectors));
}
