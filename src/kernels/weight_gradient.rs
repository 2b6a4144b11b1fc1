//! The gradient of a convolution to its weights, in partial sums.

use super::strided_conv::Stride;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    in_width: u32,
    in_channels: u32,
    in_blocks: u32,
    out_height: u32,
    out_width: u32,
    out_blocks: u32,
    kernel: u32,
    stride: u32,
    rows: u32,
    chunks: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("weight_gradient", [8, 8, 1], Params, [Read, Read, Write], ["outer"]);

/// Taps of a kernel's row that one invocation sums, and output blocks.
const TAPS: u32 = 3;
const BLOCKS: u32 = 2;

/// Invocations that keep a device busy, and rows below which a chunk is not worth its partial sums.
const ENOUGH: u32 = 4096;
const FEWEST_ROWS: u32 = 4;

/// In how many chunks the rows of the output's gradient `d_y` are summed for an input of `in_channels`.
pub fn chunks(in_channels: u32, stride: Stride, d_y: Shape) -> u32 {
    let blocks = in_channels.div_ceil(4) * d_y.blocks().div_ceil(BLOCKS);
    let invocations = blocks * stride.kernel * stride.kernel / TAPS;
    let wanted = ENOUGH.div_ceil(invocations).min(d_y.height.div_ceil(FEWEST_ROWS)).max(1);
    // No chunk is empty.
    d_y.height.div_ceil(d_y.height.div_ceil(wanted))
}

/// Sums over each of `chunks` shares of d_y's rows; `partials` holds so many times the packed weights. The kernel's width is
/// a multiple of 3.
pub fn record(rec: &mut Recorder, x: &Tensor, d_y: &Tensor, stride: Stride, chunks: u32, partials: &Tensor) {
    let (from, to) = (x.shape(), d_y.shape());
    assert_eq!(stride.output(from, to.channels), to, "shape of {}", d_y.label());
    assert!(stride.kernel.is_multiple_of(TAPS), "a kernel of {} taps", stride.kernel);
    let tiles = from.blocks() * to.blocks() * stride.kernel * stride.kernel;
    assert_eq!(partials.shape().bytes(), u64::from(chunks * tiles) * 64, "partial sums of the weights' gradient");
    let params = Params {
        in_width: from.width,
        in_channels: from.channels,
        in_blocks: from.blocks(),
        out_height: to.height,
        out_width: to.width,
        out_blocks: to.blocks(),
        kernel: stride.kernel,
        stride: stride.stride,
        rows: to.height.div_ceil(chunks),
        chunks,
    };
    let threads = [from.blocks() * stride.kernel / TAPS * stride.kernel, to.blocks().div_ceil(BLOCKS) * chunks, 1];
    rec.dispatch(&KERNEL, &params, &[x, d_y, partials], Grid::over(&KERNEL, threads));
}
