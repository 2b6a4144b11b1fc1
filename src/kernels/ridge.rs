//! Scaling a matrix and raising its diagonal.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    blocks: u32,
    channels: u32,
    factor: f32,
    power: f32,
    ridge: f32,
    ridge_power: f32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("ridge", LINE, Params, [Read, Read, Write], ["diagonal"]);

/// y = a norm^p x + b norm^q I for `scale` (a, p) and `ridge` (b, q); x, y: C x C in 4x4 tiles; of `norm` the first number
/// counts, in the ridge as at least 1e-6.
pub fn record(rec: &mut Recorder, x: &Tensor, norm: &Tensor, scale: (f32, f32), ridge: (f32, f32), y: &Tensor) {
    assert_eq!(x.shape(), y.shape(), "shape of the ridge {}", y.label());
    let Shape { channels, .. } = y.shape();
    let blocks = y.shape().blocks();
    let ((factor, power), (ridge, ridge_power)) = (scale, ridge);
    let params = Params { blocks, channels, factor, power, ridge, ridge_power };
    rec.dispatch(&KERNEL, &params, &[x, norm, y], Grid::line(&KERNEL, blocks * blocks));
}
