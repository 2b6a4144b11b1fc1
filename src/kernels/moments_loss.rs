//! The style loss of one layer from its moments, and the gradient to them.

use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    matrix_vectors: u32,
    mean_vectors: u32,
    mass: f32,
    slot: u32,
    covariance_weight: f32,
    mean_weight: f32,
    relative: u32,
    gradient_scale: f32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!(
    "moments_loss",
    [256, 1, 1],
    Params,
    [Read, Read, Read, Read, Read, Write, Write, Write],
    ["workgroup_sum"]
);

/// A pair of moments, or of gradients to them: a C x C matrix and a vector of C.
pub struct Pair<'t> {
    /// Covariance, or Gram matrix.
    pub sigma: &'t Tensor,
    /// Mean.
    pub mu: &'t Tensor,
}

/// How the differences are weighed.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    /// Of the squared difference of the matrices.
    pub covariance: f32,
    /// Of the squared difference of the means.
    pub mean: f32,
    /// Divide each by the target's own squared norm.
    pub relative: bool,
}

/// Where the loss goes.
pub struct Slot<'t> {
    /// All losses of a step.
    pub losses: &'t Tensor,
    /// The place in it.
    pub slot: u32,
}

/// Writes the loss into its slot, and into `d` the gradient, `gradient_scale` times what it is to
/// features of so many positions, or positions with weights of that sum.
/// `norms` holds the squared norms of the target's matrix and mean.
#[allow(clippy::too_many_arguments)] // all of them tensors of one equation
pub fn record(
    rec: &mut Recorder,
    moments: &Pair,
    target: &Pair,
    norms: &Tensor,
    mass: f32,
    weights: Weights,
    gradient_scale: f32,
    d: &Pair,
    loss: &Slot,
) {
    let params = Params {
        matrix_vectors: moments.sigma.shape().vectors(),
        mean_vectors: moments.mu.shape().vectors(),
        mass,
        slot: loss.slot,
        covariance_weight: weights.covariance,
        mean_weight: weights.mean,
        relative: weights.relative.into(),
        gradient_scale,
    };
    let tensors = [moments.sigma, moments.mu, target.sigma, target.mu, norms, d.sigma, d.mu, loss.losses];
    rec.dispatch(&KERNEL, &params, &tensors, Grid::over(&KERNEL, [1, 1, 1]));
}
