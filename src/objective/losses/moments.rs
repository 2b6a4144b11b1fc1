//! The squared difference of moments, which mean and covariance and the Gram matrix have in common.

use super::super::loss::{Aim, Goal};
use super::super::moments::{Centering, Moments};
use super::super::statistics::{Comparison, Gradients, Measured, Statistics, norms};
use crate::Result;
use crate::gpu::{Recorder, Tensor};
use crate::kernels::moments_loss::{self, Weights};

/// The painting's moments with their squared norms.
struct Target {
    moments: Moments,
    norms: Tensor,
    weights: Weights,
}

/// A target that is compared with these weights, which depend on the number of channels.
pub(super) fn aim(
    rec: &mut Recorder,
    goal: Goal,
    centering: Centering,
    weights: impl FnOnce(u32) -> Weights,
) -> Result<Box<dyn Aim>> {
    Statistics::aim(rec, goal, centering, |rec, moments| {
        let weights = weights(moments.mu.shape().channels);
        Ok(Target { norms: norms(rec, &moments)?, moments, weights })
    })
}

impl Comparison for Target {
    fn compare(&self, rec: &mut Recorder, own: &Moments, measured: &Measured) -> Result<Gradients> {
        let d = Gradients::tensors(rec, own)?;
        let Measured { mass, gradient_scale, slot } = *measured;
        let (own, target) = (own.pair(), self.moments.pair());
        moments_loss::record(rec, &own, &target, &self.norms, mass, self.weights, gradient_scale, &d.pair(), slot);
        Ok(d)
    }
}
