//! The gradient through a ReLU.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    vectors: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("relu_backward", LINE, Params, [Source, Target]);

/// Zeroes `d_y` in place where the ReLU's output `y` is zero.
pub fn record(rec: &mut Recorder, y: &Tensor, d_y: &Tensor) {
    assert_eq!(y.shape(), d_y.shape(), "shapes of relu_backward");
    let vectors = y.shape().vectors();
    rec.dispatch(&KERNEL, &Params { vectors }, &[y, d_y], Grid::line(&KERNEL, vectors));
}
