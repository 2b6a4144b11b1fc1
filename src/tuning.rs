//! This turns a few milliseconds on a device into the variants of kernels that are fastest there.
//!
//! No variant is the fastest everywhere, and adapters do not say what they are made of, so they are tried: on a graphics card
//! for each kind of work by itself. The device remembers what was found out.

use std::collections::BTreeMap;

use crate::Result;
use crate::clock::now_ms;
use crate::gpu::{Gpu, Recorder, Shape};
use crate::kernels::batched_gemm::Batch;
use crate::kernels::conv::{self, Window};
use crate::kernels::{GemmVariant, Part, Work, covariance, winograd};

/// The trial of products: a convolution of VGG19's third block at 128 pixels, tiles and channels.
const TILES: u32 = 64;
const CHANNELS: u32 = 256;
/// That of few rows: its last block at 128 pixels.
const FEW_TILES: u32 = 4;
/// Those of the others: its first layer and the moments of its second, at 128 pixels.
const SIDE: u32 = 128;
const FIRST_CHANNELS: u32 = 64;
const CHUNKS: u32 = 32;

/// A run has to be this long to be told from its way there and back ...
const LONG_ENOUGH_MS: f64 = 10.0;
/// ... which so many repetitions reach on any device, or it hardly matters.
const MOST_REPEATS: u32 = 64;
/// Runs of each, of which the fastest counts.
const RUNS: usize = 2;
/// Another way has to be worth its registers and barriers: what is measured here is not all that it will be used for.
const WORTH: f64 = 0.95;
/// The name under which a device's nanoseconds for a trial of products are kept. Other versions have other kernels, ...
const PACE: &str = concat!("nanoseconds of products in ", env!("CARGO_PKG_VERSION"));
/// ... so what begins like this and is not ours makes a memory worthless.
const ANY_PACE: &str = "nanoseconds of products";
/// How many times slower or faster a device may be another time: its clock rises and falls, and others use it too.
const FAR_OFF: f64 = 4.0;
/// A device with fewer GFLOP/s is a processor that stands in for a graphics card. It has no workgroup memory, and takes a second
/// to compile barriers, so that nothing but its products is tried.
const GRAPHICS_CARD: f64 = 100.0;

/// Finds out how much an invocation should make of each kind of work, unless that is known of this device. A device that is by
/// far not as fast as it was then is tried again: something else may have kept it busy, and a busy card looks like a processor.
///
/// # Errors
/// Where the device failed, or cannot hold three small tensors.
pub async fn tune(gpu: &Gpu) -> Result<()> {
    if !gpu.findings().are_confirmed() {
        find_out(gpu).await?;
        gpu.findings().confirm();
    }
    Ok(())
}

async fn find_out(gpu: &Gpu) -> Result<()> {
    let known = gpu.findings().all();
    if let Some(variant) = GemmVariant::told(&known, Work::Products) {
        let Some(&then) = known.get(PACE) else { return Ok(()) };
        let (repeats, ms) = long_enough(gpu, variant).await?;
        if !is_far_off(pace(ms, repeats), then) {
            return Ok(());
        }
        gpu.findings().forget();
    }
    let (repeats, narrow) = long_enough(gpu, GemmVariant::Narrow).await?;
    let flop = 2.0 * f64::from(repeats * winograd::POINTS * TILES) * f64::from(CHANNELS * CHANNELS);
    let is_card = flop / narrow / 1e6 > GRAPHICS_CARD;
    for work in Work::ALL {
        if work == Work::Products {
            let others = if is_card { &[GemmVariant::Wide, GemmVariant::Shared][..] } else { &[GemmVariant::Wide] };
            let ms = decide(gpu, work, narrow, others, repeats).await?;
            gpu.findings().note(PACE, pace(ms, repeats));
        } else if is_card {
            let narrow = time(gpu, work, GemmVariant::Narrow, repeats).await?;
            decide(gpu, work, narrow, &[GemmVariant::Shared], repeats).await?;
        }
    }
    Ok(())
}

/// How many trials of products take long enough with this variant, and how many milliseconds.
async fn long_enough(gpu: &Gpu, variant: GemmVariant) -> Result<(u32, f64)> {
    let mut repeats = 1;
    loop {
        let ms = time(gpu, Work::Products, variant, repeats).await?;
        if ms >= LONG_ENOUGH_MS || repeats >= MOST_REPEATS {
            return Ok((repeats, ms));
        }
        repeats *= 4;
    }
}

/// Nanoseconds of a trial.
fn pace(ms: f64, repeats: u32) -> u32 {
    (1e6 * ms / f64::from(repeats)) as u32
}

fn is_far_off(now: u32, then: u32) -> bool {
    f64::from(now.max(then)) > FAR_OFF * f64::from(now.min(then))
}

/// Remembers the fastest of the usual variant, which took so long, and others; returns how long that took.
async fn decide(gpu: &Gpu, work: Work, narrow_ms: f64, others: &[GemmVariant], repeats: u32) -> Result<f64> {
    let (mut best, mut best_ms, mut limit_ms) = (GemmVariant::Narrow, narrow_ms, WORTH * narrow_ms);
    for &variant in others {
        let ms = time(gpu, work, variant, repeats).await?;
        if ms < limit_ms {
            (best, best_ms, limit_ms) = (variant, ms, ms);
        }
    }
    best.note(gpu, work);
    Ok(best_ms)
}

/// Takes what a text tells of a device, in place of all that is known. It may come from a stranger's file: what no device can have
/// found out is left out, and found out again. So is all that another version found out.
pub fn recall(gpu: &Gpu, text: &str) {
    gpu.findings().forget();
    let findings: BTreeMap<String, u32> = serde_json::from_str(text).unwrap_or_default();
    if findings.keys().any(|name| name.starts_with(ANY_PACE) && name != PACE) {
        return;
    }
    for (work, variant) in told(&findings) {
        variant.note(gpu, work);
    }
    if let Some(&pace) = findings.get(PACE) {
        gpu.findings().note(PACE, pace);
    }
}

/// The variants alone, as JSON: what a picture's file says of the device that painted it, so that another rounds alike.
pub fn variants(gpu: &Gpu) -> String {
    let mut findings = gpu.findings().all();
    findings.remove(PACE);
    serde_json::to_string(&findings).expect("names and numbers are JSON")
}

fn told(findings: &BTreeMap<String, u32>) -> Vec<(Work, GemmVariant)> {
    Work::ALL.into_iter().filter_map(|work| Some((work, GemmVariant::told(findings, work)?))).collect()
}

/// Milliseconds of so many trials of this work, after one run that does not count.
async fn time(gpu: &Gpu, work: Work, variant: GemmVariant, repeats: u32) -> Result<f64> {
    variant.note(gpu, work);
    let mut rec = Recorder::new(gpu);
    for _ in 0..repeats {
        record(&mut rec, work)?;
    }
    let program = rec.finish();
    let mut best = f64::INFINITY;
    for run in 0..=RUNS {
        let before = now_ms();
        program.submit(gpu);
        gpu.fence().wait(gpu).await;
        if run > 0 {
            best = best.min(now_ms() - before);
        }
    }
    gpu.check()?;
    Ok(best)
}

/// Records a trial; what it computes is of no interest, so zeros will do.
fn record(rec: &mut Recorder, work: Work) -> Result<()> {
    let first = Shape::new(SIDE, SIDE, FIRST_CHANNELS);
    match work {
        Work::Products => products(rec, TILES),
        Work::FewRows => products(rec, FEW_TILES),
        Work::Squares => {
            let (x, mu) =
                (rec.tensor("tuning input", first)?, rec.tensor("tuning mean", Shape::vector(FIRST_CHANNELS))?);
            let matrix = Shape::matrix(FIRST_CHANNELS);
            let sums = rec.tensor("tuning output", Shape::new(CHUNKS, matrix.width, FIRST_CHANNELS))?;
            covariance::record(rec, &Part::whole(&x), &mu, CHUNKS, &sums);
            Ok(())
        }
        Work::Convolutions => {
            let (x, y) = (rec.tensor("tuning input", Shape::new(SIDE, SIDE, 3))?, rec.tensor("tuning output", first)?);
            let tiles = rec.tensor("tuning weights", conv::packed_shape(FIRST_CHANNELS as usize, 3, 3))?;
            let bias = rec.tensor("tuning bias", Shape::vector(FIRST_CHANNELS))?;
            let weights = conv::Weights { tiles: &tiles, bias: &bias };
            conv::forward(rec, &x, weights, Window { kernel: 3, pad: 1 }, true, &y, 0);
            Ok(())
        }
    }
}

fn products(rec: &mut Recorder, rows: u32) -> Result<()> {
    let blocks = CHANNELS / 4;
    let batch = Batch { count: winograd::POINTS, rows, in_blocks: blocks, out_blocks: blocks };
    let map = Shape::new(winograd::POINTS, rows, CHANNELS);
    let (x, y) = (rec.tensor("tuning input", map)?, rec.tensor("tuning output", map)?);
    let w = rec.tensor("tuning weights", winograd::packed_shape(CHANNELS, CHANNELS))?;
    batch.record(rec, false, &x, &w, &y);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_of_our_findings_alone() {
        let told = |text| told(&serde_json::from_str(text).unwrap_or_default());
        assert_eq!(told(r#"{"reach of products":2}"#), [(Work::Products, GemmVariant::Shared)]);
        let two = [(Work::Products, GemmVariant::Narrow), (Work::Convolutions, GemmVariant::Shared)];
        assert_eq!(told(r#"{"reach of products":0,"reach of convolutions":2,"another":1}"#), two);
        let none = [r#"{"reach of products":3}"#, r#"{"reach of products":-1}"#, r#"{"reach of convolutions":1}"#];
        for text in none.into_iter().chain([r#"{"another":1}"#, "[]", "", "{"]) {
            assert_eq!(told(text), [], "{text}");
        }
    }

    #[test]
    fn a_clock_may_rise_and_fall() {
        assert!(!is_far_off(100, 300) && !is_far_off(300, 100));
        assert!(is_far_off(100, 500) && is_far_off(500, 100) && is_far_off(1, 0));
    }
}
