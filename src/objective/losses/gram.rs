//! The Gram matrix against the painting's: F'F/N, which mixes mean and covariance (Gatys, Ecker, Bethge 2016).
//!
//! Relative, its squared difference is divided by the painting's own square; absolute, it is the mean over the matrix times
//! Gatys' layer weight, 1e3 / C^2.

use super::super::loss::{Aim, Family, Goal, Loss, Needs, Units};
use super::super::moments::Centering;
use super::moments;
use crate::Result;
use crate::gpu::Recorder;
use crate::kernels::moments_loss::Weights;

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
        self.0.of_file(growth, 4)
    }

    fn aim(&self, rec: &mut Recorder, weight: f32, goal: Goal) -> Result<Box<dyn Aim>> {
        moments::aim(rec, goal, Centering::None, |channels| {
            let entries = (channels * channels) as f32;
            match self.0 {
                Units::Relative => Weights { covariance: weight, mean: 0.0, relative: true },
                Units::Absolute => Weights { covariance: weight * 1e3 / entries / entries, mean: 0.0, relative: false },
            }
        })
    }
}
