//! Total variation and its gradient.

use super::line::{LINE, grid_of_sums};
use crate::gpu::{Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    height: u32,
    width: u32,
    across: f32,
    down: f32,
    accumulate: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("tv_loss", LINE, Params, [Read, Write, Write], ["workgroup_sum"]);

/// Writes the loss times `weight` into `partials` (see [`super::line::sums_for`]) and its gradient into `d_x`.
pub fn record(rec: &mut Recorder, x: &Tensor, weight: f32, d_x: &Tensor, accumulate: bool, partials: &Tensor) {
    let Shape { height, width, .. } = x.shape();
    assert_eq!(x.shape(), d_x.shape(), "shapes of tv_loss");
    let per = |pairs: u32| if pairs == 0 { 0.0 } else { weight / (3 * pairs) as f32 };
    let params = Params {
        height,
        width,
        across: per(height * (width - 1)),
        down: per((height - 1) * width),
        accumulate: accumulate.into(),
    };
    rec.dispatch(&KERNEL, &params, &[x, d_x, partials], grid_of_sums(&KERNEL, partials));
}
