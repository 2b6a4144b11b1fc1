//! 2x2 pooling and its gradient.

use super::line::LINE;
use crate::choices::Pooling;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ForwardParams {
    height: u32,
    width: u32,
    blocks: u32,
    kind: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct BackwardParams {
    height: u32,
    width: u32,
    blocks: u32,
    kind: u32,
    accumulate: u32,
}

/// Pools.
pub const FORWARD: Kernel = kernel!("pool_forward", LINE, ForwardParams, [Source, Target]);
/// Hands the gradient back.
pub const BACKWARD: Kernel = kernel!("pool_backward", LINE, BackwardParams, [Source, Source, Target], ["winners"]);

/// Half the size, rounded down.
pub fn output(shape: Shape) -> Shape {
    Shape { height: shape.height / 2, width: shape.width / 2, ..shape }
}

/// y = x pooled.
pub fn forward(rec: &mut Recorder, x: &Tensor, pooling: Pooling, y: &Tensor) {
    assert_eq!(output(x.shape()), y.shape(), "output shape of pool");
    let Shape { height, width, .. } = x.shape();
    let params = ForwardParams { height, width, blocks: x.shape().blocks(), kind: kind(pooling) };
    rec.dispatch(&FORWARD, &params, &[x, y], Grid::line(&FORWARD, y.shape().vectors()));
}

/// d_x (+)= gradient of [`forward`].
pub fn backward(rec: &mut Recorder, x: &Tensor, d_y: &Tensor, pooling: Pooling, d_x: &Tensor, accumulate: bool) {
    assert_eq!((output(x.shape()), x.shape()), (d_y.shape(), d_x.shape()), "shapes of pool's gradient");
    let Shape { height, width, .. } = x.shape();
    let params = BackwardParams {
        height,
        width,
        blocks: x.shape().blocks(),
        kind: kind(pooling),
        accumulate: accumulate.into(),
    };
    rec.dispatch(&BACKWARD, &params, &[x, d_y, d_x], Grid::line(&BACKWARD, x.shape().vectors()));
}

/// The pooling as the shaders know it.
fn kind(pooling: Pooling) -> u32 {
    match pooling {
        Pooling::Average => 0,
        Pooling::Max => 1,
        Pooling::L2 => 2,
    }
}
