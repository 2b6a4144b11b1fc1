//! The feature models, as data: tables of layers that [`crate::network`] reads downwards for the features and upwards
//! for the gradient.

mod all;
pub mod blocks;
mod description;
mod parameters;
mod preset;
#[cfg(any(feature = "reference", feature = "bench"))]
pub mod seeded;
pub mod student;
pub mod vgg19;

pub use blocks::Convolution;
pub use description::{Missing, Model, Wanted};
pub use parameters::{ConvWeights, Preprocessing};
pub use preset::{Preset, Units};

use crate::choices::Pooling;

/// A margin of copies around a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    /// Rows and columns on every side.
    pub radius: u32,
    /// The source of the copies.
    pub copies: Copies,
}

/// The values beyond an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// The edge itself, again and again. Under large windows the edge then weighs several times as much as any other
    /// pixel.
    Replicate,
    /// The map from its opposite edge on, as if copies lay side by side.
    Wrap,
}

/// The operation of a layer.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// The pixels themselves: red, green, blue in 0..1.
    Pixels,
    /// An affine map of the three colours.
    Colour {
        /// Rows are output channels; columns red, green, blue.
        matrix: [[f32; 3]; 3],
        /// Added to each output channel.
        offset: [f32; 3],
    },
    /// Copies of the input around it.
    Pad(Margin),
    /// Convolution with bias.
    Convolution {
        /// Which of the model's filters.
        filters: usize,
        /// Width and height of the kernel.
        kernel: u32,
        /// Zeros around the input.
        pad: u32,
        /// Whether a ReLU follows.
        relu: bool,
    },
    /// 2x2 windows, stride 2.
    Pool(Pooling),
}

/// A layer of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The name by which losses tap it, e.g. `relu4_2`.
    pub name: String,
    /// The index of the layer that it reads; always a smaller one.
    pub input: usize,
    /// Its operation.
    pub op: Op,
    /// Channels of its output.
    pub channels: u32,
}

/// The topology of a network. Layer 0 is the pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Table(Vec<Layer>);

impl Default for Table {
    fn default() -> Table {
        Table(vec![Layer { name: "pixels".into(), input: 0, op: Op::Pixels, channels: 3 }])
    }
}

impl Table {
    /// Appends a layer and returns its index.
    pub fn push(&mut self, name: impl Into<String>, input: usize, op: Op, channels: u32) -> usize {
        assert!(input < self.0.len(), "a layer reads one that stands before it");
        self.0.push(Layer { name: name.into(), input, op, channels });
        self.0.len() - 1
    }

    /// All layers, pixels first.
    pub fn layers(&self) -> &[Layer] {
        &self.0
    }

    /// The index of the layer with this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|layer| layer.name == name)
    }

    /// Which layers have to be computed for `taps`.
    pub fn needed(&self, taps: &[usize]) -> Vec<bool> {
        let mut needed = vec![false; self.0.len()];
        for &tap in taps {
            let mut layer = tap;
            while !needed[layer] {
                needed[layer] = true;
                layer = self.0[layer].input;
            }
        }
        needed
    }
}
