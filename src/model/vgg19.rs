//! The table of VGG19 (Simonyan & Zisserman 2014, configuration E): sixteen 3x3 convolutions in five blocks.

pub use super::blocks::Border;
use super::blocks::{self, Convolution};
use super::{Missing, Model, Preprocessing, Preset, Table, Units};
use crate::choices::{Pooling, StyleLoss};

const fn conv(name: &'static str, index: usize, in_channels: usize, out_channels: usize) -> Convolution {
    Convolution { name, index: Some(index), in_channels, out_channels, kernel: KERNEL }
}

/// All convolutions, from the pixels upwards; a pooling layer stands between two blocks.
pub const CONVOLUTIONS: [Convolution; 16] = [
    conv("conv1_1", 0, 3, 64),
    conv("conv1_2", 2, 64, 64),
    conv("conv2_1", 5, 64, 128),
    conv("conv2_2", 7, 128, 128),
    conv("conv3_1", 10, 128, 256),
    conv("conv3_2", 12, 256, 256),
    conv("conv3_3", 14, 256, 256),
    conv("conv3_4", 16, 256, 256),
    conv("conv4_1", 19, 256, 512),
    conv("conv4_2", 21, 512, 512),
    conv("conv4_3", 23, 512, 512),
    conv("conv4_4", 25, 512, 512),
    conv("conv5_1", 28, 512, 512),
    conv("conv5_2", 30, 512, 512),
    conv("conv5_3", 32, 512, 512),
    conv("conv5_4", 34, 512, 512),
];

/// The width and height of every kernel.
pub const KERNEL: usize = 3;

/// Layers whose statistics are the style (Gatys, Ecker, Bethge 2016).
pub const STYLE_TAPS: [&str; 5] = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"];
/// The layers that [a judge](crate::judge) looks at.
pub const JUDGED_TAPS: [&str; 3] = ["relu2_2", "relu3_3", "relu4_3"];

/// The layer that holds the content (Gatys, Ecker, Bethge 2016).
pub const CONTENT_TAP: &str = "relu4_2";

/// The balance of the losses, and the schedule. All style layers count alike.
pub const PRESET: Preset = Preset {
    smallest: 128,
    most_scales: 8,
    first_iterations: 80,
    later_iterations: 60,
    units: Units::Relative,
    style_loss: StyleLoss::MeanCovariance,
    content: 0.45,
    content_taps: &[(CONTENT_TAP, 1.0)],
    style: 1.0,
    style_shares: [1.0; 5],
    variation: 0.1,
    variation_is_sum: false,
    rate: 0.05,
    last_rate: 0.1,
    decay: 0.9,
    border: Border::Replicate,
};

/// The model. It is computed as deep as the losses look and the file reaches.
pub const MODEL: Model = Model {
    convolutions: &CONVOLUTIONS,
    table: |network| {
        let deepest = network.taps.iter().filter_map(|tap| depth_of(tap)).max().unwrap_or(1);
        table(deepest.min(network.convolutions), network.preprocessing, network.pooling, network.border)
    },
    preprocessing: Preprocessing::TORCHVISION,
    style_taps: STYLE_TAPS,
    preset: PRESET,
    missing: Missing { what: "The file with VGG19's weights", remedy: "Load it, or choose the built-in model." },
};

/// The network as far as `depth` convolutions, with the file's own input normalisation. Each ReLU is fused with its
/// convolution and named after it: `conv4_2` is tapped as `relu4_2`.
pub fn table(depth: usize, preprocessing: &Preprocessing, pooling: Pooling, border: Border) -> Table {
    let relu = |convolution: &Convolution| format!("relu{}", convolution.number());
    blocks::table(&CONVOLUTIONS[..depth.min(CONVOLUTIONS.len())], relu, preprocessing, pooling, border)
}

/// The convolution behind which no style layer stands.
pub fn deepest_style() -> &'static Convolution {
    let depth = STYLE_TAPS.iter().filter_map(|tap| depth_of(tap)).max().unwrap_or(1);
    &CONVOLUTIONS[depth - 1]
}

/// How many convolutions have to run for a tap, e.g. 13 for `relu5_1`.
pub fn depth_of(tap: &str) -> Option<usize> {
    let number = tap.strip_prefix("relu")?;
    Some(CONVOLUTIONS.iter().position(|convolution| convolution.number() == number)? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_pools_between_the_blocks() {
        let table = table(16, &Preprocessing::TORCHVISION, Pooling::Average, Border::Zero);
        let names: Vec<_> = table.layers().iter().map(|layer| layer.name.as_str()).collect();
        let expected = "pixels input relu1_1 relu1_2 pool1 relu2_1 relu2_2 pool2 relu3_1 relu3_2 relu3_3 relu3_4 pool3 \
                        relu4_1 relu4_2 relu4_3 relu4_4 pool4 relu5_1 relu5_2 relu5_3 relu5_4";
        assert_eq!(names.join(" "), expected);
        assert_eq!(table.layers()[table.find("pool3").unwrap()].channels, 256);
    }

    #[test]
    fn a_tap_needs_what_lies_before_it() {
        assert_eq!(depth_of("relu5_1"), Some(13));
        assert_eq!(depth_of("relu6_1"), None);
        let table = table(16, &Preprocessing::TORCHVISION, Pooling::Max, Border::Replicate);
        let needed = table.needed(&[table.find("relu2_1").unwrap()]);
        assert!(needed[table.find("relu1_2").unwrap()] && !needed[table.find("relu2_2").unwrap()]);
    }
}
