//! One file per operation, named as its shader: parameters, bindings, grid; nothing else.
//!
//! Each `record` function appends one dispatch (or the few that belong together) to a recorder and checks shapes.

/// The descriptor of the shader `shaders/$name.wgsl`: workgroup, `Params` twin, bindings after the params, and the files of
/// `shaders/common/` that it uses.
macro_rules! kernel {
    ($name:literal, $workgroup:expr, $params:ty, [$($access:ident),+] $(, [$($common:literal),+])?) => {
        $crate::gpu::Kernel {
            name: $name,
            wgsl: $crate::gpu::wgsl::wgsl!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/", $name, ".wgsl")),
            common: &[$($($crate::gpu::wgsl::wgsl!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/common/", $common, ".wgsl"))),+)?],
            workgroup: $workgroup,
            params_bytes: size_of::<$params>(),
            bindings: &[$crate::gpu::Access::Params, $($crate::gpu::Access::$access),+],
            constants: &[],
        }
    };
}

pub(crate) use kernel;

pub mod adam;
pub mod batched_gemm;
pub mod blend;
pub mod clip;
pub mod colour;
pub mod conv;
pub mod covariance;
pub mod dot;
pub mod enlarge;
pub mod flip;
mod gemm_variant;
pub mod guide;
pub mod instance_norm;
pub mod lbfgs;
mod line;
pub mod mask;
pub mod mean;
pub mod moments_bias;
pub mod moments_loss;
pub mod pad;
pub mod pool;
pub mod recentre;
pub mod reduce;
pub mod relu_backward;
pub mod resample;
pub mod ridge;
pub mod sigmoid;
pub mod square_matmul;
pub mod stability;
pub mod strided_conv;
pub mod sum;
pub mod total;
pub mod weight_gradient;
pub mod winograd;

pub use gemm_variant::{GemmVariant, Work};
pub(crate) use line::{LINE, grid_of_sums};
pub use line::{Part, sums_for};

use crate::gpu::Kernel;

/// Every compute kernel but those that one loss alone uses ([`crate::objective::losses::KERNELS`]), for the tests that reflect them.
pub const ALL: [&Kernel; 67] = [
    &adam::KERNEL,
    &adam::UNBOUNDED,
    &batched_gemm::NARROW,
    &batched_gemm::WIDE,
    &batched_gemm::SHARED,
    &batched_gemm::SHARED_FEW,
    &batched_gemm::NARROW_TRANSPOSED,
    &batched_gemm::WIDE_TRANSPOSED,
    &batched_gemm::SHARED_TRANSPOSED,
    &batched_gemm::SHARED_FEW_TRANSPOSED,
    &blend::KERNEL,
    &clip::KERNEL,
    &colour::KERNEL,
    &conv::KERNEL,
    &conv::FROM_PICTURE,
    &conv::TO_PICTURE,
    &conv::SHORT,
    &conv::SHORT_FROM_PICTURE,
    &conv::SHORT_TO_PICTURE,
    &covariance::KERNEL,
    &covariance::WIDE,
    &covariance::SHARED,
    &dot::KERNEL,
    &enlarge::FORWARD,
    &enlarge::BACKWARD,
    &flip::KERNEL,
    &guide::KERNEL,
    &instance_norm::STATISTICS,
    &instance_norm::MERGE,
    &instance_norm::FORWARD,
    &instance_norm::SUMS,
    &instance_norm::BACKWARD,
    &lbfgs::HISTORY,
    &lbfgs::PRODUCTS,
    &lbfgs::DIRECTION,
    &lbfgs::STEP,
    &mask::KERNEL,
    &mean::KERNEL,
    &moments_bias::KERNEL,
    &moments_loss::KERNEL,
    &pad::FORWARD,
    &pad::BACKWARD,
    &pool::FORWARD,
    &pool::BACKWARD,
    &recentre::KERNEL,
    &reduce::KERNEL,
    &relu_backward::KERNEL,
    &resample::KERNEL,
    &ridge::KERNEL,
    &sigmoid::FORWARD,
    &sigmoid::BACKWARD,
    &square_matmul::KERNEL,
    &square_matmul::WIDE,
    &square_matmul::SHARED,
    &stability::KERNEL,
    &strided_conv::FORWARD,
    &strided_conv::BACKWARD,
    &sum::KERNEL,
    &total::KERNEL,
    &weight_gradient::KERNEL,
    &winograd::WEIGHTS,
    &winograd::INPUT,
    &winograd::INPUT_SPLIT,
    &winograd::GRADIENT,
    &winograd::GRADIENT_SPLIT,
    &winograd::OUTPUT,
    &winograd::OUTPUT_SPLIT,
];

/// The kernels of every run with the page's own settings; the slowest to compile are among them.
pub const USUAL: [&Kernel; 23] = [
    &resample::KERNEL,
    &colour::KERNEL,
    &pad::FORWARD,
    &conv::FROM_PICTURE,
    &winograd::WEIGHTS,
    &winograd::INPUT,
    &winograd::OUTPUT,
    &winograd::GRADIENT,
    &batched_gemm::NARROW,
    &batched_gemm::NARROW_TRANSPOSED,
    &mean::KERNEL,
    &reduce::KERNEL,
    &covariance::KERNEL,
    &recentre::KERNEL,
    &square_matmul::KERNEL,
    &dot::KERNEL,
    &total::KERNEL,
    &moments_loss::KERNEL,
    &moments_bias::KERNEL,
    &relu_backward::KERNEL,
    &conv::TO_PICTURE,
    &pad::BACKWARD,
    &adam::KERNEL,
];
