//! Products of matrices: a batch of them in Winograd's domain, or one at every position of a map.

use super::gemm_variant::{GemmVariant, Work};
use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    batch: u32,
    rows: u32,
    in_blocks: u32,
    out_blocks: u32,
    biased: u32,
    accumulate: u32,
}

/// Each invocation for itself.
pub const NARROW: Kernel = kernel!("batched_gemm", LINE, Params, [Source, Read, Read, Target], ["batched_gemm"]);
/// The same, twice as many rows for each.
pub const WIDE: Kernel = Kernel { name: "batched_gemm_wide", constants: &[("WIDE", 1.0)], ..NARROW };
/// Through workgroup memory.
pub const SHARED: Kernel = kernel!("batched_gemm_shared", LINE, Params, [Source, Read, Read, Target], ["batched_gemm"]);
/// The same for few rows.
pub const SHARED_FEW: Kernel = Kernel { name: "batched_gemm_shared_few", constants: &[("FEW", 1.0)], ..SHARED };
/// The same four with the weights of Winograd's gradient.
pub const NARROW_TRANSPOSED: Kernel =
    Kernel { name: "batched_gemm_transposed", constants: &[("TRANSPOSED", 1.0)], ..NARROW };
/// See [`NARROW_TRANSPOSED`].
pub const WIDE_TRANSPOSED: Kernel =
    Kernel { name: "batched_gemm_wide_transposed", constants: &[("TRANSPOSED", 1.0), ("WIDE", 1.0)], ..NARROW };
/// See [`NARROW_TRANSPOSED`].
pub const SHARED_TRANSPOSED: Kernel =
    Kernel { name: "batched_gemm_shared_transposed", constants: &[("TRANSPOSED", 1.0)], ..SHARED };
/// See [`NARROW_TRANSPOSED`].
pub const SHARED_FEW_TRANSPOSED: Kernel =
    Kernel { name: "batched_gemm_shared_few_transposed", constants: &[("TRANSPOSED", 1.0), ("FEW", 1.0)], ..SHARED };

/// Output blocks that an invocation makes.
const BLOCKS_PER_THREAD: u32 = 4;
/// Rows and output blocks that a workgroup of [`SHARED`] makes, ...
const SHARED_ROWS: u32 = 64;
pub(super) const SHARED_BLOCKS: u32 = 16;
/// ... and rows of [`SHARED_FEW`].
pub(super) const FEW_ROWS: u32 = 32;

/// A batch of products of the same size.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// How many products.
    pub count: u32,
    /// Rows of each.
    pub rows: u32,
    /// Blocks of four input channels.
    pub in_blocks: u32,
    /// Blocks of four output channels.
    pub out_blocks: u32,
}

impl Batch {
    /// y = x w^T; `w` as [`super::winograd::transform`] leaves it, and `transposed` for the gradient.
    pub fn record(self, rec: &mut Recorder, transposed: bool, x: &Tensor, w: &Tensor, y: &Tensor) {
        // There is no bias; what is bound in its place is not read.
        self.dispatch(rec, transposed, [x, w, w, y], (false, false));
    }

    fn dispatch(self, rec: &mut Recorder, transposed: bool, tensors: [&Tensor; 4], (biased, accumulate): (bool, bool)) {
        let Batch { count, rows, in_blocks, out_blocks } = self;
        let variant = GemmVariant::on(rec.gpu(), Work::of_rows(rows));
        let kernel = kernel(variant, rows, transposed);
        let params =
            Params { batch: count, rows, in_blocks, out_blocks, biased: biased.into(), accumulate: accumulate.into() };
        let strips =
            |rows_per_thread| [rows.div_ceil(rows_per_thread) * count, out_blocks.div_ceil(BLOCKS_PER_THREAD), 1];
        let threads = match variant {
            GemmVariant::Narrow => strips(8),
            GemmVariant::Wide => strips(16),
            GemmVariant::Shared if rows <= FEW_ROWS => [LINE[0], out_blocks.div_ceil(SHARED_BLOCKS), count],
            GemmVariant::Shared => [rows.div_ceil(SHARED_ROWS) * LINE[0], out_blocks.div_ceil(SHARED_BLOCKS), count],
        };
        rec.dispatch(kernel, &params, &tensors, Grid::over(kernel, threads));
    }
}

/// The kernel that does it this way.
fn kernel(variant: GemmVariant, rows: u32, transposed: bool) -> &'static Kernel {
    match (variant, transposed) {
        (GemmVariant::Narrow, false) => &NARROW,
        (GemmVariant::Narrow, true) => &NARROW_TRANSPOSED,
        (GemmVariant::Wide, false) => &WIDE,
        (GemmVariant::Wide, true) => &WIDE_TRANSPOSED,
        (GemmVariant::Shared, false) if rows <= FEW_ROWS => &SHARED_FEW,
        (GemmVariant::Shared, true) if rows <= FEW_ROWS => &SHARED_FEW_TRANSPOSED,
        (GemmVariant::Shared, false) => &SHARED,
        (GemmVariant::Shared, true) => &SHARED_TRANSPOSED,
    }
}

/// y (+)= matrix * x + bias at every position; `matrix` in 4x4 tiles as [`crate::gpu::Shape::matrix`] says.
pub fn pointwise(rec: &mut Recorder, x: &Tensor, matrix: &Tensor, bias: &Tensor, y: &Tensor, accumulate: bool) {
    let (from, to) = (x.shape(), y.shape());
    assert_eq!(from.with_channels(to.channels), to, "output shape of pointwise to {}", y.label());
    assert_eq!(matrix.shape().bytes(), u64::from(from.blocks() * to.blocks()) * 64, "size of {}", matrix.label());
    assert_eq!(bias.shape().blocks(), to.blocks(), "size of the bias {}", bias.label());
    let batch = Batch { count: 1, rows: from.pixels(), in_blocks: from.blocks(), out_blocks: to.blocks() };
    batch.dispatch(rec, false, [x, matrix, bias, y], (true, accumulate));
}
