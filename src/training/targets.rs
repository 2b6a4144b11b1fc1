//! What a style is learned from: the settings that say so, and the paintings with the losses that look at them.

use super::plan::Plan;
use crate::Result;
use crate::choices::{Colours, Recipe};
use crate::gpu::{Gpu, Recorder, Shape};
use crate::objective::guide::Region;
use crate::objective::{Family, Objective, Term};
use crate::painter::feature_model::FeatureModel;
use crate::painter::scene::Scene;
use crate::painter::{Sources, scene};
use crate::schedule::{Scale, shares};
use crate::settings::Settings;

/// The settings as far as they say what a style is: everything else is that of our own way of painting.
pub fn of_a_style(settings: &Settings, plan: &Plan) -> Settings {
    Settings {
        recipe: Recipe::Scumble,
        size: plan.size,
        texture: false,
        masked: false,
        placed: false,
        seamless: false,
        colours: Colours::Painting,
        ..settings.clone()
    }
}

/// For pictures of one width and height: the paintings at their size, the terms of the loss, and those of them prepared that look
/// at the paintings alone. The photo's content counts `content` times what it does for the painter.
///
/// # Errors
/// Where there are no paintings, or the device cannot hold them.
pub fn targets(
    gpu: &Gpu,
    model: &FeatureModel,
    sources: &Sources,
    settings: &Settings,
    content: f32,
    (width, height): (u32, u32),
) -> Result<(Scene, Vec<Term>, Objective)> {
    let originals = sources.upload_paintings(gpu, None, settings)?;
    let scale = Scale { width: settings.size, height: settings.size, iterations: 1 };
    let mut rec = Recorder::new(gpu);
    let paintings = scene::paintings(&mut rec, &originals, settings, &scale)?;
    let photo = gpu.tensor("photo", Shape::new(height, width, 4))?;
    let shares = shares(settings, paintings.len()).into_iter().enumerate().collect();
    let regions = vec![Region { paintings: shares, guide: None }];
    let scene = Scene { photo, paintings, mask: None, regions };
    let mut terms = model.terms(settings, scene.photo.shape(), scene.paintings.iter().map(|painting| painting.shape()));
    for term in terms.iter_mut().filter(|term| term.loss.family() == Family::Content) {
        term.weight *= content;
    }
    let objective = Objective::of_paintings(
        &mut rec,
        model.network(),
        &terms,
        scene.photo.shape(),
        &scene.paintings,
        &scene.regions,
    )?;
    rec.submit();
    Ok((scene, terms, objective))
}
