//! This turns two pictures and a person's settings into a painting, one step at a time.
//!
//! The owner of a [`Painter`] asks for each step: not asking is a pause, dropping the painter cancels the run.

mod aiming;
mod budget;
pub mod checkpoint;
pub mod feature_model;
mod heat;
mod keeping;
mod palettes;
mod print;
mod progress;
mod regions;
mod scale_run;
pub mod scene;
mod setbacks;
mod sources;
mod start;

pub use print::Print;
pub use progress::{Losses, Progress};
pub use sources::Sources;

use crate::Result;
use crate::clock::now_ms;
use crate::gpu::{Fence, Gpu, Shape, Tensor, readback};
use crate::image::Picture;
use crate::objective::Family;
use crate::optimizer::{Memory, Pace, alarm_of};
use crate::schedule::{self, Scale};
use crate::settings::Settings;
use checkpoint::{Checkpoint, Standing};
use feature_model::FeatureModel;
use keeping::Underway;
use scale_run::ScaleRun;
use scene::{Originals, Scene};
use setbacks::Setbacks;
use sources::{originals, subject};
use std::collections::VecDeque;
use std::rc::Rc;

/// Steps that may be queued on the device behind the one at work: enough to keep it busy, few enough that Pause and Stop
/// feel immediate.
const STEPS_IN_FLIGHT: usize = 2;
/// Steps that take so long keep the device busy by themselves. None is queued behind them: checkpoints would wait for it.
const LONG_MS: f64 = 400.0;

/// A run.
pub struct Painter {
    gpu: Gpu,
    model: FeatureModel,
    settings: Settings,
    scales: Vec<Scale>,
    /// The photo as it was given, for its palette.
    original: Rc<Picture>,
    originals: Originals,
    scale_run: ScaleRun,
    /// Index of the stage's scale.
    scale: usize,
    /// Steps taken at this scale.
    step: u32,
    /// Steps taken at earlier scales.
    before: u32,
    /// The losses of this scale's steps, as far as they count for stopping early.
    totals: Vec<f32>,
    /// Losses that nobody was told of yet.
    untold: Vec<Losses>,
    /// Whether the scale has nothing more to gain.
    settled: bool,
    /// How often the run had to go back, and how small its steps are since.
    setbacks: Setbacks,
    opaque: bool,
    mailbox: readback::Mailbox,
    /// A checkpoint on its way.
    underway: Option<Underway>,
    in_flight: VecDeque<Fence>,
    /// How long the device took for a step when it was waited for last.
    step_ms: f64,
}

impl Painter {
    /// Prepares a run up to its first scale.
    ///
    /// # Errors
    /// Where a setting is out of range, something is missing, or the device cannot hold the run.
    pub async fn new(gpu: &Gpu, sources: &Sources, settings: &Settings) -> Result<Painter> {
        Painter::prepare(gpu, sources, settings, None).await
    }

    /// Goes on with a run that was broken off, from the same pictures (that to start from does not matter any more): step for
    /// step as it would have gone on, if it was painted by Adam and the checkpoint holds its whole state; else from the picture.
    /// With another `size`, at that one.
    ///
    /// # Errors
    /// [`Error::Checkpoint`](crate::Error::Checkpoint) where it holds no picture; else as [`Painter::new`].
    pub async fn resume(gpu: &Gpu, sources: &Sources, checkpoint: &Checkpoint, size: Option<u32>) -> Result<Painter> {
        let settings = &checkpoint.settings;
        let settings = Settings { size: size.unwrap_or(settings.size), ..settings.clone() };
        Painter::prepare(gpu, sources, &settings, Some(checkpoint)).await
    }

    /// Prepares a run up to its first scale, or up to where it was broken off.
    async fn prepare(
        gpu: &Gpu,
        sources: &Sources,
        settings: &Settings,
        broken_off: Option<&Checkpoint>,
    ) -> Result<Painter> {
        settings.check()?;
        let model = FeatureModel::new(gpu, sources.weights(settings)?, settings).await?;
        let original = subject(sources, settings)?;
        let scales = schedule::scales((original.width, original.height), settings);
        let originals = originals(gpu, sources, &original, settings)?;
        let scale = broken_off.map_or(0, |run| run.standing.scale.min(scales.len() - 1));
        let scene = Scene::new(gpu, &originals, settings, &scales[scale])?;
        let (pixels, memory) = match broken_off {
            Some(run) => run.upload(gpu, &scene)?,
            None => (start::pixels(gpu, settings, &scene, start::own(sources, settings)?).await?, Memory::default()),
        };
        let scale_run = ScaleRun::new(gpu, &model, &scene, settings, pixels, memory)?;
        let (mut step, mut before, mut totals, mut settled) = (0, 0, Vec::new(), false);
        let setbacks = broken_off.map(|run| run.standing.setbacks).unwrap_or_default();
        if let Some(run) = broken_off {
            let standing = &run.standing;
            scale_run.show(gpu, &scene);
            step = standing.step.min(scales[scale].iterations);
            before = scales[..scale].iter().map(|scale| scale.iterations).sum();
            if settings.size == run.settings.size {
                before = standing.before.min(before); // earlier scales may have ended early
                (totals, settled) = (standing.totals.clone(), standing.settled);
            }
        }
        Ok(Painter {
            gpu: gpu.clone(),
            model,
            settings: settings.clone(),
            scales,
            opaque: original.is_opaque(),
            original,
            originals,
            scale_run,
            scale,
            step,
            before,
            totals,
            untold: Vec::new(),
            settled,
            setbacks,
            mailbox: Default::default(),
            underway: None,
            in_flight: VecDeque::new(),
            step_ms: 0.0,
        })
    }

    /// The run as it stands, for [`Painter::resume`]. It waits until the device has taken all steps.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint> {
        self.gpu.check()?;
        let letters = self.mailbox.drain(&self.gpu).await?;
        self.take_in(letters)?;
        let mut underway = self.send_for_checkpoint();
        let values = underway.awaited(&self.gpu).await?;
        Ok(underway.opened(values, &self.settings, &self.totals))
    }

    /// The same without waiting: the first call sends for it, and a later one between two steps has it. Where the run went
    /// elsewhere meanwhile (back, to the next scale, or steered), it is sent for anew.
    ///
    /// # Errors
    /// Where the device failed.
    pub fn poll_checkpoint(&mut self) -> Result<Option<Checkpoint>> {
        let Some(mut underway) = self.underway.take() else {
            self.underway = Some(self.send_for_checkpoint());
            return Ok(None);
        };
        let Some(values) = underway.arrived(&self.gpu)? else {
            self.underway = Some(underway);
            return Ok(None);
        };
        // The losses of its steps were posted before it.
        let letters = self.mailbox.collect(&self.gpu)?;
        let went_back = self.take_in(letters)?;
        Ok((!went_back).then(|| underway.opened(values, &self.settings, &self.totals)))
    }

    fn send_for_checkpoint(&self) -> Underway {
        let standing = Standing {
            scale: self.scale,
            step: self.step,
            before: self.before,
            age: self.scale_run.age(),
            totals: Vec::new(),
            settled: self.settled,
            setbacks: self.setbacks,
        };
        let totals = self.totals.len() + self.mailbox.awaited_after(self.before);
        Underway::send(&self.gpu, standing, totals, self.scale_run.state(checkpoint::MOST_BYTES))
    }

    /// The plan of the run.
    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// Operations of all passes' convolutions, a product and a sum counted as two.
    pub fn operations(&self) -> f64 {
        let pass = |scale: &Scale| self.model.network().operations(Shape::new(scale.height, scale.width, 4));
        self.scales.iter().map(|scale| f64::from(scale.iterations) * pass(scale)).sum()
    }

    /// Takes one step (or none when the painting is finished) and tells where the run stands. Where numbers were not finite a few
    /// steps ago, the run goes back to before that step.
    ///
    /// # Errors
    /// Where the device failed, and [`Error::RanAway`](crate::Error::RanAway) where going back did not help.
    pub async fn step(&mut self) -> Result<Progress> {
        self.gpu.check()?;
        if self.at_end_of_scale() && !self.at_last_scale() {
            self.next_scale()?;
        }
        if !self.at_end_of_scale() {
            let pace = schedule::pace(&self.settings, &self.scales[self.scale], self.step, self.at_last_scale());
            self.scale_run.step(&self.gpu, Pace { caution: self.setbacks.caution(), ..pace });
            self.step += 1;
            let told = [self.scale_run.alarm(), self.scale_run.losses()];
            self.mailbox.post(&self.gpu, self.before + self.step, &told);
            self.in_flight.push_back(self.gpu.fence());
            let began = now_ms();
            let most = if self.step_ms < LONG_MS { STEPS_IN_FLIGHT } else { 0 };
            let done = self.in_flight.len().saturating_sub(most);
            for oldest in self.in_flight.drain(..done) {
                oldest.wait(&self.gpu).await;
            }
            self.step_ms = (now_ms() - began) / done.max(1) as f64;
        }
        // Whether to stop is only asked now and then: the answer waits for the device, and is the same on every run.
        let judging = self.settings.stop_early && self.step.is_multiple_of(schedule::PATIENCE);
        let letters = match self.finished() || judging {
            false => self.mailbox.collect(&self.gpu)?,
            true => self.mailbox.drain(&self.gpu).await?,
        };
        if !self.take_in(letters)? && judging {
            self.settled = schedule::has_settled(&self.totals);
        }
        let losses = std::mem::take(&mut self.untold);
        Ok(self.progress(losses))
    }

    /// Notes the losses that arrived; where one tells that its step failed, the run goes back. Returns whether it did.
    fn take_in(&mut self, letters: Vec<(u32, Vec<f32>)>) -> Result<bool> {
        let mut failed = None;
        for (step, letter) in letters {
            match alarm_of(&letter) {
                (0, own) => {
                    let own = self.scale_run.split(step, own);
                    if step > self.before {
                        self.totals.push(own.total);
                    }
                    self.untold.push(own);
                }
                // Of an earlier scale only the good picture was enlarged.
                _ if step > self.before => failed = failed.or(Some(step)),
                _ => {}
            }
        }
        failed.map(|step| self.go_back(step)).transpose()?;
        Ok(failed.is_some())
    }

    /// Goes on before the step that failed. None after it changed anything, so the run is the same whenever one hears of it.
    fn go_back(&mut self, failed: u32) -> Result<()> {
        self.mailbox = Default::default();
        self.underway = None;
        self.step = failed - self.before - 1;
        self.scale_run.go_back(&self.gpu);
        self.setbacks.note(failed)
    }

    /// Lets these paintings, places, mask and settings take effect from the next step on, without a restart; of the sources,
    /// photo and start do not matter. Returns false, and changes nothing, if they differ in more than
    /// [what can be steered](Settings::steers_to).
    ///
    /// # Errors
    /// Where a setting is out of range, something is missing, or the device failed; the picture stays.
    pub async fn steer(&mut self, sources: &Sources, settings: &Settings) -> Result<bool> {
        settings.check()?;
        if !self.settings.steers_to(settings) || !self.model.reaches(settings) {
            return Ok(false);
        }
        let originals = originals(&self.gpu, sources, &self.original, settings)?;
        let scene = Scene::new(&self.gpu, &originals, settings, &self.scales[self.scale])?;
        if let Err(error) = self.scale_run.steer(&self.gpu, &self.model, &scene, settings) {
            // Perhaps there is no room for these targets; for the old ones there was, and the run goes on with them.
            let scene = Scene::new(&self.gpu, &self.originals, &self.settings, &self.scales[self.scale])?;
            self.scale_run.steer(&self.gpu, &self.model, &scene, &self.settings)?;
            return Err(error);
        }
        self.settings = settings.clone();
        self.originals = originals;
        self.forget_losses();
        Ok(true)
    }

    /// Takes one more step at the present scale, however far the run is, and returns how long each of its parts took.
    /// `now_ms` is a clock for devices that have none.
    ///
    /// # Errors
    /// Where the device failed.
    #[cfg(feature = "bench")]
    pub async fn step_timed(&mut self, now_ms: impl Fn() -> f64) -> Result<Vec<crate::gpu::Span>> {
        let pace = schedule::pace(&self.settings, &self.scales[self.scale], self.step, self.at_last_scale());
        self.scale_run.step_timed(&self.gpu, pace, now_ms).await
    }

    /// The dispatches of a step at the present scale.
    #[cfg(feature = "occupancy")]
    pub fn recorded(&self) -> Vec<crate::gpu::Recorded> {
        self.scale_run.recorded()
    }

    /// The pixels that the next step looks at, on the device; people see [an average or the best](Painter::shown) of them.
    pub fn pixels(&self) -> &Tensor {
        self.scale_run.pixels()
    }

    /// The picture as it stands, on the device: what the canvas shows.
    pub fn shown(&self) -> &Tensor {
        self.scale_run.shown()
    }

    /// The picture as it stands.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn picture(&self) -> Result<Picture> {
        let shown = self.scale_run.shown();
        let Shape { width, height, .. } = shown.shape();
        let mut rgba = readback::read(&self.gpu, shown).await?;
        for pixel in rgba.chunks_exact_mut(4) {
            if self.opaque {
                pixel[3] = 1.0;
            }
            pixel.iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
        }
        Ok(Picture::new(width, height, rgba))
    }

    /// What was painted as it stands: without a mask, and in its own colours. A [`Print`] begins with it.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn painted(&self) -> Result<Picture> {
        let painted = self.scale_run.painted();
        let Shape { width, height, .. } = painted.shape();
        Ok(Picture::new(width, height, readback::read(&self.gpu, painted).await?))
    }

    /// Where in the picture the losses remain, those of the photo and those of the painting: grey, from black (nothing would
    /// change) to white; the length of each pixel's gradient, calmed by a blur, in a unit that both share.
    ///
    /// # Errors
    /// Where the device failed, or cannot hold the targets a second time.
    pub async fn remaining(&self) -> Result<[Picture; 2]> {
        let scene = Scene::new(&self.gpu, &self.originals, &self.settings, &self.scales[self.scale])?;
        let gradient = async |family| {
            let d_pixels = self.scale_run.remaining(&self.gpu, &self.model, &scene, &self.settings, family)?;
            readback::read(&self.gpu, &d_pixels).await
        };
        let gradients = [gradient(Family::Content).await?, gradient(Family::Style).await?];
        let Shape { width, height, .. } = scene.photo.shape();
        Ok(heat::maps(width, height, gradients))
    }

    fn at_last_scale(&self) -> bool {
        self.scale + 1 == self.scales.len()
    }

    fn at_end_of_scale(&self) -> bool {
        self.settled || self.step == self.scales[self.scale].iterations
    }

    fn finished(&self) -> bool {
        self.at_last_scale() && self.at_end_of_scale()
    }

    fn next_scale(&mut self) -> Result<()> {
        self.before += self.step;
        self.step = 0;
        self.forget_losses();
        self.setbacks.next_scale();
        self.scale += 1;
        let scene = Scene::new(&self.gpu, &self.originals, &self.settings, &self.scales[self.scale])?;
        let (pixels, memory) = self.scale_run.enlarged(&self.gpu, &scene)?;
        self.scale_run.rest();
        self.scale_run = ScaleRun::new(&self.gpu, &self.model, &scene, &self.settings, pixels, memory)?;
        Ok(())
    }

    /// Forgets the losses towards an earlier aim, and a checkpoint that needs them.
    fn forget_losses(&mut self) {
        self.underway = None;
        self.totals.clear();
        self.settled = false;
    }

    fn progress(&self, losses: Vec<Losses>) -> Progress {
        let Scale { width, height, .. } = self.scales[self.scale];
        let work = |scale: &Scale, steps: u32| f64::from(scale.width * scale.height) * f64::from(steps);
        let finished = self.finished();
        let whole: f64 = self.scales.iter().map(|scale| work(scale, scale.iterations)).sum();
        let earlier: f64 = self.scales[..self.scale].iter().map(|scale| work(scale, scale.iterations)).sum();
        Progress {
            iteration: self.before + self.step,
            iterations: self.scales.iter().map(|scale| scale.iterations).sum(),
            scale: self.scale as u32 + 1,
            scales: self.scales.len() as u32,
            width,
            height,
            setbacks: self.setbacks.count,
            fraction: if finished { 1.0 } else { (earlier + work(&self.scales[self.scale], self.step)) / whole },
            finished,
            losses,
        }
    }
}
