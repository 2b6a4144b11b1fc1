//! This turns a model and a size into what an iteration takes: time, operations, memory.

use super::ceilings::Ceilings;
use super::inputs::{noise, random_weights};
use super::layers::Layers;
use super::work::Work;
use crate::Result;
use crate::choices::{ModelKind, Precision};
use crate::clock::now_ms;
use crate::gpu::{Clock, Gpu};
use crate::painter::{Painter, Sources};
use crate::settings::Settings;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The model.
    pub model: ModelKind,
    /// Edge of the square picture in pixels.
    pub size: u32,
    /// How features are stored.
    pub precision: Precision,
    /// Whether every layer is timed as well.
    pub layers: bool,
}

/// One model at one size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The model.
    pub model: ModelKind,
    /// Edge of the square picture in pixels.
    pub size: u32,
    /// How features are stored.
    pub precision: Precision,
    /// Milliseconds before the run's first iteration: weights are packed and uploaded, pictures resampled, targets captured
    /// at the smallest scale. Not the pipelines.
    pub prepare_ms: f64,
    /// Milliseconds of the first iteration at this size, with the preparations of its scale if it is not the run's first.
    pub first_ms: f64,
    /// Milliseconds of a later iteration, each waited for: the median.
    pub iteration_ms: f64,
    /// Milliseconds of the fastest of them: what the machine can do when nothing else runs on it.
    pub fastest_ms: f64,
    /// Milliseconds of an iteration when they stand in line as on the page, so that nobody waits for a message's way from
    /// the device.
    pub queued_ms: f64,
    /// Direct convolutions and covariances of an iteration, forward and backward, in units of 1e9 operations.
    pub gflop: f64,
    /// The most bytes that the engine held on the device.
    pub peak_bytes: u64,
    /// Of which the weights, which do not grow with the picture.
    pub weight_bytes: u64,
    /// The adapter's rates just after that: on a machine that does other things as well, rates change by the minute.
    pub ceilings: Ceilings,
    /// Where the time goes, if that was asked.
    pub layers: Option<Layers>,
}

/// Iterations at the last scale that are waited for one by one, the first among them, and those after them that stand in
/// line. Large pictures take so long that chance has less to say.
fn iterations(size: u32) -> (usize, usize) {
    if size <= 256 { (6, 4) } else { (3, 1) }
}

impl Row {
    /// Paints noise after noise. The model has random weights here: its speed does not depend on them, and no file is needed.
    ///
    /// # Errors
    /// Where no adapter answers, or the device cannot hold the run.
    pub async fn measure(question: Question) -> Result<Row> {
        let Question { model, size, precision, layers } = question;
        // A device of its own, so that its peak is this row's.
        let gpu = if layers { Gpu::open_for_timing().await? } else { Gpu::open().await? };
        gpu.warm_up(super::all_kernels());
        let picture = |seed| Rc::new(noise(seed, size));
        let weights = Rc::new(random_weights(model));
        let sources = Sources {
            photo: Some(picture(1)),
            paintings: vec![picture(2)],
            weights: [(model, weights.clone())].into(),
            ..Sources::default()
        };
        let (waited_for, queued) = iterations(size);
        let iterations = Some((waited_for + queued) as u32);
        let settings = Settings { model, size, precision, iterations, ..Settings::default() };
        let started = now_ms();
        let mut painter = Painter::new(&gpu, &sources, &settings).await?;
        gpu.fence().wait(&gpu).await;
        let prepare_ms = now_ms() - started;

        let mut times = Vec::new();
        while times.len() < waited_for {
            let started = now_ms();
            let progress = painter.step().await?;
            gpu.fence().wait(&gpu).await;
            if progress.scale == progress.scales {
                times.push(now_ms() - started);
            }
        }
        let first_ms = times.remove(0);
        times.sort_by(f64::total_cmp);
        let started = now_ms();
        // The last step of a run waits for all losses, and so for everything.
        while !painter.step().await?.finished {}
        let queued_ms = (now_ms() - started) / queued as f64;
        let peak_bytes = gpu.memory().peak();

        let ceilings = Ceilings::measure(&gpu).await?;
        let work = Work::count(&gpu, model, &weights, size)?;
        let layers = if layers { Some(Layers::measure(&gpu, &mut painter, &work).await?) } else { None };
        Ok(Row {
            model,
            size,
            precision,
            prepare_ms,
            first_ms,
            iteration_ms: times[times.len() / 2],
            fastest_ms: times[0],
            queued_ms,
            gflop: work.gflop(),
            peak_bytes,
            weight_bytes: work.weight_bytes,
            ceilings,
            layers,
        })
    }

    /// The share of the time in which the device has nothing to do while iterations stand in line; none where it has no
    /// clock of its own, or nobody asked for layers.
    pub fn idle(&self) -> Option<f64> {
        let layers = self.layers.as_ref().filter(|layers| layers.clock == Clock::Timestamps)?;
        let busy_ms: f64 = layers.scopes.iter().map(|scope| scope.ms).sum();
        Some((1.0 - busy_ms / self.queued_ms).max(0.0))
    }
}
