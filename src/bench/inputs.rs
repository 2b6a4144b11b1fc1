//! This turns seeds into pictures and weights to measure with: no kernel's time depends on what it sees.

use crate::image::Picture;
use crate::model::{ConvWeights, vgg19};
use crate::random::uniform;
use crate::weights::{Origin, Vgg19Weights};

/// A square of coloured noise.
pub fn noise(seed: u32, size: u32) -> Picture {
    let rgba = (0..size * size * 4).map(|i| if i % 4 == 3 { 1.0 } else { uniform(seed, 0, i) as f32 }).collect();
    Picture::new(size, size, rgba)
}

/// The whole of VGG19 with weights that keep the activations' scale (He et al. 2015).
pub fn random_vgg19() -> Vgg19Weights {
    let convolution = |(layer, table): (usize, &vgg19::Convolution)| {
        let entries = table.in_channels * vgg19::KERNEL * vgg19::KERNEL;
        let scale = (6.0 / entries as f64).sqrt();
        let count = (table.out_channels * entries) as u32;
        ConvWeights {
            name: table.name.into(),
            out_channels: table.out_channels,
            in_channels: table.in_channels,
            kernel: vgg19::KERNEL,
            weight: (0..count).map(|i| ((2.0 * uniform(7, layer as u32, i) - 1.0) * scale) as f32).collect(),
            bias: vec![0.0; table.out_channels],
        }
    };
    let origin = Origin::Torchvision;
    Vgg19Weights {
        convolutions: vgg19::CONVOLUTIONS.iter().enumerate().map(convolution).collect(),
        preprocessing: origin.preprocessing(),
        growth: vec![1.0; vgg19::CONVOLUTIONS.len()],
        source: origin.source("random numbers".into()),
    }
}
