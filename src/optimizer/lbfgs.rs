//! L-BFGS within 0..1 and wholly on the device: no inner product and no loss is ever read back.

use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};
use crate::kernels::lbfgs::{self, Limits, Uniforms};

/// Colours that a step can change.
const COLOURS: u32 = 3;

/// The memory of L-BFGS.
pub struct Lbfgs {
    x: Tensor,
    best: Tensor,
    free: Tensor,
    basis: Tensor,
    products: Tensor,
    coefficients: Tensor,
    region: Tensor,
    alarm: Tensor,
    /// Evaluations so far.
    evaluations: u32,
    uniforms: Option<Uniforms>,
}

impl Lbfgs {
    /// Pairs that are remembered; each costs two pictures of memory.
    pub const HISTORY: u32 = 10;

    /// Root mean square of the first step, in units of the pixels' 0..1.
    pub const FIRST: f32 = 0.1;

    /// The largest root mean square of one step: none is longer than the first; how much shorter, the losses decide.
    pub const LONGEST: f32 = 0.1;

    /// Starts at `x` without any memory.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn new(gpu: &Gpu, x: Tensor) -> Result<Lbfgs> {
        let [basis, products, coefficients] = lbfgs::shapes(x.shape(), Self::HISTORY);
        Ok(Lbfgs {
            best: gpu.copy("lbfgs best", &x)?,
            free: gpu.tensor("lbfgs free", x.shape())?,
            basis: gpu.tensor("lbfgs basis", basis)?,
            products: gpu.tensor("lbfgs products", products)?,
            coefficients: gpu.tensor("lbfgs coefficients", coefficients)?,
            region: gpu.tensor("lbfgs region", Shape::vector(3))?,
            alarm: gpu.tensor("alarm", Shape::vector(1))?,
            x,
            evaluations: 0,
            uniforms: None,
        })
    }

    pub(super) fn record(&mut self, rec: &mut Recorder, d_x: &Tensor, losses: &Tensor) {
        let state = lbfgs::State {
            x: &self.x,
            best: &self.best,
            free: &self.free,
            basis: &self.basis,
            products: &self.products,
            coefficients: &self.coefficients,
            region: &self.region,
            alarm: &self.alarm,
        };
        let limits = Limits {
            history: Self::HISTORY,
            elements: self.x.shape().pixels() * COLOURS,
            first: Self::FIRST,
            longest: Self::LONGEST,
        };
        self.uniforms = Some(lbfgs::record(rec, d_x, losses, &state, limits));
    }

    pub(super) fn advance(&mut self, gpu: &Gpu, caution: f32) {
        self.evaluations += 1;
        if let Some(uniforms) = &self.uniforms {
            uniforms.write(gpu, self.evaluations, caution);
        }
    }

    /// Goes back to the best picture and forgets everything else.
    pub(super) fn go_back(&mut self, gpu: &Gpu) {
        gpu.overwrite(&self.x, &self.best);
        // The first direction takes nothing of the history, but nothing times a number that is not finite is none.
        gpu.clear(&self.basis);
        gpu.clear(&self.alarm);
        self.evaluations = 0;
    }

    /// Begins anew at the best picture: the first evaluation of a run overwrites whatever the memory holds.
    pub(super) fn restart(&mut self, gpu: &Gpu) -> Result<()> {
        if self.evaluations > 0 {
            self.x = gpu.copy("pixels", &self.best)?;
        }
        self.evaluations = 0;
        Ok(())
    }

    /// Shows the picture of a run that was broken off until there is a better one: that is at the first evaluation.
    pub(super) fn go_on_from(&mut self, best: Tensor) {
        self.best = best;
    }

    pub(super) fn pixels(&self) -> &Tensor {
        &self.x
    }

    pub(super) fn best(&self) -> &Tensor {
        &self.best
    }

    pub(super) fn alarm(&self) -> &Tensor {
        &self.alarm
    }
}
