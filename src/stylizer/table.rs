//! The network as a table of layers, and the places of their parameters.

use super::packed_shape;
use crate::gpu::{Shape, VIEW_ALIGNMENT};
use crate::kernels::instance_norm::pair_shape;

/// The operation of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// The photo: red, green, blue in 0..1.
    Photo,
    /// Copies of the border, so many rows and columns on every side.
    Pad(u32),
    /// Convolution without padding.
    Convolution {
        /// The parameter with its weights.
        weights: usize,
        /// The parameter with its bias; a normalisation behind it would take it away again.
        bias: Option<usize>,
        /// Width and height of the kernel.
        kernel: u32,
        /// Pixels from one position to the next.
        stride: u32,
    },
    /// Instance normalisation.
    Norm {
        /// The parameter with shift and scale.
        learned: usize,
        /// Whether a ReLU follows.
        relu: bool,
    },
    /// Twice as high and wide, with copies.
    Enlarge,
    /// The sum of two layers.
    Sum {
        /// The second.
        with: usize,
    },
    /// Colours in 0..1, by a sigmoid.
    Colours,
}

/// A layer of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its name in messages of drivers.
    pub name: String,
    /// The index of the layer that it reads; always a smaller one.
    pub input: usize,
    /// Its operation.
    pub op: Op,
    /// Channels of its output.
    pub channels: u32,
}

/// The kind of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A convolution's weights.
    Weights {
        /// Output channels.
        outputs: u32,
        /// Input channels.
        inputs: u32,
        /// Width and height of the kernel.
        kernel: u32,
    },
    /// A bias, a number for each channel.
    Bias(u32),
    /// Shift, then scale, for each channel.
    Norm(u32),
}

/// Numbers that are learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in a file.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Where it begins in the tensor of all parameters, in vectors.
    pub first: u32,
}

impl Parameter {
    /// Its shape on the device.
    pub fn shape(&self) -> Shape {
        match self.kind {
            Kind::Weights { outputs, inputs, kernel } => packed_shape(outputs, inputs, kernel),
            Kind::Bias(channels) => Shape::vector(channels),
            Kind::Norm(channels) => pair_shape(channels),
        }
    }
}

/// How large a network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Size {
    /// Channels at the photo's own size; twice as many at half of it, four times at a quarter. A multiple of 4.
    pub width: u32,
    /// Residual blocks (He et al. 2016) at a quarter of the size.
    pub blocks: u32,
}

impl Default for Size {
    /// 0.42 million parameters, 2.8 billion products for a photo of 256 px.
    fn default() -> Size {
        Size { width: 16, blocks: 5 }
    }
}

impl Size {
    /// For phones: about a quarter of the usual one's parameters and products.
    pub const SMALL: Size = Size { width: 8, blocks: 5 };

    /// Whether there can be such a network.
    pub fn is_possible(self) -> bool {
        (4..=64).contains(&self.width) && self.width.is_multiple_of(4) && (1..=16).contains(&self.blocks)
    }
}

/// Pixels of the photo on one side of a position of the coarsest maps: sizes are made up to multiples of it.
pub const COARSE: u32 = 4;

/// The topology of a network. Layer 0 is the photo, the last are the colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    size: Size,
    layers: Vec<Layer>,
    parameters: Vec<Parameter>,
    vectors: u32,
}

impl Table {
    /// The network of this size: three convolutions down, residual blocks, three convolutions up.
    pub fn new(size: Size) -> Table {
        let photo = Layer { name: "photo".into(), input: 0, op: Op::Photo, channels: 3 };
        let mut table = Table { size, layers: vec![photo], parameters: Vec::new(), vectors: 0 };
        let Size { width, blocks } = size;
        let mut last = table.convolution("down1", 0, width, 9, 1, true);
        last = table.convolution("down2", last, 2 * width, 3, 2, true);
        last = table.convolution("down3", last, 4 * width, 3, 2, true);
        for block in 1..=blocks {
            let first = table.convolution(&format!("block{block}.first"), last, 4 * width, 3, 1, true);
            let second = table.convolution(&format!("block{block}.second"), first, 4 * width, 3, 1, false);
            last = table.push(&format!("block{block}"), last, Op::Sum { with: second }, 4 * width);
        }
        for (name, channels) in [("up1", 2 * width), ("up2", width)] {
            let channels_before = table.layers[last].channels;
            let large = table.push(&format!("{name}.large"), last, Op::Enlarge, channels_before);
            last = table.convolution(name, large, channels, 3, 1, true);
        }
        let padded = table.push("colours.pad", last, Op::Pad(4), width);
        let weights = table.parameter("colours.weight", Kind::Weights { outputs: 3, inputs: width, kernel: 9 });
        let bias = Some(table.parameter("colours.bias", Kind::Bias(3)));
        let op = Op::Convolution { weights, bias, kernel: 9, stride: 1 };
        let raw = table.push("colours.conv", padded, op, 3);
        table.push("colours", raw, Op::Colours, 3);
        table
    }

    /// A padded convolution and its normalisation.
    fn convolution(&mut self, name: &str, input: usize, channels: u32, kernel: u32, stride: u32, relu: bool) -> usize {
        let inputs = self.layers[input].channels;
        let padded = self.push(&format!("{name}.pad"), input, Op::Pad(kernel / 2), inputs);
        let weights = self.parameter(&format!("{name}.weight"), Kind::Weights { outputs: channels, inputs, kernel });
        let op = Op::Convolution { weights, bias: None, kernel, stride };
        let conv = self.push(&format!("{name}.conv"), padded, op, channels);
        let learned = self.parameter(&format!("{name}.norm"), Kind::Norm(channels));
        self.push(name, conv, Op::Norm { learned, relu }, channels)
    }

    fn push(&mut self, name: &str, input: usize, op: Op, channels: u32) -> usize {
        self.layers.push(Layer { name: name.into(), input, op, channels });
        self.layers.len() - 1
    }

    fn parameter(&mut self, name: &str, kind: Kind) -> usize {
        let parameter = Parameter { name: name.into(), kind, first: self.vectors };
        self.vectors = (self.vectors + parameter.shape().vectors()).next_multiple_of(VIEW_ALIGNMENT);
        self.parameters.push(parameter);
        self.parameters.len() - 1
    }

    /// How large the network is.
    pub fn size(&self) -> Size {
        self.size
    }

    /// All layers, the photo first.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// All parameters.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The shape of the tensor that holds all parameters.
    pub fn parameters_shape(&self) -> Shape {
        Shape::new(1, self.vectors, 4)
    }

    /// For each layer, the last that reads it.
    pub(super) fn last_readers(&self) -> Vec<usize> {
        let mut last: Vec<_> = (0..self.layers.len()).collect();
        for (index, layer) in self.layers.iter().enumerate() {
            last[layer.input] = last[layer.input].max(index);
            if let Op::Sum { with } = layer.op {
                last[with] = last[with].max(index);
            }
        }
        last
    }

    /// Whether there are parameters at or before each layer, so that its gradient matters.
    pub(super) fn learns(&self) -> Vec<bool> {
        let mut learns = vec![false; self.layers.len()];
        for (index, layer) in self.layers.iter().enumerate().skip(1) {
            learns[index] = learns[layer.input] || matches!(layer.op, Op::Convolution { .. } | Op::Norm { .. });
        }
        learns
    }

    /// Products of two numbers for a photo of this size, of direct convolutions.
    pub fn products(&self, width: u32, height: u32) -> u64 {
        let mut pixels = vec![u64::from(width) * u64::from(height); self.layers.len()];
        let mut products = 0;
        for (index, layer) in self.layers.iter().enumerate().skip(1) {
            pixels[index] = match layer.op {
                Op::Convolution { stride, .. } => pixels[layer.input] / u64::from(stride * stride),
                Op::Enlarge => 4 * pixels[layer.input],
                _ => pixels[layer.input],
            };
            if let Op::Convolution { kernel, .. } = layer.op {
                let inputs = u64::from(self.layers[layer.input].channels);
                products += pixels[index] * u64::from(layer.channels) * inputs * u64::from(kernel * kernel);
            }
        }
        products
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_size_is_that_of_the_papers_at_half_their_width() {
        let table = Table::new(Size::default());
        let numbers = |parameter: &Parameter| match parameter.kind {
            Kind::Weights { outputs, inputs, kernel } => outputs * inputs * kernel * kernel,
            Kind::Bias(channels) => channels,
            Kind::Norm(channels) => 2 * channels,
        };
        assert_eq!(table.parameters().iter().map(numbers).sum::<u32>(), 424_099);
        assert_eq!(table.products(256, 256) / 1_000_000, 2774);
    }

    #[test]
    fn parameters_do_not_overlap() {
        let table = Table::new(Size { width: 8, blocks: 2 });
        for pair in table.parameters().windows(2) {
            assert!(
                pair[0].first + pair[0].shape().vectors() <= pair[1].first,
                "{} and {}",
                pair[0].name,
                pair[1].name
            );
        }
    }
}
