//! One scale of a run: everything that is recorded once for a size, and submitted at every step.

use super::feature_model::FeatureModel;
use super::progress::Losses;
use super::scene::Scene;
use crate::Result;
use crate::choices::Colours;
use crate::gpu::{Gpu, Phase, Program, Recorder, Shape, Tensor};
use crate::image::LUMA;
use crate::kernels::{colour, mask, pad};
use crate::model::{Copies, Margin};
use crate::network::Network;
use crate::objective::guide::Region;
use crate::objective::{Family, Objective};
use crate::optimizer::{Memory, Optimizer, PIXELS, Pace};
use crate::scaling::{Values, scale};
use crate::settings::Settings;

/// The recorded scale.
pub struct ScaleRun {
    program: Program,
    optimizer: Optimizer,
    objective: Objective,
    /// The result in the photo's colours, if that is wanted.
    recoloured: Option<Tensor>,
    /// That, or the result itself, laid over the photo, if there is a mask.
    laid: Option<Tensor>,
}

impl ScaleRun {
    /// Captures the targets and records the step that starts at `pixels`.
    ///
    /// # Errors
    /// Where the device failed or cannot hold the run.
    pub fn new(
        gpu: &Gpu,
        model: &FeatureModel,
        scene: &Scene,
        settings: &Settings,
        pixels: Tensor,
        memory: Memory,
    ) -> Result<ScaleRun> {
        let objective = aim(gpu, model, scene, settings, &Family::ALL)?;
        let mut optimizer = Optimizer::new(gpu, settings.optimizer, pixels)?;
        optimizer.inherit(memory);
        let program = Program::default();
        let mut scale_run = ScaleRun { program, optimizer, objective, recoloured: None, laid: None };
        scale_run.record(gpu, model.network(), scene, settings)?;
        Ok(scale_run)
    }

    /// Goes on from the picture as it stands, towards what these settings say of the scene.
    ///
    /// # Errors
    /// Where the device failed or cannot hold the targets; the picture stays.
    pub fn steer(&mut self, gpu: &Gpu, model: &FeatureModel, scene: &Scene, settings: &Settings) -> Result<()> {
        let objective = aim(gpu, model, scene, settings, &Family::ALL)?;
        self.rest();
        self.optimizer.turn(gpu)?;
        self.objective = objective;
        self.record(gpu, model.network(), scene, settings)?;
        self.show(gpu, scene);
        Ok(())
    }

    /// Makes the picture that people see without a step: a paused one can be saved before the next.
    pub fn show(&self, gpu: &Gpu, scene: &Scene) {
        let mut rec = Recorder::new(gpu);
        self.finish(&mut rec, scene);
        rec.submit();
    }

    /// All that the run needs to go on, as long as that takes no more bytes than this; else the picture alone.
    pub fn state(&self, most_bytes: u64) -> Vec<(&'static str, &Tensor)> {
        let whole = self.optimizer.state();
        let bytes: u64 = whole.iter().map(|(_, tensor)| tensor.bytes()).sum();
        if bytes <= most_bytes { whole } else { vec![(PIXELS, self.optimizer.shown())] }
    }

    /// Steps since Adam's moments began.
    pub fn age(&self) -> u32 {
        self.optimizer.age()
    }

    /// Records the step.
    fn record(&mut self, gpu: &Gpu, network: &Network, scene: &Scene, settings: &Settings) -> Result<()> {
        let mut rec = Recorder::new(gpu);
        let d_pixels = d_pixels(&mut rec, network, &self.objective, self.optimizer.pixels(), settings)?;
        self.optimizer.record(&mut rec, &d_pixels, self.objective.losses());
        let shape = self.optimizer.pixels().shape();
        let recoloured = settings.colours == Colours::Photo;
        self.recoloured = recoloured.then(|| gpu.tensor("recoloured", shape)).transpose()?;
        self.laid = scene.mask.is_some().then(|| gpu.tensor("laid over the photo", shape)).transpose()?;
        self.finish(&mut rec, scene);
        self.program = rec.finish();
        Ok(())
    }

    /// Records what makes the optimiser's picture the one that people see. Under a mask it is painted everywhere all the same:
    /// were the photo part of what the network sees, the painting's manner would be missing there, and too strong elsewhere.
    fn finish(&self, rec: &mut Recorder, scene: &Scene) {
        let shown = self.optimizer.shown();
        if let Some(recoloured) = &self.recoloured {
            recolour(rec, shown, &scene.photo, recoloured);
        }
        if let (Some(laid), Some(mask)) = (&self.laid, &scene.mask) {
            mask::record(rec, mask, self.recoloured.as_ref().unwrap_or(shown), &scene.photo, laid);
        }
    }

    /// Queues one step.
    pub fn step(&mut self, gpu: &Gpu, pace: Pace) {
        self.optimizer.advance(gpu, pace);
        self.program.submit(gpu);
    }

    /// Takes one step and waits for it; returns how long each of its parts took.
    ///
    /// # Errors
    /// Where the device failed.
    #[cfg(feature = "bench")]
    pub async fn step_timed(
        &mut self,
        gpu: &Gpu,
        pace: Pace,
        now_ms: impl Fn() -> f64,
    ) -> Result<Vec<crate::gpu::Span>> {
        self.optimizer.advance(gpu, pace);
        self.program.submit_timed(gpu, now_ms).await
    }

    /// The dispatches of a step.
    #[cfg(feature = "occupancy")]
    pub fn recorded(&self) -> Vec<crate::gpu::Recorded> {
        self.program.recorded()
    }

    /// The gradient of one family's losses at the picture that people see: where something remains to be done.
    ///
    /// # Errors
    /// Where the device failed or cannot hold the targets a second time.
    pub fn remaining(
        &self,
        gpu: &Gpu,
        model: &FeatureModel,
        scene: &Scene,
        settings: &Settings,
        family: Family,
    ) -> Result<Tensor> {
        let objective = aim(gpu, model, scene, settings, &[family])?;
        let mut rec = Recorder::new(gpu);
        let d_pixels = d_pixels(&mut rec, model.network(), &objective, self.shown(), settings)?;
        rec.submit();
        Ok(d_pixels)
    }

    /// Lets go of everything but the picture that people see: the next scale needs the room.
    pub fn rest(&mut self) {
        self.program = Program::default();
    }

    /// Goes back to the last good picture, with no memory of how it came about.
    pub fn go_back(&mut self, gpu: &Gpu) {
        self.optimizer.go_back(gpu);
    }

    /// One number on the device: 0 as long as all numbers were finite, then another, and no step changes the picture any more.
    pub fn alarm(&self) -> &Tensor {
        self.optimizer.alarm()
    }

    /// The losses of the newest step, on the device.
    pub fn losses(&self) -> &Tensor {
        self.objective.losses()
    }

    /// The three curves from what [`ScaleRun::losses`] held.
    pub fn split(&self, iteration: u32, losses: &[f32]) -> Losses {
        Losses::new(iteration, |family| self.objective.sum(losses, family))
    }

    /// The pixels that the next step looks at.
    pub fn pixels(&self) -> &Tensor {
        self.optimizer.pixels()
    }

    /// What was painted: the picture that people see, without a mask, and in its own colours.
    pub fn painted(&self) -> &Tensor {
        self.optimizer.shown()
    }

    /// The picture that people see.
    pub fn shown(&self) -> &Tensor {
        self.laid.as_ref().or(self.recoloured.as_ref()).unwrap_or(self.optimizer.shown())
    }

    /// The shown picture and Adam's moments, resampled to the next scene's size.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn enlarged(&self, gpu: &Gpu, next: &Scene) -> Result<(Tensor, Memory)> {
        let Shape { width, height, .. } = next.photo.shape();
        let mut rec = Recorder::new(gpu);
        let pixels = scale(&mut rec, self.optimizer.shown(), width, height, Values::Colours)?;
        let moments = match &self.optimizer {
            Optimizer::Adam(adam) => {
                let (m, v, age) = adam.memory();
                let m = scale(&mut rec, m, width, height, Values::Signed)?;
                let v = scale(&mut rec, v, width, height, Values::Positive)?;
                Some((m, v, age))
            }
            Optimizer::Lbfgs(_) => None,
        };
        rec.submit();
        Ok((pixels, Memory { moments, shown: None }))
    }
}

/// The losses of these families, with their targets at this scale.
fn aim(gpu: &Gpu, model: &FeatureModel, scene: &Scene, settings: &Settings, families: &[Family]) -> Result<Objective> {
    let mut terms = model.terms(settings, scene.photo.shape(), scene.paintings.iter().map(Tensor::shape));
    terms.retain(|term| families.contains(&term.loss.family()));
    let mut rec = Recorder::new(gpu);
    let photo = surrounded(&mut rec, &scene.photo, settings)?;
    let mut regions = scene.regions.clone();
    if let Some(Margin { radius, .. }) = surroundings(scene.photo.shape(), settings) {
        wrap(&mut regions, radius);
    }
    let objective = Objective::capture(&mut rec, model.network(), &terms, &photo, &scene.paintings, &regions)?;
    rec.submit();
    Ok(objective)
}

/// The margin around a picture whose opposite edges shall fit together: the picture again. Towards the margin's
/// outer edge its gradient fades, or what a network makes of its view's edge would show as a line within.
pub(super) fn surroundings(pixels: Shape, settings: &Settings) -> Option<Margin> {
    let radius = (pixels.width.max(pixels.height) / SURROUNDINGS).next_multiple_of(COARSE);
    settings.seamless.then_some(Margin { radius, copies: Copies::Wrap })
}

/// Lets regions of a picture be those of the picture with copies around it.
pub(super) fn wrap(regions: &mut [Region], radius: u32) {
    for guide in regions.iter_mut().filter_map(|region| region.guide.as_mut()) {
        *guide = guide.wrapped(radius);
    }
}

/// An eighth of the longest edge: of large pictures, a little over half as many pixels more to compute.
const SURROUNDINGS: u32 = 8;
/// In whole pixels of the networks' coarsest maps.
const COARSE: u32 = 16;

/// Records the losses of `pixels` and returns their gradient.
fn d_pixels(
    rec: &mut Recorder,
    network: &Network,
    objective: &Objective,
    pixels: &Tensor,
    settings: &Settings,
) -> Result<Tensor> {
    let seen = surrounded(rec, pixels, settings)?;
    let d_seen = objective.record(rec, network, &seen)?;
    rec.scope(Phase::Optimizer, 0);
    let Some(margin) = surroundings(pixels.shape(), settings) else { return Ok(d_seen) };
    let d_pixels = rec.tensor("d_pixels", pixels.shape())?;
    pad::backward_faded(rec, &d_seen, margin, &d_pixels);
    Ok(d_pixels)
}

/// The picture as the network sees it.
fn surrounded(rec: &mut Recorder, pixels: &Tensor, settings: &Settings) -> Result<Tensor> {
    let Some(margin) = surroundings(pixels.shape(), settings) else { return Ok(pixels.clone()) };
    let y = rec.gpu().tensor("surrounded", pad::output(pixels.shape(), margin))?;
    pad::forward(rec, pixels, margin, &y);
    Ok(y)
}

/// Records luma of `result` + chroma of `photo`: photo + (luma(result) - luma(photo)) in every colour.
fn recolour(rec: &mut Recorder, result: &Tensor, photo: &Tensor, y: &Tensor) {
    let mut chroma = [LUMA.map(|weight| -weight); 3];
    for (colour, row) in chroma.iter_mut().enumerate() {
        row[colour] += 1.0;
    }
    colour::forward(rec, photo, y, &chroma, [0.0; 3], false);
    colour::forward(rec, result, y, &[LUMA; 3], [0.0; 3], true);
}
