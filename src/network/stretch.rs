//! A part of a network: layers that follow one another, walked by themselves.

use super::observer::Observer;
use super::{Network, plan};
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::model::Op;
use std::ops::Range;

/// Layers of a network that follow one another, and read nothing but each other and one layer before them, or the pixels.
pub struct Stretch<'n> {
    pub(super) network: &'n Network,
    pub(super) layers: Range<usize>,
}

impl Network {
    /// All of its layers.
    pub fn whole(&self) -> Stretch<'_> {
        self.stretch(0..self.table.layers().len())
    }

    /// Some of its layers, which it has.
    pub fn stretch(&self, layers: Range<usize>) -> Stretch<'_> {
        let all = self.table.layers();
        let input = all[layers.start].input;
        let is_own = |layer: usize| all[layer].input >= layers.start || all[layer].input == input;
        debug_assert!(layers.clone().all(is_own), "{layers:?} read more than one layer before them");
        Stretch { network: self, layers }
    }
}

impl Stretch<'_> {
    /// The layer that its first one reads, or the pixels.
    pub fn input(&self) -> usize {
        self.network.table.layers()[self.layers.start].input
    }

    /// The shapes of all layers' outputs up to its last, where what its first one reads has shape `input`; those before it
    /// mean nothing.
    pub fn shapes(&self, input: Shape) -> Vec<Shape> {
        plan::shapes(&self.network.table, &self.layers, input)
    }

    /// As [`Network::operations`].
    pub fn operations(&self, input: Shape) -> f64 {
        let layers = self.network.table.layers();
        let shapes = self.shapes(input);
        let products = self.layers.clone().map(|layer| match layers[layer].op {
            Op::Convolution { kernel, .. } => {
                let inputs = f64::from(layers[layers[layer].input].channels);
                let outputs = f64::from(shapes[layer].pixels()) * f64::from(layers[layer].channels);
                outputs * inputs * f64::from(kernel * kernel)
            }
            _ => 0.0,
        });
        4.0 * products.sum::<f64>()
    }

    /// Records the walk down to the layers that `observer` is interested in, and back to nothing.
    ///
    /// # Errors
    /// Where the device cannot hold the features.
    pub fn forward(&self, rec: &mut Recorder, input: &Tensor, observer: &mut dyn Observer) -> Result<()> {
        self.network.down(rec, self.layers.clone(), input, observer, false).map(drop)
    }

    /// Records the walk down and up again; returns the gradient to `input` of what `observer` adds on the way, and of what lies
    /// beyond, `d_last`, the gradient to the last layer's output. That is added to.
    ///
    /// # Errors
    /// Where the device cannot hold the features or the gradients.
    pub fn gradient(
        &self,
        rec: &mut Recorder,
        input: &Tensor,
        d_last: Option<&Tensor>,
        observer: &mut dyn Observer,
    ) -> Result<Tensor> {
        let walk = self.network.down(rec, self.layers.clone(), input, observer, true)?;
        self.network.up(rec, walk, d_last, observer)
    }
}
