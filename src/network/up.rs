//! The way up: from gradients of features to the gradient of the pixels.

use super::Network;
use super::down::{Walk, window};
use super::observer::{BackwardRows, Interest, Observer};
use super::plan::{Role, dtype_of, is_linear, is_winograd};
use super::room::bands;
use crate::Result;
use crate::gpu::{DType, Phase, Recorder, Shape, Tensor};
use crate::kernels::winograd::{self, Rows};
use crate::kernels::{batched_gemm, colour, conv, pad, pool, relu_backward};
use crate::model::{Layer, Op};

/// The gradients of the loss to layers' outputs, as far as anybody has contributed to them.
struct Gradients {
    tensors: Vec<Option<Tensor>>,
    /// How the large ones are stored.
    dtype: DType,
}

impl Gradients {
    /// The tensor for a layer's gradient, and whether a new contribution has to be added to what it holds.
    fn slot(&mut self, rec: &Recorder, layer: usize, shape: Shape) -> Result<(Tensor, bool)> {
        if let Some(tensor) = &self.tensors[layer] {
            return Ok((tensor.clone(), true));
        }
        let tensor = rec.map(&format!("d_{layer}"), shape, dtype_of(shape, self.dtype))?;
        self.tensors[layer] = Some(tensor.clone());
        Ok((tensor, false))
    }
}

impl Network {
    pub(super) fn up(
        &self,
        rec: &mut Recorder,
        mut walk: Walk,
        d_last: Option<&Tensor>,
        observer: &mut dyn Observer,
    ) -> Result<Tensor> {
        let (layers, given) = (self.table.layers(), walk.plan.given);
        let mut gradients = Gradients { tensors: vec![None; layers.len()], dtype: self.dtype };
        if let Some(d_last) = d_last {
            gradients.tensors[walk.plan.shapes.len() - 1] = Some(d_last.clone());
        }
        for (index, layer) in layers.iter().enumerate().skip(given + 1).rev() {
            match walk.plan.roles[index] {
                Role::Unused => continue,
                Role::InBands { reader } => self.bands_up(rec, &mut walk, &mut gradients, observer, index, reader)?,
                Role::Alone | Role::Along | Role::WithPool(_) => {
                    ask(rec, &walk, &mut gradients, observer, index)?;
                    let waits = walk.plan.reads_bands(index, &self.table)
                        || (walk.plan.roles[index] == Role::Along && matches!(layer.op, Op::Pool(_)));
                    if !waits {
                        self.layer_up(rec, &mut walk, &mut gradients, index, layer)?;
                    }
                }
            }
            observer.done(index);
            walk.outputs[index] = None;
            walk.masks[index] = walk.masks[index].take().filter(|_| walk.plan.reads_bands(index, &self.table));
        }
        ask(rec, &walk, &mut gradients, observer, given)?;
        Ok(gradients.slot(rec, given, walk.plan.shapes[given])?.0)
    }

    fn layer_up(
        &self,
        rec: &mut Recorder,
        walk: &mut Walk,
        gradients: &mut Gradients,
        index: usize,
        layer: &Layer,
    ) -> Result<()> {
        let Some(d_y) = gradients.tensors[walk.plan.written_by(index)].take() else { return Ok(()) };
        rec.scope(Phase::Backward, index);
        let shape = walk.plan.shapes[layer.input];
        let (d_x, accumulate) = gradients.slot(rec, layer.input, shape)?;
        if is_winograd(layer, self.table.layers()) {
            let (weights, mask) = (self.filters(layer).winograd(true), walk.masks[index].as_ref());
            winograd::backward(rec, &d_y, mask, weights, Rows::all(shape), &d_x, accumulate, walk.workspace());
            return Ok(());
        }
        match &layer.op {
            Op::Pixels => unreachable!("only layer 0 is the pixels"),
            Op::Colour { matrix, .. } => colour::backward(rec, &d_y, &d_x, matrix, accumulate),
            Op::Pad(margin) => pad::backward(rec, &d_y, *margin, &d_x, accumulate),
            Op::Convolution { .. } if is_linear(layer) => {
                let conv::Weights { tiles, bias } = self.filters(layer).flipped();
                batched_gemm::pointwise(rec, &d_y, tiles, bias, &d_x, accumulate);
            }
            Op::Convolution { .. } => {
                let (window, relu) = window(layer);
                if relu {
                    relu_backward::record(rec, walk.output(index), &d_y);
                }
                let added = if accumulate { u32::MAX } else { 0 };
                conv::backward(rec, &d_y, self.filters(layer).flipped(), window, &d_x, 0, added);
            }
            Op::Pool(pooling) => pool::backward(rec, walk.output(layer.input), &d_y, *pooling, &d_x, accumulate),
        }
        Ok(())
    }

    /// The way back through a convolution that reads a picture, and through the one that reads it, in bands of rows.
    fn bands_up(
        &self,
        rec: &mut Recorder,
        walk: &mut Walk,
        gradients: &mut Gradients,
        observer: &mut dyn Observer,
        index: usize,
        reader: Option<usize>,
    ) -> Result<()> {
        let layers = self.table.layers();
        let layer = &layers[index];
        let interested = walk.plan.interests[index] != Interest::None;
        let d_read = reader.and_then(|reader| gradients.tensors[walk.plan.written_by(reader)].take());
        if !interested && d_read.is_none() {
            return Ok(());
        }
        let (window, relu) = window(layer);
        let map = walk.plan.shapes[index];
        let x = walk.output(layer.input).clone();
        let (d_x, accumulate) = gradients.slot(rec, layer.input, x.shape())?;
        let mut added = if accumulate { u32::MAX } else { 0 };
        let whole = walk.outputs[index].take();
        for band in bands(map, walk.room.band) {
            let shape = Shape { height: band.rows, ..map };
            rec.scope(Phase::Backward, index);
            let y = match &whole {
                Some(y) => y.clone(),
                None => {
                    let y = rec.map(&layer.name, shape, self.dtype(map))?;
                    conv::forward(rec, &x, self.filters(layer).direct(), window, relu, &y, band.first);
                    y
                }
            };
            let d_y = rec.map("d_band", shape, self.dtype(map))?;
            if let (Some(reader), Some(d_read)) = (reader, &d_read) {
                rec.scope(Phase::Backward, reader);
                let (weights, mask) = (self.filters(&layers[reader]).winograd(true), walk.masks[reader].as_ref());
                let rows = Rows { count: band.rows, input: band.first, output: 0 };
                winograd::backward(rec, d_read, mask, weights, rows, &d_y, false, walk.workspace());
            }
            if interested {
                let (accumulate, start) = (d_read.is_some(), band.first * map.width);
                observer.up(rec, index, &BackwardRows { x: &y, d_x: &d_y, accumulate, start })?;
            }
            rec.scope(Phase::Backward, index);
            if relu {
                relu_backward::record(rec, &y, &d_y);
            }
            let end = conv::backward(rec, &d_y, self.filters(layer).flipped(), window, &d_x, band.first, added);
            added = added.max(end);
        }
        if let Some(reader) = reader {
            walk.masks[reader] = None;
        }
        Ok(())
    }
}

/// Lets the observer add to the gradient of a layer that it is interested in.
fn ask(
    rec: &mut Recorder,
    walk: &Walk,
    gradients: &mut Gradients,
    observer: &mut dyn Observer,
    layer: usize,
) -> Result<()> {
    if walk.plan.interests[layer] == Interest::None {
        return Ok(());
    }
    let x = walk.output(layer);
    let (d_x, accumulate) = gradients.slot(rec, layer, x.shape())?;
    observer.up(rec, layer, &BackwardRows { x, d_x: &d_x, accumulate, start: 0 })
}
