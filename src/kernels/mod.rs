//! One file per operation, named as its shader: parameters, bindings, grid; nothing else.
//!
//! Each `record` function appends one dispatch (or the few that belong together) to a recorder and checks shapes.

/// The descriptor of the shader `shaders/$name.wgsl`: workgroup, `Params` twin, bindings after the params.
macro_rules! kernel {
    ($name:literal, $workgroup:expr, $params:ty, [$($access:ident),+]) => {
        $crate::gpu::Kernel {
            name: $name,
            wgsl: include_str!(concat!("../../shaders/", $name, ".wgsl")),
            workgroup: $workgroup,
            params_bytes: size_of::<$params>(),
            bindings: &[$crate::gpu::Access::Params, $($crate::gpu::Access::$access),+],
            constants: &[],
        }
    };
}

pub mod adam;
pub mod blend;
pub mod colour;
pub mod content_loss;
pub mod conv;
pub mod covariance;
pub mod dot;
pub mod guide;
pub mod lbfgs;
pub mod mask;
pub mod matrix_product;
pub mod mean;
pub mod moments_bias;
pub mod moments_loss;
pub mod pad;
pub mod pool;
pub mod product;
mod reach;
pub mod recentre;
pub mod reduce;
pub mod relu_backward;
pub mod resample;
pub mod ridge;
pub mod total;
pub mod tv_loss;
pub mod wasserstein_loss;
pub mod winograd;

pub use reach::Reach;

use crate::gpu::{Grid, Kernel, Tensor};

/// Every compute kernel, for the tests that reflect them.
pub const ALL: [&Kernel; 43] = [
    &adam::KERNEL,
    &blend::KERNEL,
    &colour::KERNEL,
    &content_loss::KERNEL,
    &conv::KERNEL,
    &conv::FROM_PICTURE,
    &conv::TO_PICTURE,
    &covariance::KERNEL,
    &covariance::WIDE,
    &dot::KERNEL,
    &guide::KERNEL,
    &lbfgs::HISTORY,
    &lbfgs::PRODUCTS,
    &lbfgs::DIRECTION,
    &lbfgs::STEP,
    &mask::KERNEL,
    &matrix_product::KERNEL,
    &matrix_product::WIDE,
    &mean::KERNEL,
    &moments_bias::KERNEL,
    &moments_loss::KERNEL,
    &pad::FORWARD,
    &pad::BACKWARD,
    &pool::FORWARD,
    &pool::BACKWARD,
    &product::NARROW,
    &product::WIDE,
    &product::SHARED,
    &product::NARROW_TRANSPOSED,
    &product::WIDE_TRANSPOSED,
    &product::SHARED_TRANSPOSED,
    &recentre::KERNEL,
    &reduce::KERNEL,
    &relu_backward::KERNEL,
    &resample::KERNEL,
    &ridge::KERNEL,
    &total::KERNEL,
    &tv_loss::KERNEL,
    &wasserstein_loss::KERNEL,
    &winograd::WEIGHTS,
    &winograd::INPUT,
    &winograd::GRADIENT,
    &winograd::OUTPUT,
];

/// What every run needs that the page's own settings lead to; the slowest to compile are among them.
pub const USUAL: [&Kernel; 24] = [
    &resample::KERNEL,
    &colour::KERNEL,
    &pad::FORWARD,
    &conv::FROM_PICTURE,
    &winograd::WEIGHTS,
    &winograd::INPUT,
    &winograd::OUTPUT,
    &winograd::GRADIENT,
    &product::NARROW,
    &product::NARROW_TRANSPOSED,
    &mean::KERNEL,
    &reduce::KERNEL,
    &covariance::KERNEL,
    &recentre::KERNEL,
    &dot::KERNEL,
    &total::KERNEL,
    &moments_loss::KERNEL,
    &moments_bias::KERNEL,
    &relu_backward::KERNEL,
    &conv::TO_PICTURE,
    &pad::BACKWARD,
    &content_loss::KERNEL,
    &tv_loss::KERNEL,
    &adam::KERNEL,
];

/// The workgroup of kernels that walk along a line of elements.
const LINE: [u32; 3] = [64, 1, 1];

/// Workgroups of a kernel that sums while it walks: enough to fill a device, few enough to add up in one go.
const MAX_SUMS: u32 = 1024;

/// How many partial sums a summing kernel leaves for `elements`, a multiple of 4 so that they fill whole vectors.
pub fn sums_for(elements: u32) -> u32 {
    elements.div_ceil(LINE[0]).clamp(1, MAX_SUMS).next_multiple_of(4)
}

/// One workgroup for each of the partial sums.
fn grid_of_sums(kernel: &Kernel, partials: &Tensor) -> Grid {
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
