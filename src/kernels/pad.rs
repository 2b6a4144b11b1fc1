//! Padding with copies of the map itself, and its gradient.

use super::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ForwardParams {
    height: u32,
    width: u32,
    blocks: u32,
    radius: u32,
    mirror: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct BackwardParams {
    height: u32,
    width: u32,
    blocks: u32,
    radius: u32,
    mirror: u32,
    accumulate: u32,
}

/// A margin of copies around a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    /// Rows and columns on every side.
    pub radius: u32,
    /// What is copied.
    pub copies: Copies,
}

/// What stands beyond an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// The edge itself, again and again. Under large windows the edge then weighs several times as much as any other
    /// pixel.
    Replicate,
    /// The map, mirrored at its edge, which stands there once.
    Mirror,
}

/// Copies the border outwards.
pub const FORWARD: Kernel = kernel!("pad_forward", LINE, ForwardParams, [Read, Write]);
/// Gathers the copies' gradients.
pub const BACKWARD: Kernel = kernel!("pad_backward", LINE, BackwardParams, [Read, Write]);

impl Margin {
    /// The padded shape.
    pub fn output(&self, shape: Shape) -> Shape {
        Shape { height: shape.height + 2 * self.radius, width: shape.width + 2 * self.radius, ..shape }
    }

    fn mirror(&self) -> u32 {
        (self.copies == Copies::Mirror).into()
    }
}

/// y = x with a margin.
pub fn forward(rec: &mut Recorder, x: &Tensor, margin: Margin, y: &Tensor) {
    assert_eq!(margin.output(x.shape()), y.shape(), "output shape of pad");
    let Shape { height, width, .. } = x.shape();
    let blocks = x.shape().blocks();
    let params = ForwardParams { height, width, blocks, radius: margin.radius, mirror: margin.mirror() };
    rec.dispatch(&FORWARD, &params, &[x, y], Grid::line(&FORWARD, y.shape().vectors()));
}

/// d_x (+)= gradient of [`forward`].
pub fn backward(rec: &mut Recorder, d_y: &Tensor, margin: Margin, d_x: &Tensor, accumulate: bool) {
    assert_eq!(margin.output(d_x.shape()), d_y.shape(), "input shape of pad's gradient");
    let Shape { height, width, .. } = d_x.shape();
    let params = BackwardParams {
        height,
        width,
        blocks: d_x.shape().blocks(),
        radius: margin.radius,
        mirror: margin.mirror(),
        accumulate: accumulate.into(),
    };
    rec.dispatch(&BACKWARD, &params, &[d_y, d_x], Grid::line(&BACKWARD, d_x.shape().vectors()));
}
