//! A convolution's weights turned into those of its gradient, on the device.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    in_blocks: u32,
    out_blocks: u32,
    taps: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("flip", LINE, Params, [Read, Write]);

/// flipped = what [`super::conv::pack_flipped`] makes of the kernels that [`super::conv::pack`] laid out as `weights`, which lead
/// from `inputs` to `outputs` channels.
pub fn record(rec: &mut Recorder, weights: &Tensor, outputs: u32, inputs: u32, flipped: &Tensor) {
    assert_eq!(weights.shape().bytes(), flipped.shape().bytes(), "size of {}", flipped.label());
    let tiles = weights.shape().vectors() / 4;
    let (in_blocks, out_blocks) = (inputs.div_ceil(4), outputs.div_ceil(4));
    let params = Params { in_blocks, out_blocks, taps: tiles / (in_blocks * out_blocks) };
    rec.dispatch(&KERNEL, &params, &[weights, flipped], Grid::line(&KERNEL, tiles));
}
