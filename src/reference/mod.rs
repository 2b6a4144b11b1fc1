//! The naive f64 twins of the kernels: one file per operation, with the names that [`crate::kernels`] has.
//!
//! This turns each formula into the loops that it says, as slowly and as plainly as possible: the truth that the tests
//! hold the GPU to, and that finite differences hold in turn. Gradients are written as scatters, the definition of an
//! adjoint, where the shaders gather. Nothing here knows of blocks, tiles or padding, and no product code sees it.

pub mod adam;
pub mod average;
pub mod clip;
pub mod colour;
pub mod conv;
pub mod covariance;
pub mod dot;
pub mod enlarge;
pub mod guide;
pub mod instance_norm;
pub mod lbfgs;
pub mod losses;
mod map;
pub mod mask;
pub mod mean;
pub mod moments_bias;
pub mod moments_loss;
pub mod pad;
pub mod pool;
pub mod reduce;
pub mod relu_backward;
pub mod resample;
pub mod ridge;
pub mod sigmoid;
pub mod square_matmul;
pub mod stability;
pub mod strided_conv;
pub mod stylizer;
pub mod total;

pub use map::Map;

/// The pixels of each of `chunks` equal shares; the last ones are short, or empty, where the division leaves a rest.
pub fn shares(pixels: usize, chunks: usize) -> Vec<std::ops::Range<usize>> {
    let share = pixels.div_ceil(chunks);
    (0..chunks).map(|chunk| (chunk * share).min(pixels)..((chunk + 1) * share).min(pixels)).collect()
}
