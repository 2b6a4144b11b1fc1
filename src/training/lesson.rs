//! One lesson, recorded once: a photo, the network's picture of it, what the losses say, and the gradient of all parameters.

use super::photos::Example;
use super::plan::Plan;
use crate::Result;
use crate::gpu::{Gpu, Program, Recorder, Shape, Tensor};
use crate::kernels::stability::{self, Painted, Shift};
use crate::kernels::{sums_for, total};
use crate::objective::{Objective, Term};
use crate::painter::Losses;
use crate::painter::feature_model::FeatureModel;
use crate::stylizer::Stylizer;

/// A recorded lesson.
pub struct Lesson {
    program: Program,
    objective: Objective,
    photo: Tensor,
    /// The same photo a little later, where stability counts.
    second: Option<(Tensor, Shift)>,
    instability: Tensor,
}

impl Lesson {
    /// Records it. `objective` has the losses that look at the paintings alone; the gradient is added to `gradient`.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn new(
        gpu: &Gpu,
        model: &FeatureModel,
        terms: &[Term],
        objective: Objective,
        stylizer: &Stylizer,
        gradient: &Tensor,
        plan: &Plan,
    ) -> Result<Lesson> {
        let shape = Shape::new(plan.crop, plan.crop, 4);
        let photo = gpu.tensor("photo", shape)?;
        let mut rec = Recorder::new(gpu);
        let of_photo = Objective::of_photo(&mut rec, model.network(), terms, &photo)?;
        let objective = objective.and(of_photo);
        let walk = stylizer.down(&mut rec, &photo)?;
        let picture = walk.picture().clone();
        let d_picture = objective.record(&mut rec, model.network(), &picture)?;
        let instability = gpu.tensor("instability", Shape::vector(1))?;
        let mut second = None;
        if plan.stability > 0.0 {
            let moved = gpu.tensor("moved photo", shape)?;
            let other = stylizer.down(&mut rec, &moved)?;
            let d_other = rec.tensor("d_other", shape)?;
            let partials = rec.tensor("partial sums", Shape::vector(sums_for(shape.pixels())))?;
            let weight = plan.stability / (3 * shape.pixels()) as f32;
            let a = Painted { y: &picture, d_y: &d_picture };
            let b = Painted { y: other.picture(), d_y: &d_other };
            let shift = stability::record(&mut rec, a, b, weight, (0, 0), &partials);
            total::record(&mut rec, &partials, &instability, 0, false);
            stylizer.up(&mut rec, other, &d_other, gradient)?;
            second = Some((moved, shift));
        }
        stylizer.up(&mut rec, walk, &d_picture, gradient)?;
        Ok(Lesson { program: rec.finish(), objective, photo, second, instability })
    }

    /// Queues the lesson with this example.
    pub fn submit(&self, gpu: &Gpu, example: &Example) {
        gpu.write(&self.photo, &example.piece);
        if let Some((moved, shift)) = &self.second {
            gpu.write(moved, &example.moved);
            shift.write(gpu, example.shift.0, example.shift.1);
        }
        self.program.submit(gpu);
    }

    /// The losses of the newest lesson, on the device.
    pub fn losses(&self) -> &Tensor {
        self.objective.losses()
    }

    /// How much the two pictures of the newest lesson differed, weighted, on the device; 0 where stability does not count.
    pub fn instability(&self) -> &Tensor {
        &self.instability
    }

    /// The three curves from what [`Lesson::losses`] held.
    pub fn split(&self, step: u32, losses: &[f32]) -> Losses {
        Losses::new(step, |family| self.objective.sum(losses, family))
    }
}
