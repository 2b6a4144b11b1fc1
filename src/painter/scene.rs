//! This turns the pictures into what one scale of a run sees of them.

use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};
use crate::image::fit;
use crate::scaling::{Values, scale};
use crate::schedule::{Scale, painting_edge};
use crate::settings::Settings;

/// The pictures at the size of a scale.
pub struct Scene {
    /// The photo, exactly the scale's size.
    pub photo: Tensor,
    /// The paintings in their own proportions.
    pub paintings: Vec<Tensor>,
}

impl Scene {
    /// The photo, and then the paintings.
    pub fn pictures(&self) -> impl Iterator<Item = &Tensor> {
        std::iter::once(&self.photo).chain(&self.paintings)
    }

    /// Resamples all pictures.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn new(gpu: &Gpu, photo: &Tensor, paintings: &[Tensor], settings: &Settings, size: &Scale) -> Result<Scene> {
        let mut rec = Recorder::new(gpu);
        let photo = scale(&mut rec, photo, size.width, size.height, Values::Colours)?;
        let fitted = |painting: &Tensor| {
            let Shape { width, height, .. } = painting.shape();
            let (width, height) = fit(width, height, painting_edge(size, settings));
            scale(&mut rec, painting, width, height, Values::Colours)
        };
        let paintings = paintings.iter().map(fitted).collect::<Result<_>>()?;
        rec.submit();
        Ok(Scene { photo, paintings })
    }
}
