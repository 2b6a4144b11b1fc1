//! Products of two square matrices.

use super::batched_gemm::{FEW_ROWS, SHARED_BLOCKS};
use super::gemm_variant::{GemmVariant, Work};
use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    rows: u32,
    in_blocks: u32,
    out_blocks: u32,
    channels: u32,
    factor: f32,
    power: f32,
    diagonal: f32,
}

/// The compute kernel: squares of 2x2 tiles for each invocation.
pub const KERNEL: Kernel =
    kernel!("square_matmul", LINE, Params, [Read, Read, Read, Write], ["diagonal", "square_matmul"]);
/// The same with squares of 4x4 tiles.
pub const WIDE: Kernel = Kernel { name: "square_matmul_wide", constants: &[("WIDE", 1.0)], ..KERNEL };
/// The same through workgroup memory, as products of few rows do it: a matrix is so small that it is better made by many
/// workgroups.
pub const SHARED: Kernel = Kernel {
    name: "batched_gemm_shared_square",
    constants: &[("FEW", 1.0)],
    ..kernel!(
        "batched_gemm_shared",
        LINE,
        Params,
        [Read, Read, Read, Write],
        ["diagonal", "square_matmul", "square_gemm"]
    )
};

/// The last operations on a product before it is stored.
#[derive(Clone, Copy)]
pub struct Finish<'t> {
    /// Multiplies it.
    pub factor: f32,
    /// So does the first number of a tensor, raised to a power.
    pub norm: Option<(&'t Tensor, f32)>,
    /// Is added to the diagonal.
    pub diagonal: f32,
}

/// The product as it is.
pub const PLAIN: Finish = Finish { factor: 1.0, norm: None, diagonal: 0.0 };

/// y = factor norm^power a b + diagonal I; all of them C x C in 4x4 tiles.
pub fn record(rec: &mut Recorder, a: &Tensor, b: &Tensor, finish: Finish, y: &Tensor) {
    assert_eq!((a.shape(), b.shape()), (y.shape(), y.shape()), "shapes of the product {}", y.label());
    let Shape { channels, .. } = y.shape();
    let blocks = y.shape().blocks();
    // Without a norm, what is bound in its place is not read.
    let (norm, power) = finish.norm.unwrap_or((a, 0.0));
    let Finish { factor, diagonal, .. } = finish;
    let rows = 4 * blocks;
    let params = Params { rows, in_blocks: blocks, out_blocks: blocks, channels, factor, power, diagonal };
    let squares = |side| [blocks.div_ceil(side), blocks.div_ceil(side), 1];
    let (kernel, threads) = match GemmVariant::on(rec.gpu(), Work::Squares) {
        GemmVariant::Narrow => (&KERNEL, squares(2)),
        GemmVariant::Wide => (&WIDE, squares(4)),
        GemmVariant::Shared => (&SHARED, [rows.div_ceil(FEW_ROWS) * LINE[0], blocks.div_ceil(SHARED_BLOCKS), 1]),
    };
    rec.dispatch(kernel, &params, &[a, b, norm, y], Grid::over(kernel, threads));
}
