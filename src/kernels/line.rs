//! Common parts of kernels that walk along a line of elements and sum on the way.

use crate::gpu::{Grid, Kernel, Tensor};

/// The workgroup of kernels that walk along a line of elements.
pub(crate) const LINE: [u32; 3] = [64, 1, 1];

/// Workgroups of a kernel that sums while it walks: enough to fill a device, few enough to add up in one go.
const MAX_SUMS: u32 = 1024;

/// How many partial sums a summing kernel leaves for `elements`, a multiple of 4 so that they fill whole vectors.
pub fn sums_for(elements: u32) -> u32 {
    elements.div_ceil(LINE[0]).clamp(1, MAX_SUMS).next_multiple_of(4)
}

/// One workgroup for each of the partial sums.
pub(crate) fn grid_of_sums(kernel: &Kernel, partials: &Tensor) -> Grid {
    Grid::over(kernel, [partials.shape().vectors() * 4 * LINE[0], 1, 1])
}

/// The rows of a map that a kernel of sums walks over, where a map is done in bands.
#[derive(Clone, Copy)]
pub struct Part<'t> {
    /// A tensor that holds them, and perhaps more.
    pub x: &'t Tensor,
    /// Pixels of the tensor that stand before the first that counts.
    pub first: u32,
    /// Pixels that count.
    pub pixels: u32,
    /// Whether to add to the sums of earlier parts.
    pub accumulate: bool,
}

impl Part<'_> {
    /// The whole of a map.
    pub fn whole(x: &Tensor) -> Part<'_> {
        Part { x, first: 0, pixels: x.shape().pixels(), accumulate: false }
    }
}
