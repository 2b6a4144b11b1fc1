//! Adam (Kingma & Ba 2015), with the defaults of crowsonkb/style-transfer-pytorch for the betas.

use super::{Pace, share};
use crate::Result;
use crate::gpu::{Gpu, Kernel, Recorder, Shape, Tensor, Uniform};
use crate::kernels::adam;

pub(super) const BETA1: f32 = 0.9;
pub(super) const BETA2: f32 = 0.99;
pub(super) const EPSILON: f32 = 1e-8;

/// Adam's memory.
pub struct Adam {
    x: Tensor,
    m: Tensor,
    v: Tensor,
    average: Tensor,
    alarm: Tensor,
    /// Steps since the moments began, for their bias correction; carried from scale to scale.
    age: u32,
    /// Steps since this picture began, for the average.
    step: u32,
    /// Losses that add up to the loss.
    terms: u32,
    uniform: Option<Uniform>,
    kernel: &'static Kernel,
}

impl Adam {
    /// Starts at `x` without any memory.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn new(gpu: &Gpu, x: Tensor) -> Result<Adam> {
        let [m, v] = ["adam m", "adam v"].map(|label| gpu.tensor(label, x.shape()));
        let (average, alarm) = (gpu.copy("average", &x)?, gpu.tensor("alarm", Shape::vector(1))?);
        Ok(Adam { m: m?, v: v?, average, alarm, x, age: 0, step: 0, terms: 0, uniform: None, kernel: &adam::KERNEL })
    }

    /// The same for numbers that need not stay within 0..1: a network's parameters.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn unbounded(gpu: &Gpu, x: Tensor) -> Result<Adam> {
        Ok(Adam { kernel: &adam::UNBOUNDED, ..Adam::new(gpu, x)? })
    }

    /// First and second moment and their age, for a picture of the next size to inherit.
    pub fn memory(&self) -> (&Tensor, &Tensor, u32) {
        (&self.m, &self.v, self.age)
    }

    /// Takes over moments that were resampled to this size.
    pub fn inherit(&mut self, m: Tensor, v: Tensor, age: u32) {
        (self.m, self.v, self.age) = (m, v, age);
    }

    /// Everything that it remembers: the numbers themselves, first and second moment, the average of the iterates.
    pub fn state(&self) -> [&Tensor; 4] {
        [&self.x, &self.m, &self.v, &self.average]
    }

    /// Takes over the average of a picture that was broken off after so many steps.
    pub fn go_on_from(&mut self, average: Tensor, step: u32) {
        (self.average, self.step) = (average, step);
    }

    /// Counts on from this step, for a state that was written into its tensors.
    pub fn go_on_after(&mut self, step: u32) {
        (self.age, self.step) = (step, step);
    }

    /// Records a step along the gradient `d_x`; none is taken where the sum of `losses` is not finite.
    pub fn record(&mut self, rec: &mut Recorder, d_x: &Tensor, losses: &Tensor) {
        self.terms = losses.shape().channels;
        let state = adam::State { x: &self.x, m: &self.m, v: &self.v, average: &self.average, alarm: &self.alarm };
        let params = self.params(Pace { rate: 0.0, decay: 0.0, caution: 1.0 });
        self.uniform = Some(adam::record(rec, self.kernel, d_x, losses, &state, &params));
    }

    /// Sets up the next submit of the recorded step.
    pub fn advance(&mut self, gpu: &Gpu, pace: Pace) {
        self.age += 1;
        self.step += 1;
        if let Some(uniform) = &self.uniform {
            uniform.write(gpu, &self.params(pace));
        }
    }

    fn params(&self, pace: Pace) -> adam::Params {
        let age = self.age.max(1) as i32;
        adam::Params {
            vectors: self.x.shape().vectors(),
            rate: pace.rate * pace.caution,
            beta1: BETA1,
            beta2: BETA2,
            correction1: 1.0 - BETA1.powi(age),
            correction2: 1.0 - BETA2.powi(age),
            epsilon: EPSILON,
            share: share(pace.decay, self.step.max(1)),
            step: self.step,
            terms: self.terms,
        }
    }

    /// Goes back to the average and forgets everything else.
    pub(super) fn go_back(&mut self, gpu: &Gpu) {
        gpu.overwrite(&self.x, &self.average);
        for tensor in [&self.m, &self.v, &self.alarm] {
            gpu.clear(tensor);
        }
        (self.age, self.step) = (0, 0);
    }

    pub(super) fn pixels(&self) -> &Tensor {
        &self.x
    }

    /// One number: 0, or the bits of the newest step in which something was not finite.
    pub fn alarm(&self) -> &Tensor {
        &self.alarm
    }

    /// The average of the iterates.
    pub fn average(&self) -> &Tensor {
        &self.average
    }
}
