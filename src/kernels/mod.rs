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
mod gemm_variant;
pub mod guide;
pub mod lbfgs;
mod line;
pub mod mask;
pub mod matrix_product;
pub mod mean;
pub mod moments_bias;
pub mod moments_loss;
pub mod pad;
pub mod pool;
pub mod product;
pub mod recentre;
pub mod reduce;
pub mod relu_backward;
pub mod resample;
pub mod ridge;
pub mod total;
pub mod tv_loss;
pub mod wasserstein_loss;
pub mod winograd;

pub use gemm_variant::GemmVariant;
pub use line::{Part, sums_for};

use crate::gpu::Kernel;

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
