//! This turns all kernels into the time before the first of them can run.

use crate::Result;
use crate::clock::now_ms;
use crate::gpu::{Access, Gpu, Grid, Recorder, Shape, Tensor};
use serde::{Deserialize, Serialize};

/// The time that compiling takes, in milliseconds.
///
/// Neither wgpu nor WebGPU's `createComputePipeline` says when a pipeline is ready. A native driver has compiled it
/// when the call returns; a browser only notes the wish, compiles in another process, and lets the first dispatch
/// wait. So what is measured is what somebody waits for: from the first call until one workgroup of every kernel has
/// run, and beside it the same dispatches once more, which is what of it was not compiling.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pipelines {
    /// How many there are.
    pub count: usize,
    /// Until all calls have returned.
    pub calls_ms: f64,
    /// Until each pipeline has run once.
    pub first_use_ms: f64,
    /// The same dispatches once more.
    pub again_ms: f64,
}

/// Vectors of the buffers that kernels are tried on.
const VECTORS: u32 = 4096;

impl Pipelines {
    /// Measures those of all kernels on a device that has not compiled them yet.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn measure(gpu: &Gpu) -> Result<Pipelines> {
        let all = super::all_kernels();
        let most = all.iter().map(|kernel| kernel.bindings.len()).max().unwrap_or(0);
        let tensors: Vec<Tensor> =
            (0..most).map(|_| gpu.tensor("tried on", Shape::new(1, VECTORS, 4))).collect::<Result<_>>()?;
        gpu.fence().wait(gpu).await;

        let started = now_ms();
        gpu.warm_up(all.iter().copied());
        let calls_ms = now_ms() - started;
        let mut rec = Recorder::new(gpu);
        for &kernel in &all {
            // With parameters of zero there is no element to work on, so that only the start of a kernel runs.
            let params = vec![0; kernel.params_bytes];
            let used: Vec<&Tensor> = tensors
                .iter()
                .take(kernel.bindings.iter().filter(|access| **access != Access::Params).count())
                .collect();
            rec.dispatch_bytes(kernel, &params, &used, Grid::over(kernel, [1, 1, 1]));
        }
        let program = rec.finish();
        program.submit(gpu);
        gpu.fence().wait(gpu).await;
        let first_use_ms = now_ms() - started;

        let again = now_ms();
        program.submit(gpu);
        gpu.fence().wait(gpu).await;
        let again_ms = now_ms() - again;
        gpu.check()?;
        Ok(Pipelines { count: all.len(), calls_ms, first_use_ms, again_ms })
    }
}
