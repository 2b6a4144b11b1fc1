//! This turns seeds into pictures and weights to measure with: no kernel's time depends on what it sees.

use crate::choices::ModelKind;
use crate::image::Picture;
use crate::model::{Model, seeded};
use crate::random::uniform;
use crate::weights::{ModelWeights, Origin};

/// A square of coloured noise.
pub fn noise(seed: u32, size: u32) -> Picture {
    let rgba = (0..size * size * 4).map(|i| if i % 4 == 3 { 1.0 } else { uniform(seed, 0, i) as f32 }).collect();
    Picture::new(size, size, rgba)
}

/// All of a model with weights that keep the activations' scale (He et al. 2015).
pub fn random_weights(model: ModelKind) -> ModelWeights {
    let model = Model::of(model);
    ModelWeights {
        convolutions: seeded::filters(model.convolutions),
        preprocessing: model.preprocessing,
        growth: vec![1.0; model.convolutions.len()],
        source: Origin::Torchvision.source("random numbers".into()),
    }
}
