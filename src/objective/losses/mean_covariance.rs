//! Mean and covariance: |dS|^2/|S|^2 + |dm|^2/|m|^2 against the painting's.

use super::super::loss::{Aim, Family, Goal, Loss, Needs};
use super::super::moments::Centering;
use super::moments;
use crate::Result;
use crate::gpu::Recorder;
use crate::kernels::moments_loss::Weights;

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
        let weights = Weights { covariance: weight, mean: weight, relative: true };
        moments::aim(rec, goal, Centering::Mean, |_| weights)
    }
}
