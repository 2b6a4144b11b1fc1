//! This turns a model and a size into what a step of a print takes, tile by tile, beside a step of the painter.

use super::inputs::{noise, random_weights};
use super::work::Work;
use crate::Result;
use crate::choices::{Method, ModelKind, Precision};
use crate::clock::now_ms;
use crate::gpu::{Gpu, Phase};
use crate::objective::Stage;
use crate::painter::{Painter, Print, Sources};
use crate::settings::Settings;
use crate::weights::ModelWeights;
use std::rc::Rc;

/// A print's last scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Printing {
    /// Edge of the square picture in pixels.
    pub size: u32,
    /// How many tiles each stage has, and how many columns and rows it sees of each, with its surroundings.
    pub seen: Vec<(usize, (u32, u32))>,
    /// Seconds until the first step begins: targets are captured.
    pub prepare_s: f64,
    /// Seconds of a step.
    pub step_s: f64,
    /// The most bytes that the engine held on the device.
    pub peak_bytes: u64,
    /// Operations of a step, as [`Row::gflop`](super::Row::gflop) counts them for the same picture seen at once; in units of these.
    pub extra_work: f64,
    /// Seconds of the painter's step by Adam at this size, if that was asked.
    pub painter_s: Option<f64>,
}

/// Steps of the painter, of which the first prepares what the others find ready.
const PAINTER_STEPS: u32 = 3;

impl Printing {
    /// Makes a print of noise that is nearly as large, so that it has one scale, within `memory` bytes of the device, and takes one
    /// step. Call it with a small size first: the first step of a process compiles the kernels.
    ///
    /// # Errors
    /// Where the device cannot hold a tile, or it fails.
    pub async fn measure(
        gpu: &Gpu,
        (model, precision): (ModelKind, Precision),
        size: u32,
        memory: u64,
        beside: bool,
    ) -> Result<Printing> {
        let weights = Rc::new(random_weights(model));
        let picture = Rc::new(noise(1, size.min(SOURCE)));
        let sources = Sources {
            photo: Some(picture.clone()),
            paintings: vec![picture],
            weights: [(model, weights.clone())].into(),
            ..Sources::default()
        };
        let settings = Settings { model, precision, iterations: Some(1), ..Settings::default() };
        gpu.memory().take_peak();
        let started = now_ms();
        let from = noise(2, size - 1);
        let mut print = Print::new(gpu, &sources, &settings, &from, size, memory).await?;
        drop(from);
        let stages: Vec<Stage> = print.stages().into_iter().cloned().collect();
        let prepare_s = (now_ms() - started) / 1000.0;
        let started = now_ms();
        while !print.step().await?.finished {}
        let step_s = (now_ms() - started) / 1000.0;
        let peak_bytes = gpu.memory().peak();
        drop(print);

        let extra_work = extra_work(gpu, model, &weights, size, &stages)?;
        let seen = stages.into_iter().map(|Stage { tiling, .. }| (tiling.tiles.len(), tiling.view())).collect();
        let painter_s = if beside {
            let settings = Settings {
                size,
                scales: Some(1),
                optimizer: Method::Adam,
                iterations: Some(PAINTER_STEPS),
                ..settings
            };
            Some(painter_step(gpu, &sources, &settings).await?)
        } else {
            None
        };
        Ok(Printing { size, seen, prepare_s, step_s, peak_bytes, extra_work, painter_s })
    }
}

/// Longest edge of the photo and of the painting, and of the picture whose operations are counted: more changes neither.
const SOURCE: u32 = 2048;

/// All tiles are seen twice, and go back once.
fn extra_work(gpu: &Gpu, model: ModelKind, weights: &ModelWeights, size: u32, stages: &[Stage]) -> Result<f64> {
    let work = Work::count(gpu, model, weights, size.min(SOURCE))?;
    let with_tiles = work.parts.iter().map(|part| {
        // Of a style's operations half are its statistics.
        let again = match part.scope.phase {
            Phase::Forward => 1.0,
            Phase::Style => 0.5,
            _ => 0.0,
        };
        let stage = stages.iter().find(|stage| stage.layers.contains(&part.scope.layer));
        part.flop * (1.0 + again) * stage.map_or(1.0, |stage| stage.tiling.overlap())
    });
    Ok(with_tiles.sum::<f64>() / work.parts.iter().map(|part| part.flop).sum::<f64>())
}

async fn painter_step(gpu: &Gpu, sources: &Sources, settings: &Settings) -> Result<f64> {
    let mut painter = Painter::new(gpu, sources, settings).await?;
    painter.step().await?;
    gpu.fence().wait(gpu).await;
    let started = now_ms();
    while !painter.step().await?.finished {}
    Ok((now_ms() - started) / 1000.0 / f64::from(PAINTER_STEPS - 1))
}
