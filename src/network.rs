//! This turns a table and its filters into features of a picture, and gradients of features into a gradient of pixels.

use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};
use crate::kernels::conv::{Window, pack, pack_flipped, packed_shape};
use crate::kernels::{colour, conv, pad, pool, pyramid, relu_backward};
use crate::model::{ConvWeights, Layer, Op, Table};

/// A model on the device, ready to run on pictures of any size.
pub struct Network {
    table: Table,
    filters: Vec<Option<Filters>>,
}

/// One convolution's parameters in the layouts that the shaders read.
struct Filters {
    weights: Tensor,
    bias: Tensor,
    flipped: Tensor,
    zeros: Tensor,
}

/// The outputs of a network's layers for one picture.
pub struct Features(Vec<Option<Tensor>>);

impl Features {
    /// The output of a layer that the network was told to tap.
    pub fn at(&self, layer: usize) -> &Tensor {
        self.0[layer].as_ref().expect("only tapped layers are asked for")
    }
}

/// The gradients of the loss to layers' outputs, as far as anybody has contributed to them.
pub struct Gradients(Vec<Option<Tensor>>);

impl Gradients {
    /// No contribution yet, for a network of `table`.
    pub fn new(table: &Table) -> Gradients {
        Gradients(vec![None; table.layers().len()])
    }

    /// The tensor for a layer's gradient, and whether a new contribution has to be added to what it holds.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn slot(&mut self, gpu: &Gpu, layer: usize, shape: Shape) -> Result<(Tensor, bool)> {
        if let Some(tensor) = &self.0[layer] {
            return Ok((tensor.clone(), true));
        }
        let tensor = gpu.tensor(&format!("d_{layer}"), shape)?;
        self.0[layer] = Some(tensor.clone());
        Ok((tensor, false))
    }
}

impl Network {
    /// Uploads the filters that `taps` need. `filters` are those that the table's convolutions name.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn new(gpu: &Gpu, table: Table, filters: &[ConvWeights], taps: &[usize]) -> Result<Network> {
        let needed = table.needed(taps);
        let mut uploaded: Vec<Option<Filters>> = filters.iter().map(|_| None).collect();
        for (layer, needed) in table.layers().iter().zip(&needed) {
            if let (Op::Convolution { filters: index, .. }, true) = (&layer.op, needed) {
                uploaded[*index] = Some(Filters::upload(gpu, &filters[*index])?);
            }
        }
        Ok(Network { table, filters: uploaded })
    }

    /// The topology.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The shapes of all layers' outputs for a picture of shape `pixels`; deep maps of tiny pictures have no positions.
    pub fn shapes(&self, pixels: Shape) -> Vec<Shape> {
        let mut shapes = vec![pixels];
        for layer in &self.table.layers()[1..] {
            shapes.push(output(layer, shapes[layer.input]));
        }
        shapes
    }

    /// Records the walk down the table, as far as `taps` need.
    ///
    /// # Errors
    /// Where the device cannot hold the features.
    pub fn forward(&self, rec: &mut Recorder, pixels: &Tensor, taps: &[usize]) -> Result<Features> {
        let needed = self.table.needed(taps);
        let mut features: Vec<Option<Tensor>> = vec![None; self.table.layers().len()];
        features[0] = Some(pixels.clone());
        for (index, layer) in self.table.layers().iter().enumerate().skip(1).filter(|(index, _)| needed[*index]) {
            let x = features[layer.input].clone().expect("inputs stand before their layers");
            let y = rec.gpu().tensor(&layer.name, output(layer, x.shape()))?;
            match &layer.op {
                Op::Pixels => unreachable!("only layer 0 is the pixels"),
                Op::Colour { matrix, offset } => colour::forward(rec, &x, &y, matrix, *offset, false),
                Op::Pad(margin) => pad::forward(rec, &x, *margin, &y),
                Op::Convolution { filters, kernel, pad, relu } => {
                    let own = self.own(*filters);
                    let window = Window { kernel: *kernel, pad: *pad };
                    conv::forward(rec, &x, &own.weights, &own.bias, window, *relu, &y);
                }
                Op::Pool(pooling) => pool::forward(rec, &x, *pooling, &y),
                Op::Pyramid => pyramid::forward(rec, &x, &y),
            }
            features[index] = Some(y);
        }
        Ok(Features(features))
    }

    /// Records the walk up the table; returns the gradient to the pixels.
    ///
    /// # Errors
    /// Where the device cannot hold the gradients.
    pub fn backward(&self, rec: &mut Recorder, features: &Features, mut gradients: Gradients) -> Result<Tensor> {
        let gpu = rec.gpu();
        for (index, layer) in self.table.layers().iter().enumerate().skip(1).rev() {
            let Some(d_y) = gradients.0[index].take() else { continue };
            let x = features.at(layer.input);
            let (d_x, accumulate) = gradients.slot(gpu, layer.input, x.shape())?;
            match &layer.op {
                Op::Pixels => unreachable!("only layer 0 is the pixels"),
                Op::Colour { matrix, .. } => colour::backward(rec, &d_y, &d_x, matrix, accumulate),
                Op::Pad(margin) => pad::backward(rec, &d_y, *margin, &d_x, accumulate),
                Op::Convolution { filters, kernel, pad, relu } => {
                    if *relu {
                        relu_backward::record(rec, features.at(index), &d_y);
                    }
                    let own = self.own(*filters);
                    let window = Window { kernel: *kernel, pad: *pad };
                    conv::backward(rec, &d_y, &own.flipped, &own.zeros, window, &d_x, accumulate);
                }
                Op::Pool(pooling) => pool::backward(rec, x, &d_y, *pooling, &d_x, accumulate),
                Op::Pyramid => pyramid::backward(rec, &d_y, &d_x, accumulate),
            }
        }
        Ok(gradients.slot(gpu, 0, features.at(0).shape())?.0)
    }

    fn own(&self, filters: usize) -> &Filters {
        self.filters[filters].as_ref().expect("the filters of needed layers are uploaded")
    }
}

/// The shape of a layer's output for an input of shape `x`.
fn output(layer: &Layer, x: Shape) -> Shape {
    match &layer.op {
        Op::Pixels => x,
        Op::Colour { .. } => x.with_channels(layer.channels),
        Op::Pad(margin) => margin.output(x),
        Op::Convolution { kernel, pad, .. } => Window { kernel: *kernel, pad: *pad }.output(x, layer.channels),
        Op::Pool(_) => pool::output(x),
        Op::Pyramid => pyramid::output(x),
    }
}

impl Filters {
    fn upload(gpu: &Gpu, weights: &ConvWeights) -> Result<Filters> {
        let ConvWeights { name, out_channels: o, in_channels: i, kernel: k, weight, bias } = weights;
        let (o, i, k) = (*o, *i, *k);
        let mut padded = bias.clone();
        padded.resize(o.next_multiple_of(4), 0.0);
        Ok(Filters {
            weights: gpu.upload(&format!("{name}.weight"), packed_shape(o, i, k), &pack(weight, o, i, k))?,
            bias: gpu.upload(&format!("{name}.bias"), Shape::vector(o as u32), &padded)?,
            flipped: gpu.upload(&format!("{name}.flipped"), packed_shape(i, o, k), &pack_flipped(weight, o, i, k))?,
            zeros: gpu.tensor(&format!("{name}.zeros"), Shape::vector(i as u32))?,
        })
    }
}
