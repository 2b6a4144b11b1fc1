//! The inputs of a run, and their way onto the device.

use super::palettes;
use super::scene::Originals;
use crate::choices::ModelKind;
use crate::gpu::{Gpu, Shape, Tensor};
use crate::image::Picture;
use crate::model::{Missing, Model};
use crate::settings::Settings;
use crate::weights::{self, ModelWeights};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The inputs of a run: pictures, and weights.
#[derive(Clone)]
pub struct Sources {
    /// The photo; only [`Settings::texture`] does without.
    pub photo: Option<Rc<Picture>>,
    /// The paintings, at least one.
    pub paintings: Vec<Rc<Picture>>,
    /// Where it is painted, for [`Settings::masked`]; of whatever size, red from 0 (the photo stays) to 1.
    pub mask: Option<Rc<Picture>>,
    /// For [`Settings::placed`], for each painting where it goes: of whatever size, red from 0 to 1. Paintings without one, and
    /// those beyond the end, fill what the others leave.
    pub places: Vec<Option<Rc<Picture>>>,
    /// A picture to start from, for [`Start::Picture`](crate::choices::Start::Picture).
    pub start: Option<Rc<Picture>>,
    /// The weights of the model that the settings name.
    pub weights: BTreeMap<ModelKind, Rc<ModelWeights>>,
}

impl Default for Sources {
    /// No pictures, and the built-in model where it comes with the program.
    fn default() -> Sources {
        let built_in = weights::built_in().map(|student| (ModelKind::Student, Rc::new(student)));
        let (photo, mask, start, paintings, places) = Default::default();
        Sources { photo, paintings, mask, places, start, weights: built_in.into_iter().collect() }
    }
}

impl Sources {
    /// The weights of the model that the settings name.
    ///
    /// # Errors
    /// [`Error::Missing`] where they are not there.
    pub fn weights(&self, settings: &Settings) -> Result<&ModelWeights> {
        let missing = || {
            let Missing { what, remedy } = Model::of(settings.model).missing;
            Error::Missing { what: what.into(), remedy: remedy.into() }
        };
        self.weights.get(&settings.model).map(Rc::as_ref).ok_or_else(missing)
    }

    /// The paintings on the device; with the colours of `original`, if the settings want that.
    ///
    /// # Errors
    /// Where there are none, or the device cannot hold them.
    pub fn upload_paintings(&self, gpu: &Gpu, original: Option<&Picture>, settings: &Settings) -> Result<Vec<Tensor>> {
        let painting = |own: &Rc<Picture>| match original {
            Some(original) => upload(gpu, "painting", &palettes::painting(own, original, settings)),
            None => upload(gpu, "painting", own),
        };
        paintings(self)?.iter().map(painting).collect()
    }
}

/// The picture to repaint: the photo; or for a texture the first painting, which then gives nothing but its proportions.
pub(super) fn subject(sources: &Sources, settings: &Settings) -> Result<Rc<Picture>> {
    let (found, what) = match settings.texture {
        true => (sources.paintings.first(), "The painting"),
        false => (sources.photo.as_ref(), "The photo"),
    };
    found.cloned().ok_or_else(|| Error::Missing { what: what.into(), remedy: "Choose one first.".into() })
}

/// The pictures on the device; what is painted, as the run's first sources have it.
pub(super) fn originals(gpu: &Gpu, sources: &Sources, original: &Picture, settings: &Settings) -> Result<Originals> {
    let paintings = sources.upload_paintings(gpu, Some(original), settings)?;
    let places = places(sources, settings);
    let mask = mask(sources, settings)?.map(|mask| upload(gpu, "mask", &mask)).transpose()?;
    let photo = upload(gpu, "photo", original)?;
    Ok(Originals { photo, paintings, mask, places })
}

/// Where it is painted, if the settings want that.
pub(super) fn mask(sources: &Sources, settings: &Settings) -> Result<Option<Rc<Picture>>> {
    match &sources.mask {
        _ if !settings.masked => Ok(None),
        Some(mask) => Ok(Some(mask.clone())),
        None => {
            Err(Error::Missing { what: "The mask".into(), remedy: "Choose one first, or paint everywhere.".into() })
        }
    }
}

/// The paintings, at least one.
pub(super) fn paintings(sources: &Sources) -> Result<&[Rc<Picture>]> {
    if sources.paintings.is_empty() {
        return Err(Error::Missing { what: "The painting".into(), remedy: "Choose one first.".into() });
    }
    Ok(&sources.paintings)
}

/// One entry for each painting.
pub(super) fn places(sources: &Sources, settings: &Settings) -> Vec<Option<Rc<Picture>>> {
    let given = |index: usize| sources.places.get(index).cloned().flatten().filter(|_| settings.placed);
    (0..sources.paintings.len()).map(given).collect()
}

fn upload(gpu: &Gpu, label: &str, picture: &Picture) -> Result<Tensor> {
    gpu.upload(label, Shape::new(picture.height, picture.width, 4), &picture.rgba)
}
