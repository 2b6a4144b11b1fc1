//! This turns a gradient of the pixels into the next picture.

mod adam;
mod in_memory;
mod lbfgs;

pub use adam::Adam;
pub use in_memory::AdamInMemory;
pub use lbfgs::Lbfgs;

use crate::Result;
use crate::choices::Method;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};

/// How far the next step may go; L-BFGS finds out itself how far within its limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Learning rate, in units of the pixels' 0..1.
    pub rate: f32,
    /// Decay d of the average of the iterates (EMA); 0 keeps only the newest.
    pub decay: f32,
    /// The share of the rate, or of the limits of L-BFGS, that is taken: 1, and less once numbers were not finite.
    pub caution: f32,
}

/// What an optimiser takes over from an earlier one: of another scale, or of a run that was broken off.
#[derive(Default)]
pub struct Memory {
    /// Adam's first and second moment, and their age in steps.
    pub moments: Option<(Tensor, Tensor, u32)>,
    /// The picture that people saw, and the steps since it began, or 0 where it is to begin anew.
    pub shown: Option<(Tensor, u32)>,
}

/// The pictures of an optimiser's state, by these names.
pub const PIXELS: &str = "pixels";
/// Adam's first moment.
pub const FIRST_MOMENT: &str = "first moment";
/// Adam's second moment.
pub const SECOND_MOMENT: &str = "second moment";
/// Adam's average of the iterates.
pub const AVERAGE: &str = "average";

/// An optimiser at work on one size of picture.
#[allow(clippy::large_enum_variant)] // there is one of them per run
pub enum Optimizer {
    /// Adam.
    Adam(Adam),
    /// L-BFGS.
    Lbfgs(Lbfgs),
}

impl Optimizer {
    /// Starts at `pixels`, which it moves.
    ///
    /// # Errors
    /// Where the device cannot hold its memory.
    pub fn new(gpu: &Gpu, method: Method, pixels: Tensor) -> Result<Optimizer> {
        Ok(match method {
            Method::Adam => Optimizer::Adam(Adam::new(gpu, pixels)?),
            Method::Lbfgs => Optimizer::Lbfgs(Lbfgs::new(gpu, pixels)?),
        })
    }

    /// Takes over what an earlier one has left, before anything is recorded. L-BFGS has no use for moments.
    pub fn inherit(&mut self, Memory { moments, shown }: Memory) {
        match self {
            Optimizer::Adam(adam) => {
                if let Some((m, v, age)) = moments {
                    adam.inherit(m, v, age);
                }
                if let Some((average, step)) = shown {
                    adam.go_on_from(average, step);
                }
            }
            Optimizer::Lbfgs(lbfgs) => {
                if let Some((best, _)) = shown {
                    lbfgs.go_on_from(best);
                }
            }
        }
    }

    /// All that it needs to go on, by its names. L-BFGS goes on from its best picture: its memory takes twenty pictures' room.
    pub fn state(&self) -> Vec<(&'static str, &Tensor)> {
        match self {
            Optimizer::Adam(adam) => {
                [PIXELS, FIRST_MOMENT, SECOND_MOMENT, AVERAGE].into_iter().zip(adam.state()).collect()
            }
            Optimizer::Lbfgs(lbfgs) => vec![(PIXELS, lbfgs.best())],
        }
    }

    /// Steps since Adam's moments began; none of L-BFGS.
    pub fn age(&self) -> u32 {
        match self {
            Optimizer::Adam(adam) => adam.memory().2,
            Optimizer::Lbfgs(_) => 0,
        }
    }

    /// Records a step along the gradient `d_pixels`; `losses`, one per channel, add up to the loss it belongs to.
    pub fn record(&mut self, rec: &mut Recorder, d_pixels: &Tensor, losses: &Tensor) {
        match self {
            Optimizer::Adam(adam) => adam.record(rec, d_pixels, losses),
            Optimizer::Lbfgs(lbfgs) => lbfgs.record(rec, d_pixels, losses),
        }
    }

    /// Sets up the next submit of the recorded step.
    pub fn advance(&mut self, gpu: &Gpu, pace: Pace) {
        match self {
            Optimizer::Adam(adam) => adam.advance(gpu, pace),
            Optimizer::Lbfgs(lbfgs) => lbfgs.advance(gpu, pace.caution),
        }
    }

    /// Gets ready for another loss from here on. What L-BFGS knows of curvature belongs to the old one; Adam's averages of
    /// gradients forget it by themselves.
    ///
    /// # Errors
    /// Where the device cannot hold another picture.
    pub fn turn(&mut self, gpu: &Gpu) -> Result<()> {
        match self {
            Optimizer::Adam(_) => Ok(()),
            Optimizer::Lbfgs(lbfgs) => lbfgs.restart(gpu),
        }
    }

    /// Goes back to the picture that people see, with no memory of how it came about. Once the alarm is raised that is the last
    /// one that was good, because no step changes anything from then on.
    pub fn go_back(&mut self, gpu: &Gpu) {
        match self {
            Optimizer::Adam(adam) => adam.go_back(gpu),
            Optimizer::Lbfgs(lbfgs) => lbfgs.go_back(gpu),
        }
    }

    /// One number on the device: 0 as long as all losses, gradients and pixels were finite, then another.
    pub fn alarm(&self) -> &Tensor {
        match self {
            Optimizer::Adam(adam) => adam.alarm(),
            Optimizer::Lbfgs(lbfgs) => lbfgs.alarm(),
        }
    }

    /// The pixels that the loss is taken of.
    pub fn pixels(&self) -> &Tensor {
        match self {
            Optimizer::Adam(adam) => adam.pixels(),
            Optimizer::Lbfgs(lbfgs) => lbfgs.pixels(),
        }
    }

    /// The picture that people see: Adam's average of the iterates, L-BFGS' best of them.
    pub fn shown(&self) -> &Tensor {
        match self {
            Optimizer::Adam(adam) => adam.average(),
            Optimizer::Lbfgs(lbfgs) => lbfgs.best(),
        }
    }
}

/// Reads the alarm of a letter that holds it and, behind it, losses: 0, or what the shader wrote.
pub fn alarm_of(letter: &[f32]) -> (u32, &[f32]) {
    let (alarm, losses) = letter.split_at(Shape::vector(1).vectors() as usize * 4);
    (alarm[0].to_bits(), losses)
}

/// The share of the `step`-th iterate (from 1) in the bias-corrected exponential average: (1-d) / (1-d^t).
fn share(decay: f32, step: u32) -> f32 {
    (1.0 - decay) / (1.0 - decay.powi(step as i32))
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn the_average_is_the_bias_corrected_one() {
        let (decay, values) = (0.9f32, [3.0f32, -1.0, 4.0, 1.0, -5.0]);
        let (mut average, mut plain) = (0.0f32, 0.0f32);
        for (step, value) in (1..).zip(values) {
            average += share(decay, step) * (value - average);
            plain = decay * plain + (1.0 - decay) * value;
            let corrected = plain / (1.0 - decay.powi(step as i32));
            assert!((average - corrected).abs() < 1e-5, "step {step}: {average} against {corrected}");
        }
    }
}
