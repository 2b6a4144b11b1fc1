//! The way down the table: from a photo to a picture.

use super::table::{COARSE, Op};
use super::{Layer, Stylizer};
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::conv::{self, Weights, Window};
use crate::kernels::instance_norm::{self, Norm, pair_shape};
use crate::kernels::strided_conv::{self, Stride};
use crate::kernels::{enlarge, pad, sigmoid, sum};
use crate::model::{Copies, Margin};

/// The values that the way down leaves for the way up.
pub struct Walk {
    photo: Shape,
    pub(super) outputs: Vec<Option<Tensor>>,
    pub(super) statistics: Vec<Option<Tensor>>,
}

impl Walk {
    /// The picture.
    pub fn picture(&self) -> &Tensor {
        self.output(self.outputs.len() - 1)
    }

    pub(super) fn output(&self, layer: usize) -> &Tensor {
        self.outputs[layer].as_ref().expect("a layer is there until its last reader is done")
    }

    pub(super) fn statistics(&self, layer: usize) -> &Tensor {
        self.statistics[layer].as_ref().expect("every normalisation leaves its statistics")
    }
}

impl Stylizer {
    /// Records the picture that the network makes of a photo, of the same size.
    ///
    /// # Errors
    /// Where the device cannot hold what lies between.
    pub fn paint(&self, rec: &mut Recorder, photo: &Tensor) -> Result<Tensor> {
        Ok(self.walk(rec, photo, false)?.picture().clone())
    }

    /// The same, and keeps what [`Stylizer::up`] reads. The photo's width and height are multiples of 4.
    ///
    /// # Errors
    /// As [`Stylizer::paint`].
    pub fn down(&self, rec: &mut Recorder, photo: &Tensor) -> Result<Walk> {
        let Shape { height, width, .. } = photo.shape();
        assert!(height.is_multiple_of(COARSE) && width.is_multiple_of(COARSE), "{width} x {height} is not trained on");
        self.walk(rec, photo, true)
    }

    fn walk(&self, rec: &mut Recorder, photo: &Tensor, and_up: bool) -> Result<Walk> {
        let layers = self.table.layers();
        let last_readers = self.table.last_readers();
        let mut walk =
            Walk { photo: photo.shape(), outputs: vec![None; layers.len()], statistics: vec![None; layers.len()] };
        walk.outputs[0] = Some(photo.clone());
        for (index, layer) in layers.iter().enumerate().skip(1) {
            self.layer(rec, &mut walk, index, layer)?;
            for (other, reader) in last_readers.iter().enumerate().take(index) {
                if *reader == index && !(and_up && self.is_read_on_the_way_up(other, index)) {
                    walk.outputs[other] = None;
                }
            }
        }
        Ok(walk)
    }

    /// Convolutions and normalisations read their inputs again.
    fn is_read_on_the_way_up(&self, layer: usize, reader: usize) -> bool {
        let reader = &self.table.layers()[reader];
        reader.input == layer && matches!(reader.op, Op::Convolution { .. } | Op::Norm { .. })
    }

    fn layer(&self, rec: &mut Recorder, walk: &mut Walk, index: usize, layer: &Layer) -> Result<()> {
        let x = walk.output(layer.input).clone();
        let y = rec.tensor(&layer.name, self.output_shape(walk, layer, x.shape()))?;
        match layer.op {
            Op::Photo => unreachable!("only layer 0 is the photo"),
            Op::Pad(radius) => pad::forward(rec, &x, margin(radius), &y),
            Op::Convolution { weights, bias, kernel, stride: 1 } => {
                let (tiles, bias) = (self.own(weights), self.bias(bias, layer.channels));
                let weights = Weights { tiles: &tiles, bias: &bias };
                conv::forward(rec, &x, weights, Window { kernel, pad: 0 }, false, &y, 0);
            }
            Op::Convolution { weights, kernel, stride, .. } => {
                strided_conv::forward(rec, &x, &self.own(weights), Stride { kernel, stride }, &y);
            }
            Op::Norm { learned, relu } => {
                let statistics = rec.tensor("statistics", pair_shape(layer.channels))?;
                instance_norm::statistics(rec, &x, &statistics)?;
                let learned = self.own(learned);
                instance_norm::forward(rec, Norm { x: &x, statistics: &statistics, learned: &learned, relu }, &y);
                walk.statistics[index] = Some(statistics);
            }
            Op::Enlarge => enlarge::forward(rec, &x, &y),
            Op::Sum { with } => sum::record(rec, &x, walk.output(with), &y),
            Op::Colours => sigmoid::forward(rec, &x, &y),
        }
        walk.outputs[index] = Some(y);
        Ok(())
    }

    fn output_shape(&self, walk: &Walk, layer: &Layer, x: Shape) -> Shape {
        match layer.op {
            Op::Photo | Op::Norm { .. } | Op::Sum { .. } => x,
            Op::Pad(radius) => pad::output(x, margin(radius)),
            Op::Convolution { kernel, stride, .. } => Stride { kernel, stride }.output(x, layer.channels),
            Op::Enlarge => enlarge::output(x),
            // What was made up to a multiple of the coarsest maps' pixels is left out again.
            Op::Colours => walk.photo,
        }
    }
}

/// Copies of the border.
pub(super) fn margin(radius: u32) -> Margin {
    Margin { radius, copies: Copies::Replicate }
}
