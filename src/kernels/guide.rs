//! Rows of a map as a guide lets them count.

use super::line::{LINE, Part};
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    pixels: u32,
    blocks: u32,
    first: u32,
    start: u32,
    root: u32,
    accumulate: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("guide", LINE, Params, [Source, Read, Read, Target]);

/// Weights of the pixels of a map.
#[derive(Clone, Copy)]
pub struct Weights<'t> {
    /// One number for each pixel of the whole map, 0..1.
    pub w: &'t Tensor,
    /// Pixels of the map before the first that counts.
    pub start: u32,
    /// Take their square roots, so that products of two values are weighed.
    pub root: bool,
}

/// y (+)= weights (x - s) for the pixels that `part` has, which are all that `y` holds; `part.accumulate` means `y`.
pub fn record(rec: &mut Recorder, part: &Part, s: &Tensor, weights: Weights, y: &Tensor) {
    let Part { x, first, pixels, accumulate } = *part;
    let blocks = x.shape().blocks();
    assert_eq!((y.shape().pixels(), y.shape().blocks()), (pixels, blocks), "shape of the guided {}", y.label());
    let Weights { w, start, root } = weights;
    assert!(start + pixels <= 4 * w.shape().vectors(), "pixels of the guide {}", w.label());
    let params = Params { pixels, blocks, first, start, root: root.into(), accumulate: accumulate.into() };
    rec.dispatch(&KERNEL, &params, &[x, s, w, y], Grid::line(&KERNEL, pixels * blocks));
}
