//! What a run does when its numbers were not finite: it goes back, takes smaller steps, and at last gives up. Pure decisions.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// Setbacks at one place after which a run ends.
const MOST: u32 = 6;

/// Steps between setbacks that are still at one place.
const NEAR: u32 = 20;

/// The setbacks of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setbacks {
    /// All of them.
    pub count: u32,
    /// Those at the place of the newest.
    here: u32,
    /// The step that failed last, counted from 1 over all scales.
    step: u32,
    /// Those at this scale.
    halvings: u32,
}

impl Setbacks {
    /// Notes that a step failed.
    ///
    /// # Errors
    /// [`Error::RanAway`] where smaller steps did not help.
    pub fn note(&mut self, step: u32) -> Result<()> {
        let near = self.here > 0 && step.abs_diff(self.step) <= NEAR;
        self.here = if near { self.here + 1 } else { 1 };
        self.step = step;
        self.count += 1;
        self.halvings += 1;
        if self.here > MOST { Err(Error::RanAway { step }) } else { Ok(()) }
    }

    /// At another scale the steps are as large as ever.
    pub fn next_scale(&mut self) {
        self.halvings = 0;
    }

    /// The share of its usual length that a step has.
    pub fn caution(&self) -> f32 {
        0.5f32.powi(self.halvings.min(MOST) as i32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setback_halves_the_steps_of_its_scale() {
        let mut setbacks = Setbacks::default();
        assert_eq!(setbacks.caution(), 1.0);
        setbacks.note(3).unwrap();
        setbacks.note(90).unwrap();
        assert_eq!((setbacks.count, setbacks.caution()), (2, 0.25));
        setbacks.next_scale();
        assert_eq!((setbacks.count, setbacks.caution()), (2, 1.0));
    }

    #[test]
    fn a_run_ends_at_the_seventh_setback_of_one_place() {
        let mut setbacks = Setbacks::default();
        (0..MOST).for_each(|_| setbacks.note(5).unwrap());
        assert_eq!(setbacks.note(7), Err(Error::RanAway { step: 7 }));
        let mut apart = Setbacks::default();
        (0..40).for_each(|n| apart.note(1 + n * (NEAR + 1)).unwrap());
    }
}
