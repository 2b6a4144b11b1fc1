//! The way up the table: from the gradient of the picture to those of all parameters.

use super::down::margin;
use super::table::Op;
use super::{Layer, Stylizer, Walk, packed_shape};
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::conv::{self, Weights, Window};
use crate::kernels::instance_norm::{self, Norm};
use crate::kernels::strided_conv::{self, Stride};
use crate::kernels::{Part, enlarge, flip, mean, pad, reduce, sigmoid, weight_gradient};

/// Chunks of pixels that a bias' gradient is summed in.
const CHUNKS: u32 = 64;

impl Stylizer {
    /// Records the gradients of all parameters, from that of the picture which `walk` made, and adds them to `gradient`, which
    /// is laid out as the parameters are.
    ///
    /// # Errors
    /// Where the device cannot hold what lies between.
    pub fn up(&self, rec: &mut Recorder, mut walk: Walk, d_picture: &Tensor, gradient: &Tensor) -> Result<()> {
        assert_eq!(gradient.shape(), self.parameters.shape(), "shape of the gradient");
        let layers = self.table.layers();
        let learns = self.table.learns();
        let mut gradients: Vec<Option<Tensor>> = vec![None; layers.len()];
        gradients[layers.len() - 1] = Some(d_picture.clone());
        for (index, layer) in layers.iter().enumerate().skip(1).rev() {
            let Some(d_y) = gradients[index].take() else { continue };
            self.parameters_up(rec, &walk, layer, &d_y, gradient)?;
            if let Op::Sum { with } = layer.op {
                // Whoever adds to one of the two later does so when the other was read.
                gradients[with] = Some(d_y.clone());
                gradients[layer.input] = Some(d_y);
            } else if learns[layer.input] || matches!(layer.op, Op::Norm { .. }) {
                self.input_up(rec, &walk, index, layer, &d_y, gradient, &mut gradients[layer.input])?;
            }
            walk.outputs[index] = None;
        }
        Ok(())
    }

    /// The gradients of a convolution's own parameters; those of a normalisation come with that of its input.
    fn parameters_up(
        &self,
        rec: &mut Recorder,
        walk: &Walk,
        layer: &Layer,
        d_y: &Tensor,
        gradient: &Tensor,
    ) -> Result<()> {
        let Op::Convolution { weights, bias, kernel, stride } = layer.op else { return Ok(()) };
        let x = walk.output(layer.input);
        let stride = Stride { kernel, stride };
        let chunks = weight_gradient::chunks(x.shape().channels, stride, d_y.shape());
        let packed = packed_shape(layer.channels, x.shape().channels, kernel);
        let partials = rec.tensor("partial sums", Shape { height: chunks, ..packed })?;
        weight_gradient::record(rec, x, d_y, stride, chunks, &partials);
        reduce::add(rec, &partials, chunks, &self.view(weights, gradient));
        if let Some(bias) = bias {
            let partials = rec.tensor("partial sums", Shape::new(1, CHUNKS, layer.channels))?;
            mean::record(rec, &Part::whole(d_y), CHUNKS, &partials);
            reduce::add(rec, &partials, CHUNKS, &self.view(bias, gradient));
        }
        Ok(())
    }

    /// The gradient of a layer's input; where another reader left one already, it is added to.
    #[allow(clippy::too_many_arguments)]
    fn input_up(
        &self,
        rec: &mut Recorder,
        walk: &Walk,
        index: usize,
        layer: &Layer,
        d_y: &Tensor,
        gradient: &Tensor,
        d_input: &mut Option<Tensor>,
    ) -> Result<()> {
        if let (Some(d_x), Op::Pad(radius)) = (&d_input, layer.op) {
            pad::backward(rec, d_y, margin(radius), d_x, true);
            return Ok(());
        }
        assert!(d_input.is_none(), "only padding and sums share their input");
        let channels = self.table.layers()[layer.input].channels;
        let d_x = rec.tensor(&layer.name, self.input_shape(walk, layer, d_y.shape()).with_channels(channels))?;
        match layer.op {
            Op::Photo | Op::Sum { .. } => unreachable!("neither makes anything of its own"),
            Op::Pad(radius) => pad::backward(rec, d_y, margin(radius), &d_x, false),
            Op::Convolution { weights, kernel, stride: 1, .. } => {
                let flipped = rec.tensor("flipped", packed_shape(channels, layer.channels, kernel))?;
                flip::record(rec, &self.own(weights), layer.channels, channels, &flipped);
                let zeros = self.bias(None, channels);
                let weights = Weights { tiles: &flipped, bias: &zeros };
                conv::backward(rec, d_y, weights, Window { kernel, pad: 0 }, &d_x, 0, 0);
            }
            Op::Convolution { weights, kernel, stride, .. } => {
                strided_conv::backward(rec, d_y, &self.own(weights), Stride { kernel, stride }, &d_x);
            }
            Op::Norm { learned, relu } => {
                let own = self.own(learned);
                let norm =
                    Norm { x: walk.output(layer.input), statistics: walk.statistics(index), learned: &own, relu };
                instance_norm::backward(rec, norm, d_y, &d_x, &self.view(learned, gradient))?;
            }
            Op::Enlarge => enlarge::backward(rec, d_y, &d_x),
            Op::Colours => sigmoid::backward(rec, walk.output(index), d_y, &d_x),
        }
        *d_input = Some(d_x);
        Ok(())
    }

    /// Height and width of a layer's input.
    fn input_shape(&self, walk: &Walk, layer: &Layer, y: Shape) -> Shape {
        match layer.op {
            Op::Photo | Op::Norm { .. } | Op::Sum { .. } | Op::Colours => y,
            Op::Pad(radius) => Shape { height: y.height - 2 * radius, width: y.width - 2 * radius, ..y },
            Op::Convolution { .. } => walk.output(layer.input).shape(),
            Op::Enlarge => Shape { height: y.height / 2, width: y.width / 2, ..y },
        }
    }
}
