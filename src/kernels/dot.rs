//! The inner product of two tensors, in partial sums.

use super::line::{LINE, grid_of_sums};
use crate::gpu::{Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    vectors: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("dot", LINE, Params, [Source, Source, Write], ["workgroup_sum"]);

/// Partial sums of `<a, b>` (see [`super::line::sums_for`]).
pub fn record(rec: &mut Recorder, a: &Tensor, b: &Tensor, partials: &Tensor) {
    assert_eq!(a.shape().vectors(), b.shape().vectors(), "sizes of dot");
    let params = Params { vectors: a.shape().vectors() };
    rec.dispatch(&KERNEL, &params, &[a, b, partials], grid_of_sums(&KERNEL, partials));
}
