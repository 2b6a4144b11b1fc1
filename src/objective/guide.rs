//! Where a painting goes: a weight for every pixel, as the layers of a network see it.

use crate::Result;
use crate::gpu::{Gpu, Shape, Tensor};
use crate::image::{Picture, resize};

/// Weights of a picture's pixels, 0..1, in the red of a picture of its size.
#[derive(Debug, Clone)]
pub struct Guide(Picture);

/// A part of the picture, and what is painted there.
#[derive(Debug, Clone)]
pub struct Region {
    /// Indices of paintings with their shares, which add up to 1.
    pub paintings: Vec<(usize, f32)>,
    /// Where; everywhere, if there is none.
    pub guide: Option<Guide>,
}

impl Region {
    /// The whole picture in the manner of a single painting.
    pub fn whole() -> Region {
        Region { paintings: vec![(0, 1.0)], guide: None }
    }
}

/// A guide for the pixels of one layer's map.
pub struct LayerGuide {
    /// One number for each.
    pub weights: Tensor,
    /// Their sum.
    pub mass: f32,
}

impl Guide {
    /// Of these weights, row by row.
    pub fn new(width: u32, height: u32, weights: impl IntoIterator<Item = f32>) -> Guide {
        Guide(Picture::new(width, height, weights.into_iter().flat_map(|weight| [weight; 4]).collect()))
    }

    /// With copies of itself around it, as wide as `radius`.
    pub fn wrapped(&self, radius: u32) -> Guide {
        let Guide(Picture { width, height, rgba }) = self;
        let (wide, high) = (width + 2 * radius, height + 2 * radius);
        let from = |at: u32, length: u32| (at + length * radius - radius) % length;
        let index = |x: u32, y: u32| (from(y, *height) * width + from(x, *width)) as usize * 4;
        Guide::new(wide, high, (0..high).flat_map(|y| (0..wide).map(move |x| (x, y))).map(|(x, y)| rgba[index(x, y)]))
    }

    /// The weights at another size, row by row.
    pub fn weights(&self, width: u32, height: u32) -> Vec<f32> {
        let seen = resize(&self.0, width, height);
        seen.rgba.iter().step_by(4).map(|weight| weight.clamp(0.0, 1.0)).collect()
    }

    /// As a layer with maps of this shape sees it.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub(super) fn at(&self, gpu: &Gpu, map: Shape) -> Result<LayerGuide> {
        let mut weights = self.weights(map.width, map.height);
        let mass = mass(&weights);
        let count = weights.len().next_multiple_of(4);
        weights.resize(count, 0.0);
        Ok(LayerGuide { weights: gpu.upload("guide", Shape::vector(count as u32), &weights)?, mass })
    }
}

/// The sum of weights: of millions, f32 would lose the last.
pub(super) fn mass(weights: &[f32]) -> f32 {
    weights.iter().map(|&weight| f64::from(weight)).sum::<f64>() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_lie_around_it() {
        let Guide(wrapped) = Guide::new(2, 1, [0.0, 1.0]).wrapped(1);
        assert_eq!((wrapped.width, wrapped.height), (4, 3));
        assert_eq!(Guide(wrapped).weights(4, 3), [1.0, 0.0, 1.0, 0.0].repeat(3));
    }
}
