//! This turns a few milliseconds on a device into the variant of a kernel that is fastest there.
//!
//! No variant is the fastest everywhere, and adapters do not say what they are made of, so they are tried. What was found out
//! is remembered with the device.

use crate::Result;
use crate::clock::now_ms;
use crate::gpu::{Gpu, Recorder, Shape};
use crate::kernels::winograd::{self, Product, Reach};

/// Under what name it is remembered.
const REACH: &str = "tiles for each invocation of winograd_product";

/// A convolution of VGG19's third block at 128 pixels: tiles and channels.
const TILES: u32 = 64;
const CHANNELS: u32 = 256;

/// A run has to be this long to be told from its way there and back ...
const LONG_ENOUGH_MS: f64 = 10.0;
/// ... which so many repetitions reach on any device, or it hardly matters.
const MOST_REPEATS: u32 = 64;
/// Runs of each, of which the fastest counts.
const RUNS: usize = 2;
/// A wider reach has to be worth its registers: what is measured here is not all that it will be used for.
const WORTH: f64 = 0.95;

/// How many tiles an invocation should make of Winograd's products.
///
/// # Errors
/// Where the device failed, or cannot hold three small tensors.
pub async fn reach(gpu: &Gpu) -> Result<Reach> {
    if let Some(tiles) = gpu.finding(REACH) {
        return Ok(if tiles == Reach::Sixteen.tiles() { Reach::Sixteen } else { Reach::Eight });
    }
    let mut repeats = 1;
    let mut eight = time(gpu, Reach::Eight, repeats).await?;
    while eight < LONG_ENOUGH_MS && repeats < MOST_REPEATS {
        repeats *= 4;
        eight = time(gpu, Reach::Eight, repeats).await?;
    }
    let sixteen = time(gpu, Reach::Sixteen, repeats).await?;
    let reach = if sixteen < WORTH * eight { Reach::Sixteen } else { Reach::Eight };
    gpu.note(REACH, reach.tiles());
    Ok(reach)
}

/// Milliseconds of so many products, after one run that does not count.
async fn time(gpu: &Gpu, reach: Reach, repeats: u32) -> Result<f64> {
    let blocks = CHANNELS / 4;
    let product = Product { reach, transposed: false, tiles: TILES, in_blocks: blocks, out_blocks: blocks };
    let mut rec = Recorder::new(gpu);
    let map = Shape::new(winograd::POINTS, TILES, CHANNELS);
    let (v, m) = (rec.tensor("tuning input", map)?, rec.tensor("tuning output", map)?);
    let u = rec.tensor("tuning weights", winograd::packed_shape(CHANNELS, CHANNELS))?;
    for _ in 0..repeats {
        product.record(&mut rec, &v, &u, &m);
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
