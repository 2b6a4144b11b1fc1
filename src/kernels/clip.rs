//! Clips a gradient by its length.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    vectors: u32,
    limit: f32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("clip", LINE, Params, [Read, Write]);

/// g *= min(1, limit / |g|); the first number of `squared` is |g|^2.
pub fn record(rec: &mut Recorder, squared: &Tensor, limit: f32, g: &Tensor) {
    let vectors = g.shape().vectors();
    rec.dispatch(&KERNEL, &Params { vectors, limit }, &[squared, g], Grid::line(&KERNEL, vectors));
}
