//! A picture over another, seen through a mask.

use super::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    pixels: u32,
    gradient: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("mask", LINE, Params, [Read, Read, Read, Write]);

/// y = base + mask (x - base). Of the mask, H, W, 4, red counts: 0 shows the base, 1 the picture.
pub fn forward(rec: &mut Recorder, mask: &Tensor, x: &Tensor, base: &Tensor, y: &Tensor) {
    record(rec, mask, x, base, y, false);
}

/// d_x = mask d_y.
pub fn backward(rec: &mut Recorder, mask: &Tensor, d_y: &Tensor, d_x: &Tensor) {
    record(rec, mask, d_y, d_y, d_x, true);
}

fn record(rec: &mut Recorder, mask: &Tensor, x: &Tensor, base: &Tensor, y: &Tensor, gradient: bool) {
    let shape = y.shape();
    assert!(
        [mask, x, base].iter().all(|other| other.shape().pixels() == shape.pixels()) && shape.blocks() == 1,
        "shapes under the mask of {}",
        y.label()
    );
    let params = Params { pixels: shape.pixels(), gradient: gradient.into() };
    rec.dispatch(&KERNEL, &params, &[mask, x, base, y], Grid::line(&KERNEL, shape.pixels()));
}
