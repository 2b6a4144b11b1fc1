//! Which pixels of a layer's map a tile counts, and what it compares them with.

use super::super::guide::{self, LayerGuide};
use super::super::loss::OfTile;
use super::window::Window;
use crate::Result;
use crate::gpu::{DType, Gpu, Shape, Tensor};
use crate::tiles::{FeatureMap, Tile};
use std::rc::Rc;

/// The pixels that a tile counts, and how much they do.
pub struct OwnPixels {
    window: Window,
    /// Weights of the whole picture's map; 1, if there are none.
    guide: Option<Vec<f32>>,
    /// How many pixels of the whole map count, or the sum of their weights.
    pub mass: f32,
    weights: Tensor,
}

impl OwnPixels {
    pub fn new(gpu: &Gpu, window: Window, guide: Option<Vec<f32>>) -> Result<OwnPixels> {
        let count = window.view.pixels().next_multiple_of(4);
        let mass = guide.as_deref().map_or(window.whole.pixels() as f32, guide::mass);
        Ok(OwnPixels { window, guide, mass, weights: gpu.tensor("own pixels", Shape::vector(count))? })
    }

    /// Whether some count more than others.
    pub fn is_guided(&self) -> bool {
        self.guide.is_some()
    }

    pub fn guide(&self) -> LayerGuide {
        LayerGuide { weights: self.weights.clone(), mass: self.mass }
    }

    /// For a loss of the tile's own pixels; `norm` is that of the photo's features.
    pub fn of_tile(&self, norm: f32) -> OfTile {
        OfTile { own: self.weights.clone(), whole: self.window.whole, norm }
    }

    /// Lets this tile's own pixels count.
    pub fn turn_to(&self, gpu: &Gpu, tile: &Tile) {
        let width = self.window.whole.width;
        let mut weights = self.window.fill(tile, 1, |x, y, weight| {
            weight[0] = self.guide.as_ref().map_or(1.0, |guide| guide[(y * width + x) as usize]);
        });
        weights.resize(weights.len().next_multiple_of(4), 0.0);
        gpu.write(&self.weights, &weights);
    }
}

/// A map of which the device sees the tile's own positions.
pub struct Shown {
    window: Window,
    whole: Rc<FeatureMap>,
    /// Those of the tile that is on the device.
    pub features: Tensor,
}

impl Shown {
    pub fn new(gpu: &Gpu, window: Window, dtype: DType, whole: Rc<FeatureMap>) -> Result<Shown> {
        Ok(Shown { window, whole, features: gpu.tensor_of("photo's features", window.view, dtype)? })
    }

    /// Brings the tile's own to the device.
    pub fn turn_to(&self, gpu: &Gpu, tile: &Tile) {
        gpu.write(&self.features, &self.window.of_map(tile, &self.whole));
    }
}
