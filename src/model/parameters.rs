//! The numbers that a table of layers is filled with.

use serde::{Deserialize, Serialize};

/// One convolution, in 32-bit floats.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvWeights {
    /// The literature's name, e.g. `conv1_1`.
    pub name: String,
    /// Output channels, O.
    pub out_channels: usize,
    /// Input channels, I.
    pub in_channels: usize,
    /// Width and height of the kernel, k.
    pub kernel: usize,
    /// The kernels, shape (O, I, k, k): output channel, input channel, row, column; row-major. It correlates, as every
    /// framework does: nothing is flipped.
    pub weight: Vec<f32>,
    /// One bias for each output channel, shape (O).
    pub bias: Vec<f32>,
}

/// An affine map from a pixel to what a network wants at its input: `input = matrix * rgb + offset`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Preprocessing {
    /// Rows: the network's input channels. Columns: R, G, B in 0..=1, gamma-encoded as in the file (sRGB).
    pub matrix: [[f32; 3]; 3],
    /// Added to each input channel.
    pub offset: [f32; 3],
}

/// The mean of ImageNet's R, G, B in 0..=1 (torchvision's `transforms` of `VGG19_Weights`).
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
/// The standard deviation that goes with [`MEAN`].
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

impl Preprocessing {
    /// RGB minus mean, divided by standard deviation: about -2.1 to 2.6.
    pub const TORCHVISION: Self = Self {
        matrix: [[1.0 / DEVIATION[0], 0.0, 0.0], [0.0, 1.0 / DEVIATION[1], 0.0], [0.0, 0.0, 1.0 / DEVIATION[2]]],
        offset: [-MEAN[0] / DEVIATION[0], -MEAN[1] / DEVIATION[1], -MEAN[2] / DEVIATION[2]],
    };

    /// BGR in 0..=255 minus ImageNet's mean in the same units: -123.68 to 151.061
    /// (<https://www.robots.ox.ac.uk/~vgg/research/very_deep/>).
    pub const CAFFE: Self = Self {
        matrix: [[0.0, 0.0, 255.0], [0.0, 255.0, 0.0], [255.0, 0.0, 0.0]],
        offset: [-103.939, -116.779, -123.68],
    };

    /// RGB around zero, -2 to 2: what the [student](super::student) was trained with.
    pub const STUDENT: Self = Self { matrix: [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]], offset: [-2.0; 3] };

    /// The network's input for one pixel; `rgb` in 0..=1.
    pub fn apply(&self, rgb: [f32; 3]) -> [f32; 3] {
        std::array::from_fn(|channel| {
            let row = self.matrix[channel];
            row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2] + self.offset[channel]
        })
    }
}
