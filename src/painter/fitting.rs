//! This turns the pictures of a scale into the embedded model's network: filters cut from them, and standardised over them.

use super::scene::Scene;
use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor, readback};
use crate::model::patches::Level;
use crate::model::{ConvWeights, Table, filter_bank};
use crate::network::{Features, Network};
use crate::objective::capture::Spread;

/// The network that fits these pictures.
///
/// # Errors
/// Where the device failed or cannot hold it.
pub async fn network(gpu: &Gpu, seed: u32, scene: &Scene) -> Result<Network> {
    let mut filters = filters(gpu, seed, scene).await?;
    let raw = Network::new(gpu, filter_bank::table(false), &filters, &bank_taps(&filter_bank::table(false)))?;
    let mut seen = Vec::new();
    for picture in scene.pictures() {
        seen.push(responses(gpu, &raw, picture).await?);
    }
    for (level, filters) in filters.iter_mut().enumerate() {
        let at_level: Vec<_> = seen.iter().map(|picture| picture[level].clone()).collect();
        filter_bank::standardise(filters, &at_level);
    }
    let table = filter_bank::table(true);
    let taps: Vec<_> = (1..table.layers().len()).collect();
    Network::new(gpu, table, &filters, &taps)
}

/// The filters that fit these pictures, not yet standardised.
///
/// # Errors
/// Where the device failed.
pub async fn filters(gpu: &Gpu, seed: u32, scene: &Scene) -> Result<Vec<ConvWeights>> {
    let mut pyramids = Vec::new();
    for picture in scene.pictures() {
        pyramids.push(pyramid(gpu, picture).await?);
    }
    let of_level = |level: usize| pyramids.iter().map(|pyramid| &pyramid[level]).collect::<Vec<_>>();
    Ok((0..filter_bank::FILTERS.len()).map(|level| filter_bank::filters(seed, level, &of_level(level))).collect())
}

/// The layers with the filters' responses.
pub fn bank_taps(table: &Table) -> Vec<usize> {
    (0..filter_bank::FILTERS.len()).filter_map(|level| table.find(&filter_bank::style_tap(level))).collect()
}

/// All levels of a picture's pyramid.
async fn pyramid(gpu: &Gpu, picture: &Tensor) -> Result<Vec<Level>> {
    let table = filter_bank::table(false);
    let layers: Vec<_> =
        (0..filter_bank::FILTERS.len()).filter_map(|level| table.find(&filter_bank::level_tap(level))).collect();
    let without_filters = Network::new(gpu, table, &[], &layers)?;
    let mut rec = Recorder::new(gpu);
    let mut features = Features::of(layers.iter().copied());
    without_filters.look(&mut rec, picture, &mut features)?;
    rec.submit();
    let mut levels = Vec::new();
    for layer in layers {
        let map = features.at(layer);
        let Shape { height, width, .. } = map.shape();
        let values = readback::read(gpu, map).await?;
        levels.push(Level { height: height as usize, width: width as usize, values });
    }
    Ok(levels)
}

/// The raw responses' statistics at every level.
async fn responses(gpu: &Gpu, raw: &Network, picture: &Tensor) -> Result<Vec<filter_bank::Responses>> {
    let mut rec = Recorder::new(gpu);
    let taps = bank_taps(raw.table());
    let mut spread = Spread::of(taps.iter().copied());
    raw.look(&mut rec, picture, &mut spread)?;
    rec.submit();
    let shapes = raw.shapes(picture.shape());
    let mut all = Vec::new();
    for layer in taps {
        let [mean, square] = spread.of_layer(layer);
        let channels = shapes[layer].channels as usize;
        let numbers = |values: Vec<f32>| values[..channels].iter().map(|&value| f64::from(value)).collect::<Vec<_>>();
        let mean = numbers(readback::read(gpu, mean).await?);
        let square = numbers(readback::read(gpu, square).await?);
        let variance = square.iter().zip(&mean).map(|(square, mean)| (square - mean * mean).max(0.0)).collect();
        all.push(filter_bank::Responses { pixels: f64::from(shapes[layer].pixels()), mean, variance });
    }
    Ok(all)
}
