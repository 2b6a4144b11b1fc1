//! Resampling along one axis with a table of taps.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    in_width: u32,
    out_height: u32,
    out_width: u32,
    taps: u32,
    across: u32,
    clamp_unit: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("resample", LINE, Params, [Read, Read, Read, Write]);

/// Which way the taps run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Along the rows: the width changes.
    Across,
    /// Along the columns: the height changes.
    Down,
}

/// The taps of every output, on the device.
pub struct Table<'t> {
    /// First input of each output, as whole numbers.
    pub start: &'t Tensor,
    /// Weights, outputs x taps.
    pub weights: &'t Tensor,
    /// Taps per output.
    pub taps: u32,
}

/// y = x resampled along `axis`; `clamp_unit` keeps the values within 0..1, where a filter overshoots.
pub fn record(rec: &mut Recorder, x: &Tensor, table: &Table, axis: Axis, clamp_unit: bool, y: &Tensor) {
    let (from, to) = (x.shape(), y.shape());
    let same = match axis {
        Axis::Across => (from.height, to.height),
        Axis::Down => (from.width, to.width),
    };
    assert_eq!((same.0, from.blocks(), to.blocks()), (same.1, 1, 1), "shapes of resample");
    let params = Params {
        in_width: from.width,
        out_height: to.height,
        out_width: to.width,
        taps: table.taps,
        across: (axis == Axis::Across).into(),
        clamp_unit: clamp_unit.into(),
    };
    rec.dispatch(&KERNEL, &params, &[x, table.start, table.weights, y], Grid::line(&KERNEL, to.pixels()));
}
