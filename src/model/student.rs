//! The table of the built-in model: a small student of VGG19, of the same shape with few channels.
//!
//! It was trained (`distil/`) so that the gradients of its losses at the pixels come near those of VGG19's. Behind each layer that
//! losses look at stands a 1x1 convolution without a ReLU, which turns its few channels into as many numbers whose means and
//! covariances lie as far apart as those of the teacher's many channels do; these have the teacher's names. (After Wang, Li,
//! Wang, Hu, Yang 2020, "Collaborative distillation for ultra-resolution universal style transfer", whose linear maps serve
//! the training alone.)

use super::blocks::{self, Border, Convolution};
use super::vgg19::STYLE_TAPS;
use super::{Missing, Model, Preprocessing, Preset, Table, Units};
use crate::choices::{Pooling, StyleLoss};

const fn conv(name: &'static str, in_channels: usize, out_channels: usize) -> Convolution {
    Convolution { name, index: None, in_channels, out_channels, kernel: 3 }
}

const fn tap(name: &'static str, channels: usize) -> Convolution {
    Convolution { name, index: None, in_channels: channels, out_channels: channels, kernel: 1 }
}

/// All convolutions, from the pixels upwards, each tap behind the layer that it reads; a pooling layer stands between two
/// blocks.
pub const CONVOLUTIONS: [Convolution; 17] = [
    conv("conv1_1", 3, 24),
    tap("relu1_1", 24),
    conv("conv1_2", 24, 24),
    conv("conv2_1", 24, 48),
    tap("relu2_1", 48),
    conv("conv2_2", 48, 48),
    conv("conv3_1", 48, 64),
    tap("relu3_1", 64),
    conv("conv3_2", 64, 64),
    conv("conv3_3", 64, 64),
    conv("conv4_1", 64, 96),
    tap("relu4_1", 96),
    conv("conv4_2", 96, 96),
    tap("relu4_2", 96),
    conv("conv4_3", 96, 96),
    conv("conv5_1", 96, 96),
    tap("relu5_1", 96),
];

/// The student knows relu5_1 least of all layers: counting it as much as the others costs layout and brings no style.
/// Less variation leaves grain in flat areas, more washes strokes out; with less content houses vanish. A larger rate needs fewer
/// iterations; the style that these lack was not worth twice the time.
pub const PRESET: Preset = Preset {
    smallest: 64,
    most_scales: 3,
    first_iterations: 75,
    later_iterations: 75,
    units: Units::Relative,
    style_loss: StyleLoss::MeanCovariance,
    content: 0.33,
    content_taps: &[("relu4_2", 1.0)],
    style: 1.0,
    style_shares: [0.5, 1.0, 1.5, 1.5, 0.2],
    variation: 0.1,
    variation_is_sum: false,
    rate: 0.05,
    last_rate: 0.1,
    decay: 0.97,
    border: Border::Replicate,
};

/// The model.
pub const MODEL: Model = Model {
    convolutions: &CONVOLUTIONS,
    table: |network| table(network.preprocessing, network.border),
    preprocessing: Preprocessing::STUDENT,
    style_taps: STYLE_TAPS,
    preset: PRESET,
    missing: Missing { what: "The built-in model", remedy: "Reload the page to load it again." },
};

/// The network, with the pools that it was trained with. Its convolutions are `conv1_1` to `conv5_1`, each with its ReLU; the
/// taps are `relu1_1` to `relu5_1`.
pub fn table(preprocessing: &Preprocessing, border: Border) -> Table {
    blocks::table(&CONVOLUTIONS, |convolution| convolution.name.to_owned(), preprocessing, Pooling::Average, border)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_hang_beside_the_way_down() {
        let table = table(&Preprocessing::STUDENT, Border::Replicate);
        let names: Vec<_> = table.layers().iter().map(|layer| layer.name.as_str()).collect();
        let expected = "pixels input pad conv1_1 relu1_1 conv1_2 pool1 conv2_1 relu2_1 conv2_2 pool2 conv3_1 relu3_1 \
                        conv3_2 conv3_3 pool3 conv4_1 relu4_1 conv4_2 relu4_2 conv4_3 pool4 conv5_1 relu5_1";
        assert_eq!(names.join(" "), expected);
        let input_of = |name: &str| &table.layers()[table.layers()[table.find(name).unwrap()].input].name;
        assert_eq!((input_of("relu4_1").as_str(), input_of("conv4_2").as_str()), ("conv4_1", "conv4_1"));
    }
}
