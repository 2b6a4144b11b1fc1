//! Padding with copies of the map itself, and its gradient.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use crate::model::{Copies, Margin};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ForwardParams {
    height: u32,
    width: u32,
    blocks: u32,
    radius: u32,
    copies: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct BackwardParams {
    height: u32,
    width: u32,
    blocks: u32,
    radius: u32,
    copies: u32,
    accumulate: u32,
    faded: u32,
}

/// Copies the border outwards.
pub const FORWARD: Kernel = kernel!("pad_forward", LINE, ForwardParams, [Read, Write], ["unpadded"]);
/// Gathers the copies' gradients.
pub const BACKWARD: Kernel = kernel!("pad_backward", LINE, BackwardParams, [Read, Write], ["unpadded"]);

/// The padded shape.
pub fn output(shape: Shape, margin: Margin) -> Shape {
    Shape { height: shape.height + 2 * margin.radius, width: shape.width + 2 * margin.radius, ..shape }
}

/// The copies as the shaders know them.
fn copies(margin: Margin) -> u32 {
    match margin.copies {
        Copies::Replicate => 0,
        Copies::Wrap => 1,
    }
}

/// y = x with a margin.
pub fn forward(rec: &mut Recorder, x: &Tensor, margin: Margin, y: &Tensor) {
    assert_eq!(output(x.shape(), margin), y.shape(), "output shape of pad");
    let Shape { height, width, .. } = x.shape();
    let blocks = x.shape().blocks();
    let params = ForwardParams { height, width, blocks, radius: margin.radius, copies: copies(margin) };
    rec.dispatch(&FORWARD, &params, &[x, y], Grid::line(&FORWARD, y.shape().vectors()));
}

/// d_x (+)= gradient of [`forward`].
pub fn backward(rec: &mut Recorder, d_y: &Tensor, margin: Margin, d_x: &Tensor, accumulate: bool) {
    gather(rec, d_y, margin, d_x, accumulate, false);
}

/// d_x = about the gradient of [`forward`]: in the margin it counts less and less towards the outer edge.
pub fn backward_faded(rec: &mut Recorder, d_y: &Tensor, margin: Margin, d_x: &Tensor) {
    gather(rec, d_y, margin, d_x, false, true);
}

fn gather(rec: &mut Recorder, d_y: &Tensor, margin: Margin, d_x: &Tensor, accumulate: bool, faded: bool) {
    assert_eq!(output(d_x.shape(), margin), d_y.shape(), "input shape of pad's gradient");
    let Shape { height, width, .. } = d_x.shape();
    let params = BackwardParams {
        height,
        width,
        blocks: d_x.shape().blocks(),
        radius: margin.radius,
        copies: copies(margin),
        accumulate: accumulate.into(),
        faded: faded.into(),
    };
    rec.dispatch(&BACKWARD, &params, &[d_y, d_x], Grid::line(&BACKWARD, d_x.shape().vectors()));
}
