//! This turns a few milliseconds on a device into the variants of kernels that are fastest there.
//!
//! No variant is the fastest everywhere, and adapters do not say what they are made of, so they are tried. What was found out
//! is remembered with the device.

use crate::Result;
use crate::clock::now_ms;
use crate::gpu::{Gpu, Recorder, Shape};
use crate::kernels::batched_gemm::Batch;
use crate::kernels::{GemmVariant, winograd};

/// The trial: a convolution of VGG19's third block at 128 pixels, tiles and channels.
const TILES: u32 = 64;
const CHANNELS: u32 = 256;

/// A run has to be this long to be told from its way there and back ...
const LONG_ENOUGH_MS: f64 = 10.0;
/// ... which so many repetitions reach on any device, or it hardly matters.
const MOST_REPEATS: u32 = 64;
/// Runs of each, of which the fastest counts.
const RUNS: usize = 2;
/// Another way has to be worth its registers and barriers: what is measured here is not all that it will be used for.
const WORTH: f64 = 0.95;
/// A device with fewer GFLOP/s is a processor that stands in for a graphics card. It has no workgroup memory, and takes a second
/// to compile barriers.
const GRAPHICS_CARD: f64 = 100.0;

/// Finds out how much an invocation should make of products of matrices, unless that is known of this device.
///
/// # Errors
/// Where the device failed, or cannot hold three small tensors.
pub async fn tune(gpu: &Gpu) -> Result<()> {
    if GemmVariant::found(gpu).is_some() {
        return Ok(());
    }
    let mut repeats = 1;
    let mut narrow = time(gpu, GemmVariant::Narrow, repeats).await?;
    while narrow < LONG_ENOUGH_MS && repeats < MOST_REPEATS {
        repeats *= 4;
        narrow = time(gpu, GemmVariant::Narrow, repeats).await?;
    }
    let flop = 2.0 * f64::from(repeats * winograd::POINTS * TILES) * f64::from(CHANNELS * CHANNELS);
    let card = flop / narrow / 1e6 > GRAPHICS_CARD;
    let mut best = (GemmVariant::Narrow, WORTH * narrow);
    for variant in [GemmVariant::Wide, GemmVariant::Shared] {
        if variant == GemmVariant::Shared && !card {
            continue;
        }
        let time = time(gpu, variant, repeats).await?;
        if time < best.1 {
            best = (variant, time);
        }
    }
    best.0.note(gpu);
    Ok(())
}

/// Takes what a text tells of a device, in place of all that is known. It may come from a stranger's file: what no device can have
/// found out is left out, and found out again.
pub fn recall(gpu: &Gpu, text: &str) {
    gpu.findings().forget();
    if let Some(variant) = told(text) {
        variant.note(gpu);
    }
}

fn told(text: &str) -> Option<GemmVariant> {
    GemmVariant::told(&serde_json::from_str(text).ok()?)
}

/// Milliseconds of so many products, after one run that does not count.
async fn time(gpu: &Gpu, variant: GemmVariant, repeats: u32) -> Result<f64> {
    let blocks = CHANNELS / 4;
    let batch = Batch { count: winograd::POINTS, rows: TILES, in_blocks: blocks, out_blocks: blocks };
    variant.note(gpu);
    let mut rec = Recorder::new(gpu);
    let map = Shape::new(winograd::POINTS, TILES, CHANNELS);
    let (x, y) = (rec.tensor("tuning input", map)?, rec.tensor("tuning output", map)?);
    let w = rec.tensor("tuning weights", winograd::packed_shape(CHANNELS, CHANNELS))?;
    for _ in 0..repeats {
        batch.record(&mut rec, false, &x, &w, &y);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_of_our_findings_alone() {
        assert_eq!(told(r#"{"reach of products":2}"#), Some(GemmVariant::Shared));
        assert_eq!(told(r#"{"reach of products":0,"another":1}"#), Some(GemmVariant::Narrow));
        for text in [r#"{"reach of products":3}"#, r#"{"reach of products":-1}"#, r#"{"another":1}"#, "[]", "", "{"] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
