//! Adds partial sums up into one number.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    count: u32,
    slot: u32,
    scale: f32,
    accumulate: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("total", LINE, Params, [Read, Write], ["workgroup_sum"]);

/// `y[slot]` (+)= the sum of all numbers in `partials`.
pub fn record(rec: &mut Recorder, partials: &Tensor, y: &Tensor, slot: u32, accumulate: bool) {
    assert!(slot < y.shape().vectors() * 4, "slot {slot} of {}", y.label());
    let params = Params { count: partials.shape().vectors() * 4, slot, scale: 1.0, accumulate: accumulate.into() };
    rec.dispatch(&KERNEL, &params, &[partials, y], Grid::over(&KERNEL, [1, 1, 1]));
}
