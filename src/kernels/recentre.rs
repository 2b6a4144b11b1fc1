//! From a second moment about any point to the covariance.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    blocks: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("recentre", LINE, Params, [Read, Read, Write], ["outer"]);

/// sigma -= (mu - s)(mu - s)^T, which makes a second moment about `s` one about the mean `mu`.
pub fn record(rec: &mut Recorder, mu: &Tensor, s: &Tensor, sigma: &Tensor) {
    let blocks = mu.shape().blocks();
    assert_eq!(sigma.shape().bytes(), u64::from(blocks * blocks) * 64, "size of {}", sigma.label());
    assert_eq!(mu.shape(), s.shape(), "shapes of the two points of {}", sigma.label());
    let params = Params { blocks };
    rec.dispatch(&KERNEL, &params, &[mu, s, sigma], Grid::over(&KERNEL, [blocks * blocks, 1, 1]));
}
