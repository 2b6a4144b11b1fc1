//! The Wasserstein distance of one layer's moments, and the gradient to them.

use super::moments_loss::{Pair, Slot};
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    blocks: u32,
    channels: u32,
    mass: f32,
    slot: u32,
    weight: f32,
    relative: u32,
    gradient_scale: f32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!(
    "wasserstein_loss",
    [256, 1, 1],
    Params,
    [Read, Read, Read, Read, Read, Write, Write, Write],
    ["workgroup_sum", "diagonal"]
);

/// Writes the loss, `relative` to the target's second moment or not, into its slot; `root` is (B S B)^1/2 for the picture's
/// covariance S and the root B of the target's, and `d.sigma` holds B (B S B)^-1/2 B. Into `d` goes the gradient,
/// `gradient_scale` times what it is to features of so many positions, or positions with weights of that sum.
#[allow(clippy::too_many_arguments)] // all of them tensors of one equation
pub fn record(
    rec: &mut Recorder,
    moments: &Pair,
    target: &Pair,
    root: &Tensor,
    mass: f32,
    (weight, relative): (f32, bool),
    gradient_scale: f32,
    d: &Pair,
    loss: &Slot,
) {
    let shape = moments.sigma.shape();
    let Shape { channels, .. } = shape;
    let (blocks, relative) = (shape.blocks(), relative.into());
    let params = Params { blocks, channels, mass, slot: loss.slot, weight, relative, gradient_scale };
    let tensors = [moments.sigma, moments.mu, target.sigma, target.mu, root, d.sigma, d.mu, loss.losses];
    rec.dispatch(&KERNEL, &params, &tensors, Grid::over(&KERNEL, [1, 1, 1]));
}
