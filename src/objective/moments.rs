//! This turns a feature map into its mean and its centred covariance (or its Gram matrix), on the device.

use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::{covariance, dot, mean, reduce, sums_for, total};

/// The statistics of one layer.
pub struct Moments {
    /// C x C, in 4x4 tiles.
    pub sigma: Tensor,
    /// C. Zeros for a Gram matrix.
    pub mu: Tensor,
}

/// Which second moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// About the mean: a covariance.
    Mean,
    /// About zero: the Gram matrix, divided by the number of positions.
    Zero,
}

/// Chunks have to leave enough work for each invocation ...
const PIXELS_PER_CHUNK: u32 = 128;
/// ... and their matrices have to stay small against the features.
const PARTIALS_BYTES: u64 = 8 << 20;

impl Moments {
    /// Records the computation of `x`'s moments.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn record(rec: &mut Recorder, x: &Tensor, about: About) -> Result<Moments> {
        let gpu = rec.gpu();
        let Shape { channels, .. } = x.shape();
        let pixels = x.shape().pixels();
        let share = 1.0 / pixels as f32;
        let mu = gpu.tensor("mu", Shape::vector(channels))?;
        if about == About::Mean {
            let chunks = pixels.div_ceil(PIXELS_PER_CHUNK);
            let partials = rec.tensor("mu chunks", Shape::new(1, chunks, channels))?;
            mean::record(rec, x, chunks, &partials);
            reduce::record(rec, &partials, chunks, share, &mu);
        }
        let matrix = Shape::matrix(channels);
        let fitting = (PARTIALS_BYTES / matrix.bytes()).max(1) as u32;
        let chunks = pixels.div_ceil(PIXELS_PER_CHUNK).min(fitting);
        let partials = rec.tensor("sigma chunks", Shape::new(chunks, matrix.width, channels))?;
        covariance::record(rec, x, &mu, chunks, &partials);
        let sigma = gpu.tensor("sigma", matrix)?;
        reduce::record(rec, &partials, chunks, share, &sigma);
        Ok(Moments { sigma, mu })
    }
}

/// Records `|x|^2` into a slot of `y`.
///
/// # Errors
/// Where the device cannot hold the partial sums.
pub fn squared_norm(rec: &mut Recorder, x: &Tensor, y: &Tensor, slot: u32) -> Result<()> {
    let partials = sums(rec, x.shape().vectors())?;
    dot::record(rec, x, x, &partials);
    total::record(rec, &partials, y, slot);
    Ok(())
}

/// A tensor for the partial sums of a walk over `vectors`.
///
/// # Errors
/// Where the device cannot hold it.
pub fn sums(rec: &Recorder, vectors: u32) -> Result<Tensor> {
    rec.tensor("sums", Shape::new(1, sums_for(vectors) / 4, 4))
}
