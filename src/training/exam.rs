//! An exam: what a network makes of a photo that took no part in its training, and what the losses say of it.

use super::plan::Plan;
use super::targets::targets;
use crate::Result;
use crate::gpu::{Gpu, Program, Recorder, Shape, Tensor, readback};
use crate::image::{Picture, fit, resize};
use crate::objective::Objective;
use crate::painter::feature_model::FeatureModel;
use crate::painter::{Losses, Sources};
use crate::settings::Settings;
use crate::stylizer::{Stylizer, Table, unnamed};

/// A photo to be examined with.
pub struct Exam {
    gpu: Gpu,
    stylizer: Stylizer,
    objective: Objective,
    program: Program,
    picture: Tensor,
}

impl Exam {
    pub(super) fn new(
        gpu: &Gpu,
        model: &FeatureModel,
        sources: &Sources,
        settings: &Settings,
        plan: &Plan,
        photo: &Picture,
    ) -> Result<Exam> {
        let table = Table::new(plan.network);
        let zeros = vec![0.0; 4 * table.parameters_shape().vectors() as usize];
        let stylizer = Stylizer::new(gpu, table, &zeros)?;
        let (width, height) = fit(photo.width, photo.height, settings.size);
        let photo = resize(photo, width, height);
        let photo = gpu.upload("photo", Shape::new(height, width, 4), &photo.rgba)?;
        let (_, terms, objective) = targets(gpu, model, sources, settings, plan.content, (width, height))?;
        let mut rec = Recorder::new(gpu);
        let of_photo = Objective::of_photo(&mut rec, model.network(), &terms, &photo)?;
        let objective = objective.and(of_photo);
        let picture = stylizer.paint(&mut rec, &photo)?;
        objective.record(&mut rec, model.network(), &picture)?;
        Ok(Exam { gpu: gpu.clone(), stylizer, objective, program: rec.finish(), picture })
    }

    /// The picture that a network with these parameters makes, and its losses.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn sit(&self, step: u32, parameters: &[Vec<f32>]) -> Result<(Picture, Losses)> {
        self.gpu.write(self.stylizer.parameters(), &unnamed(self.stylizer.table(), parameters));
        self.program.submit(&self.gpu);
        let losses = readback::read(&self.gpu, self.objective.losses()).await?;
        let rgba = readback::read(&self.gpu, &self.picture).await?;
        let Shape { height, width, .. } = self.picture.shape();
        let losses = Losses::new(step, |family| self.objective.sum(&losses, family));
        Ok((Picture::new(width, height, rgba), losses))
    }
}
