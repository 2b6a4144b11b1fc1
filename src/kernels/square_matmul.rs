//! Products of two square matrices.

use super::gemm_variant::{GemmVariant, Work};
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
    diagonal: f32,
}

/// The compute kernel: squares of 2x2 tiles for each invocation.
pub const KERNEL: Kernel = kernel!("square_matmul", LINE, Params, [Read, Read, Read, Write], ["diagonal"]);
/// The same with squares of 4x4 tiles.
pub const WIDE: Kernel = Kernel { name: "square_matmul_wide", constants: &[("WIDE", 1.0)], ..KERNEL };

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
    let params = Params { blocks, channels, factor, power, diagonal };
    let (kernel, side) = match GemmVariant::on(rec.gpu(), Work::Squares) {
        GemmVariant::Wide => (&WIDE, 4),
        GemmVariant::Narrow | GemmVariant::Shared => (&KERNEL, 2),
    };
    let strips = blocks.div_ceil(side);
    rec.dispatch(kernel, &params, &[a, b, norm, y], Grid::over(kernel, [strips, strips, 1]));
}
