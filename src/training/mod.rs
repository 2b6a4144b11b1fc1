//! This turns paintings and photos into the parameters of a [stylizer](crate::stylizer), one step at a time.
//!
//! The network learns to do in one pass what the painter does in hundreds: its pictures are judged by the painter's own losses
//! (Johnson, Alahi & Fei-Fei 2016). The owner of a [`Trainer`] asks for each step: not asking is a pause.

mod checkpoint;
mod exam;
mod lesson;
mod photos;
mod plan;
mod targets;

pub use checkpoint::Checkpoint;
pub use exam::Exam;
pub use photos::{Example, Photos};
pub use plan::Plan;

use crate::gpu::{Fence, Gpu, Program, Recorder, Shape, Tensor, readback};
use crate::image::{Picture, encode_png, fit, resize};
use crate::kernels::{clip, dot, sums_for, total};
use crate::optimizer::{Adam, Pace, alarm_of};
use crate::painter::feature_model::FeatureModel;
use crate::painter::{Losses, Sources};
use crate::settings::Settings;
use crate::style::{About, Style};
use crate::stylizer::{Stylizer, Table, initial, named};
use crate::{Error, Result};
use lesson::Lesson;
use std::collections::VecDeque;
use targets::{of_a_style, targets};

/// Lessons that may be queued on the device behind the one at work.
const LESSONS_IN_FLIGHT: usize = 2;

/// Steps in a row that may be left out before a training ends.
const MOST_LEFT_OUT: u32 = 25;

/// Longest edge of the painting's small picture in a style.
const THUMBNAIL: u32 = 72;

/// Where a training stands.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Progress {
    /// Steps taken.
    pub step: u32,
    /// Steps of the whole training.
    pub steps: u32,
    /// Whether it is at its end.
    pub finished: bool,
    /// The losses of lessons that arrived since the last call, oldest first; they come a few steps late.
    pub losses: Vec<Losses>,
}

/// A training at work.
pub struct Trainer {
    gpu: Gpu,
    plan: Plan,
    settings: Settings,
    model: FeatureModel,
    photos: Photos,
    stylizer: Stylizer,
    lesson: Lesson,
    adam: Adam,
    gradient: Tensor,
    /// Clips the gradient and takes a step.
    update: Program,
    step: u32,
    /// Steps in a row whose gradient was not finite, so that they changed nothing.
    left_out: u32,
    mailbox: readback::Mailbox,
    in_flight: VecDeque<Fence>,
}

impl Trainer {
    /// Prepares a training on the paintings of `sources`; its photo does not matter. `start` are parameters to begin with, those
    /// of another style for example.
    ///
    /// # Errors
    /// Where a setting is out of range, something is missing, or the device cannot hold the training.
    pub async fn new(
        gpu: &Gpu,
        sources: &Sources,
        photos: Photos,
        settings: &Settings,
        plan: &Plan,
        start: Option<&[f32]>,
    ) -> Result<Trainer> {
        plan.check()?;
        let settings = of_a_style(settings, plan);
        settings.check()?;
        let model = FeatureModel::new(gpu, sources.weights(&settings)?, &settings).await?;
        let table = Table::new(plan.network);
        let first = start.map_or_else(|| initial(&table, plan.seed), <[f32]>::to_vec);
        let stylizer = Stylizer::new(gpu, table, &first)?;
        let gradient = gpu.tensor("gradient", stylizer.parameters().shape())?;
        let (_, terms, objective) = targets(gpu, &model, sources, &settings, plan.content, (plan.crop, plan.crop))?;
        let lesson = Lesson::new(gpu, &model, &terms, objective, &stylizer, &gradient, plan)?;
        let mut adam = Adam::unbounded(gpu, stylizer.parameters().clone())?;
        let mut rec = Recorder::new(gpu);
        let squared = clip_length(&mut rec, &gradient, plan.longest * plan.batch as f32)?;
        adam.record(&mut rec, &gradient, &squared);
        let update = rec.finish();
        let (gpu, plan) = (gpu.clone(), plan.clone());
        let (mailbox, in_flight) = Default::default();
        let (step, left_out) = (0, 0);
        Ok(Trainer {
            gpu,
            plan,
            settings,
            model,
            photos,
            stylizer,
            lesson,
            adam,
            gradient,
            update,
            step,
            left_out,
            mailbox,
            in_flight,
        })
    }

    /// Takes one step (or none when the training is at its end): a lesson with each photo of a batch.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn step(&mut self) -> Result<Progress> {
        self.gpu.check()?;
        if self.step < self.plan.steps {
            let first = self.step * self.plan.batch;
            self.gpu.clear(&self.gradient);
            for number in first..first + self.plan.batch {
                self.teach(&self.photos.example(&self.plan, number));
                self.in_flight.push_back(self.gpu.fence());
                if self.in_flight.len() > LESSONS_IN_FLIGHT
                    && let Some(oldest) = self.in_flight.pop_front()
                {
                    oldest.wait(&self.gpu).await;
                }
            }
            self.update();
            self.mailbox.post(&self.gpu, self.step, &[self.adam.alarm(), self.lesson.losses()]);
        }
        let finished = self.step == self.plan.steps;
        let arrived = match finished {
            false => self.mailbox.collect(&self.gpu)?,
            true => self.mailbox.drain(&self.gpu).await?,
        };
        let mut losses = Vec::new();
        for (step, letter) in arrived {
            let (alarm, own) = alarm_of(&letter);
            self.left_out = if alarm == step { self.left_out + 1 } else { 0 };
            if self.left_out == 0 {
                losses.push(self.lesson.split(step, own));
            } else if self.left_out > MOST_LEFT_OUT {
                return Err(ran_away());
            }
        }
        Ok(Progress { step: self.step, steps: self.plan.steps, finished, losses })
    }

    /// Queues a lesson: its gradient is added to those of the same step.
    pub fn teach(&self, example: &Example) {
        self.lesson.submit(&self.gpu, example);
    }

    /// Queues what ends a step: the parameters move along the gradient of all its lessons.
    pub fn update(&mut self) {
        self.adam.advance(&self.gpu, Pace { rate: self.plan.rate_at(self.step), decay: self.plan.decay, caution: 1.0 });
        self.update.submit(&self.gpu);
        self.step += 1;
    }

    /// The losses of the newest lesson, one number per term, and how much its two pictures differed, weighted.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn losses(&self) -> Result<(Vec<f32>, f32)> {
        let losses = readback::read(&self.gpu, self.lesson.losses()).await?;
        Ok((losses, readback::read(&self.gpu, self.lesson.instability()).await?[0]))
    }

    /// The gradient of this step's lessons, on the device; clipped, after an update.
    pub fn gradient(&self) -> &Tensor {
        &self.gradient
    }

    /// The network that learns.
    pub fn stylizer(&self) -> &Stylizer {
        &self.stylizer
    }

    /// The parameters that the training has found so far: an average over its last steps, as
    /// [`named`] gives them.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn parameters(&self) -> Result<Vec<Vec<f32>>> {
        let values = readback::read(&self.gpu, self.adam.average()).await?;
        let found = named(self.stylizer.table(), &values);
        match found.iter().flatten().all(|value| value.is_finite()) {
            true => Ok(found),
            false => Err(ran_away()),
        }
    }

    /// The style as far as it is learned, with a name.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn style(&self, name: &str, sources: &Sources) -> Result<Style> {
        let parameters = self.parameters().await?;
        let painting = &sources.paintings[0];
        let (width, height) = fit(painting.width, painting.height, THUMBNAIL);
        let thumbnail = encode_png(&resize(painting, width, height))?;
        let failed = |e: serde_json::Error| Error::Encode { detail: e.to_string() };
        let settings = serde_json::to_value(&self.settings).map_err(failed)?;
        let about = About::new(name, self.plan.network, self.plan.size, self.step, settings);
        Ok(Style::new(about, thumbnail, &parameters))
    }

    /// Operations of a step's convolutions, a product and a sum counted as two: the stylizer's way down, its gradients to inputs and
    /// to weights, and the feature model's pass over the picture and way down over the photo.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn operations(&self) -> f64 {
        let edge = self.plan.crop;
        let walks = if self.plan.stability > 0.0 { 2.0 } else { 1.0 };
        let stylizer = 6.0 * walks * self.table().products(edge, edge) as f64;
        let model = 1.5 * self.model.network().operations(Shape::new(edge, edge, 4));
        f64::from(self.plan.batch) * (stylizer + model)
    }

    /// The topology of the network.
    pub fn table(&self) -> &Table {
        self.stylizer.table()
    }

    /// The settings that say what the style is.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Steps taken.
    pub fn steps_taken(&self) -> u32 {
        self.step
    }

    /// An exam on a photo that takes no part in the training.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn exam(&self, sources: &Sources, photo: &Picture) -> Result<Exam> {
        Exam::new(&self.gpu, &self.model, sources, &self.settings, &self.plan, photo)
    }
}

fn ran_away() -> Error {
    Error::Gpu { detail: "the training ran away from every number".into() }
}

/// Records what keeps the gradient at most `limit` long; returns the square of its length before.
fn clip_length(rec: &mut Recorder, gradient: &Tensor, limit: f32) -> Result<Tensor> {
    let partials = rec.tensor("partial sums", Shape::vector(sums_for(gradient.shape().vectors())))?;
    let squared = rec.tensor("squared length", Shape::vector(1))?;
    dot::record(rec, gradient, gradient, &partials);
    total::record(rec, &partials, &squared, 0, false);
    clip::record(rec, &squared, limit, gradient);
    Ok(squared)
}
