//! This turns kernels that do nothing else into what the adapter can do at most.

use crate::clock::now_ms;
use crate::gpu::wgsl::wgsl;
use crate::gpu::{Access, Gpu, Grid, Kernel, Recorder, Shape, readback};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};

/// The adapter's own rates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ceilings {
    /// Multiplying and adding in registers; each counts as two operations.
    pub gflop_per_s: f64,
    /// Reading and writing memory; each byte counts twice.
    pub gbyte_per_s: f64,
}

const fn fma(name: &'static str, constants: &'static [(&'static str, f64)]) -> Kernel {
    Kernel {
        name,
        wgsl: wgsl!("fma.wgsl"),
        common: &[],
        workgroup: [64, 1, 1],
        params_bytes: 4,
        bindings: &[Access::Params, Access::Write],
        constants,
    }
}

/// The same work with more and more of it independent; the best one counts.
const FMA: [Kernel; 3] =
    [fma("fma_1", &[("CHAINS", 1.0)]), fma("fma_2", &[("CHAINS", 2.0)]), fma("fma_8", &[("CHAINS", 8.0)])];

const COPY: Kernel = Kernel {
    name: "copy",
    wgsl: wgsl!("copy.wgsl"),
    common: &[],
    workgroup: [64, 1, 1],
    params_bytes: 4,
    bindings: &[Access::Params, Access::Read, Access::Write],
    constants: &[],
};

/// Invocations of the first kernel: enough to fill a large GPU.
const THREADS: u32 = 1 << 17;
/// Operations of one round of an invocation: sixteen times four lanes, each a product and a sum.
const OPERATIONS: f64 = 128.0;
/// Vectors that the second kernel copies: 64 MiB.
const VECTORS: u32 = 1 << 22;
/// A measurement shorter than this is mostly overhead.
const LONG_ENOUGH_MS: f64 = 100.0;
const REPEATS: usize = 3;

impl Ceilings {
    /// Measures both.
    ///
    /// # Errors
    /// Where the device cannot hold the buffers or computes nonsense.
    pub async fn measure(gpu: &Gpu) -> Result<Ceilings> {
        let y = gpu.tensor("fma", Shape::new(1, THREADS, 4))?;
        let mut rounds = 16u32;
        let mut fastest = 0.0f64;
        for kernel in &FMA {
            let ms = loop {
                let mut rec = Recorder::new(gpu);
                rec.dispatch(kernel, &rounds, &[&y], Grid::line(kernel, THREADS));
                let ms = best(gpu, rec).await;
                if ms > LONG_ENOUGH_MS || rounds >= 1 << 20 {
                    break ms;
                }
                rounds *= 4;
            };
            fastest = fastest.max(f64::from(THREADS) * f64::from(rounds) * OPERATIONS / ms / 1e6);
            // Whatever it starts with, a = a m + b comes near b / (1 - m): about 1 in every chain.
            let sums = readback::read(gpu, &y).await?;
            sane(
                sums.iter().all(|sum| (0.1..10.0).contains(sum)),
                "the kernel that measures the peak computed nonsense",
            )?;
        }

        let source = gpu.upload("source", Shape::new(1, VECTORS, 4), &vec![1.0; VECTORS as usize * 4])?;
        let target = gpu.tensor("target", Shape::new(1, VECTORS, 4))?;
        let mut rec = Recorder::new(gpu);
        rec.dispatch(&COPY, &VECTORS, &[&source, &target], Grid::line(&COPY, VECTORS));
        let copy_ms = best(gpu, rec).await;
        let copied = readback::read(gpu, &target).await?;
        sane(copied.iter().all(|&value| value == 1.0), "the kernel that copies did not")?;

        Ok(Ceilings { gflop_per_s: fastest, gbyte_per_s: f64::from(VECTORS) * 32.0 / copy_ms / 1e6 })
    }
}

/// The shortest of a few runs, in milliseconds, after one that does not count.
async fn best(gpu: &Gpu, rec: Recorder<'_>) -> f64 {
    let program = rec.finish();
    let mut best = f64::INFINITY;
    for run in 0..=REPEATS {
        let started = now_ms();
        program.submit(gpu);
        gpu.fence().wait(gpu).await;
        if run > 0 {
            best = best.min(now_ms() - started);
        }
    }
    best
}

fn sane(as_expected: bool, otherwise: &str) -> Result<()> {
    if as_expected { Ok(()) } else { Err(Error::Gpu { detail: otherwise.into() }) }
}
