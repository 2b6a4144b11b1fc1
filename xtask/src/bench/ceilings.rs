//! What the adapter can do at most, measured with kernels that do nothing else.

use anyhow::{Result, ensure};
use pollster::block_on;
use scumble::gpu::{Access, Gpu, Grid, Kernel, Recorder, Shape, readback};
use std::time::Instant;

/// The adapter's own rates.
pub struct Ceilings {
    /// Multiplying and adding in registers; each counts as two operations.
    pub gflop_per_s: f64,
    /// Reading and writing memory; each byte counts twice.
    pub gbyte_per_s: f64,
}

const FMA: Kernel = Kernel {
    name: "fma",
    wgsl: include_str!("fma.wgsl"),
    workgroup: [64, 1, 1],
    params_bytes: 4,
    bindings: &[Access::Params, Access::Write],
    constants: &[],
};

const COPY: Kernel = Kernel {
    name: "copy",
    wgsl: include_str!("copy.wgsl"),
    workgroup: [64, 1, 1],
    params_bytes: 4,
    bindings: &[Access::Params, Access::Read, Access::Write],
    constants: &[],
};

/// Invocations of the first kernel: enough to fill a large GPU.
const THREADS: u32 = 1 << 17;
/// Operations of one round of an invocation: eight chains of four lanes, each a product and a sum.
const OPERATIONS: f64 = 64.0;
/// Vectors that the second kernel copies: 64 MiB.
const VECTORS: u32 = 1 << 22;
/// A measurement shorter than this is mostly overhead.
const LONG_ENOUGH_S: f64 = 0.1;
const REPEATS: usize = 3;

impl Ceilings {
    /// Measures both.
    ///
    /// # Errors
    /// Where the device cannot hold the buffers or computes nonsense.
    pub fn measure(gpu: &Gpu) -> Result<Ceilings> {
        let y = gpu.tensor("fma", Shape::new(1, THREADS, 4))?;
        let mut rounds = 64u32;
        let fma_s = loop {
            let mut rec = Recorder::new(gpu);
            rec.dispatch(&FMA, &rounds, &[&y], Grid::line(&FMA, THREADS));
            let seconds = best(gpu, rec);
            if seconds > LONG_ENOUGH_S || rounds >= 1 << 20 {
                break seconds;
            }
            rounds *= 4;
        };
        // Whatever it starts with, a = a m + b comes to b / (1 - m): about 1 in every chain.
        let sums = block_on(readback::read(gpu, &y))?;
        ensure!(
            sums.iter().all(|sum| (1.0..10.0).contains(sum)),
            "the kernel that measures the peak computed nonsense"
        );

        let source = gpu.upload("source", Shape::new(1, VECTORS, 4), &vec![1.0; VECTORS as usize * 4])?;
        let target = gpu.tensor("target", Shape::new(1, VECTORS, 4))?;
        let mut rec = Recorder::new(gpu);
        rec.dispatch(&COPY, &VECTORS, &[&source, &target], Grid::line(&COPY, VECTORS));
        let copy_s = best(gpu, rec);
        let copied = block_on(readback::read(gpu, &target))?;
        ensure!(copied.iter().all(|&value| value == 1.0), "the kernel that copies did not");

        Ok(Ceilings {
            gflop_per_s: f64::from(THREADS) * f64::from(rounds) * OPERATIONS / fma_s / 1e9,
            gbyte_per_s: f64::from(VECTORS) * 32.0 / copy_s / 1e9,
        })
    }
}

/// The shortest of a few runs, in seconds, after one that does not count.
fn best(gpu: &Gpu, rec: Recorder) -> f64 {
    let program = rec.finish();
    let run = || {
        let started = Instant::now();
        program.submit(gpu);
        block_on(gpu.fence().wait(gpu));
        started.elapsed().as_secs_f64()
    };
    run();
    (0..REPEATS).map(|_| run()).fold(f64::INFINITY, f64::min)
}
