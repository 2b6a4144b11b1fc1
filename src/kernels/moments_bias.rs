//! The constant part of the moments' gradient.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    blocks: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("moments_bias", LINE, Params, [Read, Read, Read, Write]);

/// bias = d_mu - d_sigma mu; all vectors of C, d_sigma a C x C matrix.
pub fn record(rec: &mut Recorder, d_sigma: &Tensor, d_mu: &Tensor, mu: &Tensor, bias: &Tensor) {
    let params = Params { blocks: mu.shape().blocks() };
    rec.dispatch(&KERNEL, &params, &[d_sigma, d_mu, mu, bias], Grid::over(&KERNEL, [params.blocks, 1, 1]));
}
