//! Mean and covariance: |dS|^2/|S|^2 + |dm|^2/|m|^2 against the painting's.

use super::super::loss::{Aim, Family, Goal, Loss, Needs};
use super::super::moments::{Centering, Moments};
use super::super::statistics::{Comparison, Gradients, Measured, Statistics, norms};
use crate::Result;
use crate::gpu::{Recorder, Tensor};
use crate::kernels::moments_loss;

/// The loss. It is relative by its nature.
#[derive(Debug, Clone, Copy)]
pub struct MeanCovariance;

impl Loss for MeanCovariance {
    fn family(&self) -> Family {
        Family::Style
    }

    fn needs(&self) -> Needs {
        Needs::Moments(Centering::Mean)
    }

    fn unit(&self, _growth: f32) -> f32 {
        1.0
    }

    fn aim(&self, rec: &mut Recorder, weight: f32, goal: Goal) -> Result<Box<dyn Aim>> {
        Statistics::aim(rec, goal, Centering::Mean, |rec, moments| {
            Ok(Target { norms: norms(rec, &moments)?, moments, weight })
        })
    }
}

/// The painting's moments with their squared norms.
struct Target {
    moments: Moments,
    norms: Tensor,
    weight: f32,
}

impl Comparison for Target {
    fn compare(&self, rec: &mut Recorder, own: &Moments, measured: &Measured) -> Result<Gradients> {
        let d = Gradients::tensors(rec, own)?;
        let weights = moments_loss::Weights { covariance: self.weight, mean: self.weight, relative: true };
        let Measured { mass, gradient_scale, slot } = *measured;
        let (own, target) = (own.pair(), self.moments.pair());
        moments_loss::record(rec, &own, &target, &self.norms, mass, weights, gradient_scale, &d.pair(), slot);
        Ok(d)
    }
}
