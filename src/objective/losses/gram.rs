//! The Gram matrix against the painting's: F'F/N, which mixes mean and covariance (Gatys, Ecker, Bethge 2016).
//!
//! Relative, its squared difference is divided by the painting's own square; absolute, it is the mean over the matrix times
//! Gatys' layer weight, 1e3 / C^2.

use super::super::loss::{Aim, Family, Goal, Loss, Needs, Units};
use super::super::moments::{Centering, Moments};
use super::super::statistics::{Comparison, Gradients, Measured, Statistics, norms};
use crate::Result;
use crate::gpu::{Recorder, Tensor};
use crate::kernels::moments_loss::{self, Weights};

/// The loss.
#[derive(Debug, Clone, Copy)]
pub struct Gram(
    /// Its units.
    pub Units,
);

impl Loss for Gram {
    fn family(&self) -> Family {
        Family::Style
    }

    fn needs(&self) -> Needs {
        Needs::Moments(Centering::None)
    }

    fn unit(&self, growth: f32) -> f32 {
        match self.0 {
            Units::Relative => 1.0,
            Units::Absolute => growth.powi(-4),
        }
    }

    fn aim(&self, rec: &mut Recorder, weight: f32, goal: Goal) -> Result<Box<dyn Aim>> {
        let units = self.0;
        Statistics::aim(rec, goal, Centering::None, |rec, moments| {
            Ok(Target { norms: norms(rec, &moments)?, moments, units, weight })
        })
    }
}

/// The painting's Gram matrix with its squared norm.
struct Target {
    moments: Moments,
    norms: Tensor,
    units: Units,
    weight: f32,
}

impl Target {
    fn weights(&self, channels: u32) -> Weights {
        let entries = (channels * channels) as f32;
        match self.units {
            Units::Relative => Weights { covariance: self.weight, mean: 0.0, relative: true },
            Units::Absolute => {
                Weights { covariance: self.weight * 1e3 / entries / entries, mean: 0.0, relative: false }
            }
        }
    }
}

impl Comparison for Target {
    fn compare(&self, rec: &mut Recorder, own: &Moments, measured: &Measured) -> Result<Gradients> {
        let d = Gradients::tensors(rec, own)?;
        let weights = self.weights(own.mu.shape().channels);
        let Measured { mass, gradient_scale, slot } = *measured;
        let (own, target) = (own.pair(), self.moments.pair());
        moments_loss::record(rec, &own, &target, &self.norms, mass, weights, gradient_scale, &d.pair(), slot);
        Ok(d)
    }
}
