//! The table of VGG19 (Simonyan & Zisserman 2014, configuration E): sixteen 3x3 convolutions in five blocks.

/// One convolution of the table: 3x3, stride 1, followed by a ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convolution {
    /// The literature's name, e.g. `conv4_2`.
    pub name: &'static str,
    /// The index in torchvision's `features`, which names the tensors of every known file: `features.N.weight`.
    pub index: usize,
    /// Input channels.
    pub in_channels: usize,
    /// Output channels.
    pub out_channels: usize,
}

const fn conv(name: &'static str, index: usize, in_channels: usize, out_channels: usize) -> Convolution {
    Convolution { name, index, in_channels, out_channels }
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
