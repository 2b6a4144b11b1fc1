//! Adam (Kingma & Ba 2015), with the defaults of crowsonkb/style-transfer-pytorch for the betas.

use super::{Pace, share};
use crate::Result;
use crate::gpu::{Gpu, Kernel, Recorder, Tensor, Uniform};
use crate::kernels::adam;

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.99;
const EPSILON: f32 = 1e-8;

/// Adam's memory.
pub struct Adam {
    x: Tensor,
    m: Tensor,
    v: Tensor,
    average: Tensor,
    /// Steps since the moments began, for their bias correction; carried from scale to scale.
    age: u32,
    /// Steps since this picture began, for the average.
    step: u32,
    uniform: Option<Uniform>,
    kernel: &'static Kernel,
}

impl Adam {
    /// Starts at `x` without any memory.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn new(gpu: &Gpu, x: Tensor) -> Result<Adam> {
        let [m, v, average] = ["adam m", "adam v", "average"].map(|label| gpu.tensor(label, x.shape()));
        Ok(Adam { m: m?, v: v?, average: average?, x, age: 0, step: 0, uniform: None, kernel: &adam::KERNEL })
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

    /// Records a step along the gradient `d_x`.
    pub fn record(&mut self, rec: &mut Recorder, d_x: &Tensor) {
        let state = adam::State { x: &self.x, m: &self.m, v: &self.v, average: &self.average };
        let params = self.params(Pace { rate: 0.0, decay: 0.0 });
        self.uniform = Some(adam::record(rec, self.kernel, d_x, &state, &params));
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
            rate: pace.rate,
            beta1: BETA1,
            beta2: BETA2,
            correction1: 1.0 - BETA1.powi(age),
            correction2: 1.0 - BETA2.powi(age),
            epsilon: EPSILON,
            share: share(pace.decay, self.step.max(1)),
        }
    }

    pub(super) fn pixels(&self) -> &Tensor {
        &self.x
    }

    /// The average of the iterates.
    pub fn average(&self) -> &Tensor {
        &self.average
    }
}
