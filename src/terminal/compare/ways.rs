//! The ways of painting that are compared, each with its costs.

use super::report::Training;
use super::{Arguments, say};
use crate::files::photos;
use crate::interrupt;
use scumble::gpu::Gpu;
use scumble::image::{Picture, fit, resize};
use scumble::painter::{Painter, Sources};
use scumble::settings::Settings;
use scumble::style::{Instant, Style, TRAINED_STRENGTH};
use scumble::training::{Photos, Plan, Trainer};
use std::time::Instant as Clock;

/// A painted picture with the figures that are known before anybody judged it.
pub(super) struct Painted {
    pub(super) picture: Picture,
    /// Pictures from before it was finished, and after how many seconds they were there.
    pub(super) on_the_way: Vec<(f64, Picture)>,
    pub(super) first_s: f64,
    pub(super) last_s: f64,
    pub(super) passes: u32,
    pub(super) gflop: f64,
    pub(super) peak_mib: f64,
}

/// Whether nobody wants it to end.
fn goes_on() -> Result<(), String> {
    if interrupt::is_wished() { Err("Stopped: a part of a comparison compares nothing.".into()) } else { Ok(()) }
}

/// A picture of the way is kept each time as many more steps were taken.
const LOOK_AFTER: f64 = 1.5;

/// A run of the painter, on a device of its own so that nobody else's memory counts.
pub(super) async fn slow(sources: &Sources, settings: &Settings) -> Result<Painted, String> {
    let gpu = Gpu::open().await.map_err(say)?;
    let clock = Clock::now();
    let mut painter = Painter::new(&gpu, sources, settings).await.map_err(say)?;
    let mut on_the_way = Vec::new();
    let mut next = 1.0;
    let passes = loop {
        let progress = painter.step().await.map_err(say)?;
        goes_on()?;
        if progress.finished {
            break progress.iteration;
        }
        if f64::from(progress.iteration) >= next {
            next = f64::from(progress.iteration) * LOOK_AFTER;
            let picture = painter.picture().await.map_err(say)?;
            on_the_way.push((clock.elapsed().as_secs_f64(), picture));
        }
    };
    let picture = painter.picture().await.map_err(say)?;
    let last_s = clock.elapsed().as_secs_f64();
    let first_s = on_the_way.first().map_or(last_s, |(seconds, _)| *seconds);
    let gflop = painter.operations() / 1e9;
    Ok(Painted { picture, on_the_way, first_s, last_s, passes, gflop, peak_mib: peak_mib(&gpu) })
}

/// A pass of the stylizer.
pub(super) async fn fast(style: &Style, photo: &Picture, size: u32) -> Result<Painted, String> {
    let gpu = Gpu::open().await.map_err(say)?;
    let (width, height) = fit(photo.width, photo.height, size);
    let photo = resize(photo, width, height);
    let clock = Clock::now();
    let mut instant = Instant::new(&gpu, style).map_err(say)?;
    instant.paint(&photo, TRAINED_STRENGTH).map_err(say)?;
    let picture = instant.picture().await.map_err(say)?;
    let last_s = clock.elapsed().as_secs_f64();
    let gflop = instant.operations() / 1e9;
    Ok(Painted { picture, on_the_way: Vec::new(), first_s: last_s, last_s, passes: 1, gflop, peak_mib: peak_mib(&gpu) })
}

fn peak_mib(gpu: &Gpu) -> f64 {
    gpu.memory().peak() as f64 / f64::from(1 << 20)
}

/// What a training cost.
pub(super) struct Cost {
    seconds: f64,
    steps: u32,
    gflop: f64,
}

impl Cost {
    /// With the seconds that each picture then takes less.
    pub(super) fn against(self, saved_s: f64) -> Training {
        let Cost { seconds, steps, gflop } = self;
        Training { seconds, steps, gflop, pays_after: seconds / saved_s.max(1e-9) }
    }
}

/// A style of the painting, and what its training cost.
pub(super) async fn trained(
    arguments: &Arguments,
    sources: &Sources,
    settings: &Settings,
) -> Result<(Style, Cost), String> {
    let gpu = Gpu::open().await.map_err(say)?;
    let plan = Plan { steps: arguments.steps, seed: settings.seed, ..Plan::for_size(arguments.size) };
    let photos = photos(arguments.photos.as_deref())?;
    let clock = Clock::now();
    let photos = Photos::of(photos, &plan).and_drawn(plan.seed);
    let start = Style::start().values();
    let mut trainer = Trainer::new(&gpu, sources, photos, settings, &plan, Some(&start)).await.map_err(say)?;
    while !trainer.step().await.map_err(say)?.finished {
        goes_on()?;
    }
    let style = trainer.style("comparison", sources).await.map_err(say)?;
    let seconds = clock.elapsed().as_secs_f64();
    let gflop = f64::from(plan.steps) * trainer.operations() / 1e9;
    Ok((style, Cost { seconds, steps: plan.steps, gflop }))
}
