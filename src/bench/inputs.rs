//! This turns seeds into pictures and weights to measure with: no kernel's time depends on what it sees.

use crate::choices::ModelKind;
use crate::image::Picture;
use crate::model::{ConvWeights, Convolution, Model};
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
    let convolution = |(layer, row): (usize, &Convolution)| {
        let entries = row.in_channels * row.kernel * row.kernel;
        let scale = (6.0 / entries as f64).sqrt();
        let count = (row.out_channels * entries) as u32;
        ConvWeights {
            name: row.name.into(),
            out_channels: row.out_channels,
            in_channels: row.in_channels,
            kernel: row.kernel,
            weight: (0..count).map(|i| ((2.0 * uniform(7, layer as u32, i) - 1.0) * scale) as f32).collect(),
            bias: vec![0.0; row.out_channels],
        }
    };
    ModelWeights {
        convolutions: model.convolutions.iter().enumerate().map(convolution).collect(),
        preprocessing: model.preprocessing,
        growth: vec![1.0; model.convolutions.len()],
        source: Origin::Torchvision.source("random numbers".into()),
    }
}
