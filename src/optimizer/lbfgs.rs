//! L-BFGS wholly on the device: no inner product is ever read back.

use super::{Pace, share};
use crate::Result;
use crate::gpu::{Gpu, Recorder, Tensor};
use crate::kernels::lbfgs::{self, DirectionParams, HistoryParams, ProductsParams, StepParams, Uniforms};

/// Colours that a step can change.
const COLOURS: u32 = 3;

/// The memory of L-BFGS.
pub struct Lbfgs {
    x: Tensor,
    x_before: Tensor,
    g_before: Tensor,
    basis: Tensor,
    products: Tensor,
    coefficients: Tensor,
    average: Tensor,
    step: u32,
    uniforms: Option<Uniforms>,
}

impl Lbfgs {
    /// Pairs that are remembered; each costs two pictures of memory.
    pub const HISTORY: u32 = 10;

    /// The largest root mean square of one step, in units of the pixels' 0..1; stands in for a line search.
    pub const REACH: f32 = 0.05;

    /// Starts at `x` without any memory.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn new(gpu: &Gpu, x: Tensor) -> Result<Lbfgs> {
        let [basis, products, coefficients] = lbfgs::shapes(x.shape(), Self::HISTORY);
        Ok(Lbfgs {
            x_before: gpu.tensor("lbfgs x", x.shape())?,
            g_before: gpu.tensor("lbfgs g", x.shape())?,
            basis: gpu.tensor("lbfgs basis", basis)?,
            products: gpu.tensor("lbfgs products", products)?,
            coefficients: gpu.tensor("lbfgs coefficients", coefficients)?,
            average: gpu.tensor("average", x.shape())?,
            x,
            step: 0,
            uniforms: None,
        })
    }

    pub(super) fn record(&mut self, rec: &mut Recorder, d_x: &Tensor) {
        let state = lbfgs::State {
            x: &self.x,
            x_before: &self.x_before,
            g_before: &self.g_before,
            basis: &self.basis,
            products: &self.products,
            coefficients: &self.coefficients,
            average: &self.average,
        };
        self.uniforms = Some(lbfgs::record(rec, d_x, &state, Self::HISTORY));
    }

    pub(super) fn advance(&mut self, gpu: &Gpu, pace: Pace) {
        self.step += 1;
        let Some(uniforms) = &self.uniforms else { return };
        let vectors = self.x.shape().vectors();
        // Step 1 has no pair yet; what its history kernel writes is overwritten by step 2 before it is read.
        let slot = self.step.saturating_sub(2) % Self::HISTORY;
        uniforms.history.write(gpu, &HistoryParams { vectors, history: Self::HISTORY, slot });
        uniforms.products.write(gpu, &ProductsParams { vectors, history: Self::HISTORY, slot });
        let elements = (self.x.shape().pixels() * COLOURS) as f32;
        let pairs = (self.step - 1).min(Self::HISTORY);
        uniforms
            .direction
            .write(gpu, &DirectionParams { history: Self::HISTORY, slot, pairs, elements, reach: Self::REACH });
        let share = share(pace.decay, self.step);
        uniforms.step.write(gpu, &StepParams { vectors, rows: 2 * Self::HISTORY + 1, share });
    }

    pub(super) fn pixels(&self) -> &Tensor {
        &self.x
    }

    pub(super) fn average(&self) -> &Tensor {
        &self.average
    }
}
