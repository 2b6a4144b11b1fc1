//! This turns the pictures into what one scale of a run sees of them.

use super::regions::regions;
use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};
use crate::image::{Picture, fit, resize};
use crate::objective::guide::Region;
use crate::scaling::{Values, scale};
use crate::schedule::{Scale, painting_edge, shares};
use crate::settings::Settings;
use std::rc::Rc;

/// The pictures at the size of a scale.
pub struct Scene {
    /// The photo, exactly the scale's size.
    pub photo: Tensor,
    /// The paintings in their own proportions.
    pub paintings: Vec<Tensor>,
    /// Where it is painted: of the photo's size, red from 0 (the photo stays) to 1; everywhere, if there is none.
    pub mask: Option<Tensor>,
    /// The regions of the picture, and the paintings of each.
    pub regions: Vec<Region>,
}

/// The pictures on the device at their own sizes.
pub struct Originals {
    /// The photo.
    pub photo: Tensor,
    /// The paintings.
    pub paintings: Vec<Tensor>,
    /// The mask.
    pub mask: Option<Tensor>,
    /// For each painting, where in the picture it goes; paintings without a place fill what is left.
    pub places: Vec<Option<Rc<Picture>>>,
}

impl Scene {
    /// Resamples all pictures.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn new(gpu: &Gpu, originals: &Originals, settings: &Settings, size: &Scale) -> Result<Scene> {
        let mut rec = Recorder::new(gpu);
        let fitting =
            |rec: &mut Recorder, picture: &Tensor| scale(rec, picture, size.width, size.height, Values::Colours);
        let photo = fitting(&mut rec, &originals.photo)?;
        let mask = originals.mask.as_ref().map(|mask| fitting(&mut rec, mask)).transpose()?;
        let paintings = paintings(&mut rec, &originals.paintings, settings, size)?;
        rec.submit();
        let place = |place: &Rc<Picture>| resize(place, size.width, size.height);
        let places: Vec<_> = originals.places.iter().map(|own| own.as_ref().map(place)).collect();
        let regions = regions(&places, &shares(settings, places.len()), (size.width, size.height));
        Ok(Scene { photo, paintings, mask, regions })
    }
}

/// Paintings in their own proportions, as large as pictures of this size want them.
///
/// # Errors
/// Where the device cannot hold them.
pub fn paintings(rec: &mut Recorder, paintings: &[Tensor], settings: &Settings, size: &Scale) -> Result<Vec<Tensor>> {
    let fitted = |(index, painting): (usize, &Tensor)| {
        let Shape { width, height, .. } = painting.shape();
        let (width, height) = fit(width, height, painting_edge(size, settings, index));
        scale(rec, painting, width, height, Values::Colours)
    };
    paintings.iter().enumerate().map(fitted).collect()
}
