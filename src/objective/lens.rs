//! This turns statistics of a layer into those of a linear map of it, and gradients back: the map itself is never made.
//!
//! Of y = A x + c the mean is A m + c, and the covariance A S A'. A gradient d of the loss to these is A' d to the mean and
//! A' d A to the covariance of x. Such products are small against a map.

use super::moments::Moments;
use super::root::product;
use crate::Result;
use crate::gpu::{Recorder, Tensor};
use crate::kernels::batched_gemm::pointwise;
use crate::kernels::square_matmul::{self, PLAIN};
use crate::network::Linear;

/// A linear map of a layer's statistics.
pub struct Lens(Linear);

impl Lens {
    /// Through this map.
    pub fn new(linear: Linear) -> Lens {
        Lens(linear)
    }

    /// The layer that is looked at.
    pub fn layer(&self) -> usize {
        self.0.input
    }

    /// Records the map's mean and covariance from the layer's, in tensors that stay.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn moments(&self, rec: &mut Recorder, own: &Moments) -> Result<Moments> {
        let Linear { matrix, transposed, offset, .. } = &self.0;
        let mu = rec.gpu().tensor("mu", own.mu.shape())?;
        pointwise(rec, &own.mu, matrix, offset, &mu, false);
        let half = product(rec, matrix, &own.sigma, PLAIN)?;
        let sigma = rec.gpu().tensor("sigma", own.sigma.shape())?;
        square_matmul::record(rec, &half, transposed, PLAIN, &sigma);
        Ok(Moments { sigma, mu })
    }

    /// Records the gradients to the layer's covariance and mean from those to the map's.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn gradients(&self, rec: &mut Recorder, d_sigma: &Tensor, d_mu: &Tensor) -> Result<(Tensor, Tensor)> {
        let Linear { matrix, transposed, zeros, .. } = &self.0;
        let d_mean = rec.tensor("d_mu", d_mu.shape())?;
        pointwise(rec, d_mu, transposed, zeros, &d_mean, false);
        let half = product(rec, transposed, d_sigma, PLAIN)?;
        Ok((product(rec, &half, matrix, PLAIN)?, d_mean))
    }
}
