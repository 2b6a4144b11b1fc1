//! A picture over another, seen through a mask.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    pixels: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("mask", LINE, Params, [Read, Read, Read, Write]);

/// y = base + mask (x - base). Of the mask, H, W, 4, red counts: 0 shows the base, 1 the picture.
pub fn record(rec: &mut Recorder, mask: &Tensor, x: &Tensor, base: &Tensor, y: &Tensor) {
    let shape = y.shape();
    assert!([mask, x, base].iter().all(|other| other.shape() == shape), "shapes under the mask of {}", y.label());
    let pixels = shape.pixels();
    rec.dispatch(&KERNEL, &Params { pixels }, &[mask, x, base, y], Grid::line(&KERNEL, pixels));
}
