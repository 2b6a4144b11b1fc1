//! Content: the squared difference to the photo's features (Gatys, Ecker, Bethge 2016).
//!
//! Relative, it is divided by the photo's own square; absolute, it is the mean over all values.

use super::super::loss::{Aim, Family, Goal, Loss, Needs, Slot, Units, Walk};
use super::super::moments::{squared_norm, sums};
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::{content_loss, total};
use crate::network::{BackwardRows, Interest};

/// The loss.
#[derive(Debug, Clone, Copy)]
pub struct Content(
    /// Its units.
    pub Units,
);

impl Loss for Content {
    fn family(&self) -> Family {
        Family::Content
    }

    fn needs(&self) -> Needs {
        Needs::Features
    }

    fn unit(&self, growth: f32) -> f32 {
        match self.0 {
            Units::Relative => 1.0,
            Units::Absolute => growth.powi(-2),
        }
    }

    fn aim(&self, rec: &mut Recorder, weight: f32, goal: Goal) -> Result<Box<dyn Aim>> {
        let Goal::Features(features) = goal else { unreachable!("it needs features") };
        let features = features.clone();
        let (norm, norm_scale) = match self.0 {
            Units::Relative => {
                let norm = rec.gpu().tensor("norm", Shape::vector(1))?;
                squared_norm(rec, &features, &norm, 0)?;
                (norm, 1.0)
            }
            Units::Absolute => {
                let values = features.shape().pixels() as f32 * features.shape().channels as f32;
                (rec.gpu().upload("one", Shape::vector(1), &[1.0; 4])?, values)
            }
        };
        Ok(Box::new(Target { features, norm, norm_scale, weight }))
    }
}

/// The photo's features, and what the loss is divided by: the first number of `norm` times `norm_scale`.
struct Target {
    features: Tensor,
    norm: Tensor,
    norm_scale: f32,
    weight: f32,
}

impl Aim for Target {
    fn interest(&self) -> Interest {
        Interest::Whole
    }

    fn walk(&self) -> Box<dyn Walk + '_> {
        Box::new(self)
    }
}

impl Walk for &Target {
    fn up(&self, rec: &mut Recorder, rows: &BackwardRows, slot: &Slot) -> Result<()> {
        let BackwardRows { x, d_x, accumulate, .. } = *rows;
        let target = content_loss::Target { features: &self.features, norm: &self.norm, norm_scale: self.norm_scale };
        let partials = sums(rec, x.shape().vectors())?;
        content_loss::record(rec, x, &target, self.weight, d_x, accumulate, &partials);
        total::record(rec, &partials, slot.losses, slot.slot);
        Ok(())
    }
}
