//! Total variation: the mean squared difference of neighbouring pixels. It keeps the picture smooth.

use super::super::loss::{Aim, Family, Goal, Loss, Needs, Slot, Walk};
use super::super::moments::sums;
use crate::Result;
use crate::gpu::Recorder;
use crate::kernels::{total, tv_loss};
use crate::network::{BackwardRows, Interest};

/// The loss. Its layer is the picture itself, the table's first.
#[derive(Debug, Clone, Copy)]
pub struct Variation;

impl Loss for Variation {
    fn family(&self) -> Family {
        Family::Variation
    }

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn unit(&self, _growth: f32) -> f32 {
        1.0
    }

    fn aim(&self, _rec: &mut Recorder, weight: f32, _goal: Goal) -> Result<Box<dyn Aim>> {
        Ok(Box::new(Weighed { weight }))
    }
}

/// There is no target, only a weight.
struct Weighed {
    weight: f32,
}

impl Aim for Weighed {
    fn interest(&self) -> Interest {
        Interest::Whole
    }

    fn walk(&self) -> Box<dyn Walk + '_> {
        Box::new(self)
    }
}

impl Walk for &Weighed {
    fn up(&self, rec: &mut Recorder, rows: &BackwardRows, slot: &Slot) -> Result<()> {
        let BackwardRows { x, d_x, accumulate, .. } = *rows;
        let partials = sums(rec, x.shape().pixels())?;
        tv_loss::record(rec, x, self.weight, d_x, accumulate, &partials);
        total::record(rec, &partials, slot.losses, slot.slot);
        Ok(())
    }
}
