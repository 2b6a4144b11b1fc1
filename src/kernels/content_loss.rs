//! The content loss of one layer and its gradient.

use super::line::{LINE, grid_of_sums};
use crate::gpu::{Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    vectors: u32,
    weight: f32,
    norm_scale: f32,
    accumulate: u32,
    gradient_scale: f32,
}

/// The compute kernel.
pub const KERNEL: Kernel =
    kernel!("content_loss", LINE, Params, [Source, Source, Read, Target, Write], ["workgroup_sum"]);

/// The photo's features, and the norm of the loss.
pub struct Target<'t> {
    /// The photo's features, shaped as `x`.
    pub features: &'t Tensor,
    /// The loss is divided by this tensor's first number ...
    pub norm: &'t Tensor,
    /// ... times this.
    pub norm_scale: f32,
}

/// Writes the loss times `weight` into `partials` (see [`super::line::sums_for`]) and its gradient into `d_x`.
pub fn record(
    rec: &mut Recorder,
    x: &Tensor,
    target: &Target,
    weight: f32,
    d_x: &Tensor,
    accumulate: bool,
    partials: &Tensor,
) {
    assert_eq!((x.shape(), x.shape()), (target.features.shape(), d_x.shape()), "shapes of content_loss");
    let vectors = x.shape().vectors();
    let params = Params {
        vectors,
        weight,
        norm_scale: target.norm_scale,
        accumulate: accumulate.into(),
        gradient_scale: d_x.dtype().gradient_scale(),
    };
    let tensors = [x, target.features, target.norm, d_x, partials];
    rec.dispatch(&KERNEL, &params, &tensors, grid_of_sums(&KERNEL, partials));
}
