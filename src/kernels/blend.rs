//! Adding with a share.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    vectors: u32,
    share: f32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("blend", LINE, Params, [Read, Write]);

/// y += share * x.
pub fn record(rec: &mut Recorder, x: &Tensor, share: f32, y: &Tensor) {
    assert_eq!(x.shape(), y.shape(), "shape of the blend {}", y.label());
    let vectors = y.shape().vectors();
    rec.dispatch(&KERNEL, &Params { vectors, share }, &[x, y], Grid::line(&KERNEL, vectors));
}
