//! The sum of two maps.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    vectors: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("sum", LINE, Params, [Read, Read, Write]);

/// y = a + b.
pub fn record(rec: &mut Recorder, a: &Tensor, b: &Tensor, y: &Tensor) {
    assert_eq!((a.shape(), b.shape()), (y.shape(), y.shape()), "shapes of {}", y.label());
    let vectors = y.shape().vectors();
    rec.dispatch(&KERNEL, &Params { vectors }, &[a, b, y], Grid::line(&KERNEL, vectors));
}
