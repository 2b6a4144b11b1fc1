//! The feature models, as data: tables of layers that [`crate::network`] reads downwards for the features and upwards
//! for the gradient.

pub mod blocks;
mod parameters;
mod preset;
pub mod student;
pub mod vgg19;

pub use blocks::Convolution;
pub use parameters::{ConvWeights, Preprocessing};
pub use preset::{Preset, Units};

use crate::choices::{ModelKind, Pooling};
use blocks::Border;

/// A feature model: all that the rest of the house knows of it.
#[derive(Debug)]
pub struct Model {
    /// All convolutions, from the pixels upwards.
    pub convolutions: &'static [Convolution],
    /// Its network.
    pub table: fn(&Wanted) -> Table,
    /// What it wants at its input, where no file says so.
    pub preprocessing: Preprocessing,
    /// The layers whose statistics are the style, from fine to coarse.
    pub style_taps: [&'static str; 5],
    /// What it is painted with.
    pub preset: Preset,
    /// What is said where its weights are not there.
    pub missing: Missing,
}

/// What a network is made for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The layers that losses look at.
    pub taps: &'w [&'w str],
    /// How many of the model's convolutions have weights, counted from the pixels.
    pub convolutions: usize,
    /// What the weights want at their input.
    pub preprocessing: &'w Preprocessing,
    /// The pooling, where the model leaves a choice.
    pub pooling: Pooling,
    /// What the first convolution sees beyond the border.
    pub border: Border,
}

/// Words for what is not there, and what to do.
#[derive(Debug, Clone, Copy)]
pub struct Missing {
    /// What is missing.
    pub what: &'static str,
    /// A whole sentence.
    pub remedy: &'static str,
}

impl Model {
    /// The model that a person chose.
    pub fn of(kind: ModelKind) -> &'static Model {
        match kind {
            ModelKind::Student => &student::MODEL,
            ModelKind::Vgg19 => &vgg19::MODEL,
        }
    }
}

/// A margin of copies around a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    /// Rows and columns on every side.
    pub radius: u32,
    /// What is copied.
    pub copies: Copies,
}

/// What stands beyond an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// The edge itself, again and again. Under large windows the edge then weighs several times as much as any other
    /// pixel.
    Replicate,
    /// The map from its opposite edge on, as if copies lay side by side.
    Wrap,
}

/// What a layer does to its input.
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
    /// What it does.
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
