//! This turns a table and its filters into features of a picture, and gradients of features into a gradient of pixels.

use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};
use crate::kernels::conv::Window;
use crate::kernels::winograd::{self, Workspace};
use crate::kernels::{colour, conv, pad, pool, pyramid, relu_backward};
use crate::model::{ConvWeights, Layer, Op, Table};

/// A model on the device, ready to run on pictures of any size.
pub struct Network {
    table: Table,
    filters: Vec<Option<Filters>>,
}

/// One convolution's parameters in the layouts that the shaders read.
struct Filters {
    weights: Weights,
    bias: Tensor,
    zeros: Tensor,
}

/// How a convolution is computed, and from what.
enum Weights {
    /// Pixel by pixel; the gradient has weights of its own.
    Direct { weights: Tensor, flipped: Tensor },
    /// In Winograd's domain; both ways from the same weights.
    Winograd(Tensor),
}

/// The outputs of a network's layers for one picture.
pub struct Features {
    outputs: Vec<Option<Tensor>>,
    /// What the convolutions need between their steps.
    workspace: Option<Workspace>,
}

impl Features {
    /// The output of a layer that the network was told to tap.
    pub fn at(&self, layer: usize) -> &Tensor {
        self.outputs[layer].as_ref().expect("only tapped layers are asked for")
    }

    /// Lets go of everything but the outputs of `taps`; for those who do not walk back.
    pub fn only(mut self, taps: &[usize]) -> Features {
        self.workspace = None;
        for (layer, output) in self.outputs.iter_mut().enumerate() {
            if !taps.contains(&layer) {
                *output = None;
            }
        }
        self
    }

    fn workspace(&self) -> &Workspace {
        self.workspace.as_ref().expect("made where a layer needs it")
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
    pub fn slot(&mut self, rec: &Recorder, layer: usize, shape: Shape) -> Result<(Tensor, bool)> {
        if let Some(tensor) = &self.0[layer] {
            return Ok((tensor.clone(), true));
        }
        let tensor = rec.tensor(&format!("d_{layer}"), shape)?;
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
            if let (Op::Convolution { filters: index, pad, .. }, true) = (&layer.op, needed) {
                uploaded[*index] = Some(Filters::upload(gpu, &filters[*index], *pad)?);
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
        let workspace = self.workspace(rec, pixels.shape(), &needed)?;
        let mut features = Features { outputs: vec![None; needed.len()], workspace };
        features.outputs[0] = Some(pixels.clone());
        for (index, layer) in self.table.layers().iter().enumerate().skip(1).filter(|(index, _)| needed[*index]) {
            let x = features.at(layer.input);
            let y = rec.tensor(&layer.name, output(layer, x.shape()))?;
            match &layer.op {
                Op::Pixels => unreachable!("only layer 0 is the pixels"),
                Op::Colour { matrix, offset } => colour::forward(rec, x, &y, matrix, *offset, false),
                Op::Pad(margin) => pad::forward(rec, x, *margin, &y),
                Op::Convolution { filters, kernel, pad, relu } => {
                    let Filters { weights, bias, .. } = self.own(*filters);
                    match weights {
                        Weights::Direct { weights, .. } => {
                            let window = Window { kernel: *kernel, pad: *pad };
                            conv::forward(rec, x, weights, bias, window, *relu, &y);
                        }
                        Weights::Winograd(weights) => {
                            winograd::forward(rec, x, weights, bias, *relu, &y, features.workspace());
                        }
                    }
                }
                Op::Pool(pooling) => pool::forward(rec, x, *pooling, &y),
                Op::Pyramid => pyramid::forward(rec, x, &y),
            }
            features.outputs[index] = Some(y);
        }
        Ok(features)
    }

    /// Records the walk up the table; returns the gradient to the pixels. Features are let go as soon as nothing below
    /// needs them.
    ///
    /// # Errors
    /// Where the device cannot hold the gradients.
    pub fn backward(&self, rec: &mut Recorder, mut features: Features, mut gradients: Gradients) -> Result<Tensor> {
        for (index, layer) in self.table.layers().iter().enumerate().skip(1).rev() {
            let y = features.outputs[index].take();
            let (Some(d_y), Some(y)) = (gradients.0[index].take(), y) else { continue };
            let x = features.at(layer.input);
            let (d_x, accumulate) = gradients.slot(rec, layer.input, x.shape())?;
            match &layer.op {
                Op::Pixels => unreachable!("only layer 0 is the pixels"),
                Op::Colour { matrix, .. } => colour::backward(rec, &d_y, &d_x, matrix, accumulate),
                Op::Pad(margin) => pad::backward(rec, &d_y, *margin, &d_x, accumulate),
                Op::Convolution { filters, kernel, pad, relu } => {
                    if *relu {
                        relu_backward::record(rec, &y, &d_y);
                    }
                    let Filters { weights, zeros, .. } = self.own(*filters);
                    match weights {
                        Weights::Direct { flipped, .. } => {
                            let window = Window { kernel: *kernel, pad: *pad };
                            conv::backward(rec, &d_y, flipped, zeros, window, &d_x, accumulate);
                        }
                        Weights::Winograd(weights) => {
                            let workspace = features.workspace();
                            winograd::backward(rec, &d_y, weights, zeros, &d_x, accumulate, workspace);
                        }
                    }
                }
                Op::Pool(pooling) => pool::backward(rec, x, &d_y, *pooling, &d_x, accumulate),
                Op::Pyramid => pyramid::backward(rec, &d_y, &d_x, accumulate),
            }
        }
        Ok(gradients.slot(rec, 0, features.at(0).shape())?.0)
    }

    /// Room for the largest convolution in Winograd's domain, if there is any.
    fn workspace(&self, rec: &Recorder, pixels: Shape, needed: &[bool]) -> Result<Option<Workspace>> {
        let shapes = self.shapes(pixels);
        let layers = self.table.layers().iter().enumerate().filter(|(index, _)| needed[*index]);
        let maps: Vec<Shape> = layers
            .filter_map(|(index, layer)| match layer.op {
                Op::Convolution { filters, .. } if matches!(self.own(filters).weights, Weights::Winograd(_)) => {
                    let most = shapes[layer.input].channels.max(layer.channels);
                    Some(shapes[index].with_channels(most))
                }
                _ => None,
            })
            .collect();
        (!maps.is_empty()).then(|| Workspace::new(rec, maps)).transpose()
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
        Op::Pad(margin) => pad::output(x, *margin),
        Op::Convolution { kernel, pad, .. } => Window { kernel: *kernel, pad: *pad }.output(x, layer.channels),
        Op::Pool(_) => pool::output(x),
        Op::Pyramid => pyramid::output(x),
    }
}

impl Filters {
    fn upload(gpu: &Gpu, weights: &ConvWeights, pad: u32) -> Result<Filters> {
        let ConvWeights { name, out_channels: o, in_channels: i, kernel: k, weight, bias } = weights;
        let (o, i, k) = (*o, *i, *k);
        let mut padded = bias.clone();
        padded.resize(o.next_multiple_of(4), 0.0);
        let label = format!("{name}.weight");
        let weights = if winograd::suits(Window { kernel: k as u32, pad }, o, i) {
            Weights::Winograd(gpu.upload(&label, winograd::packed_shape(o, i), &winograd::pack(weight, o, i))?)
        } else {
            Weights::Direct {
                weights: gpu.upload(&label, conv::packed_shape(o, i, k), &conv::pack(weight, o, i, k))?,
                flipped: gpu.upload(
                    &format!("{name}.flipped"),
                    conv::packed_shape(i, o, k),
                    &conv::pack_flipped(weight, o, i, k),
                )?,
            }
        };
        Ok(Filters {
            weights,
            bias: gpu.upload(&format!("{name}.bias"), Shape::vector(o as u32), &padded)?,
            zeros: gpu.tensor(&format!("{name}.zeros"), Shape::vector(i as u32))?,
        })
    }
}
