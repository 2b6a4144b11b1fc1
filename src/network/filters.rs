//! This turns one convolution's weights into what the shaders read.

use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};
use crate::kernels::{conv, winograd};
use crate::model::ConvWeights;

/// One convolution's parameters on the device.
pub(super) struct Filters {
    packed: Packed,
    bias: Tensor,
    zeros: Tensor,
}

/// Uploads OIHW weights of 3x3, and transforms them on the device: four times as many would have to travel otherwise.
fn transformed(gpu: &Gpu, label: &str, weights: &[f32], outputs: u32, inputs: u32) -> Result<Tensor> {
    let kernels = gpu.upload(label, Shape::vector(weights.len().next_multiple_of(4) as u32), &padded(weights))?;
    let u = gpu.tensor(label, winograd::packed_shape(outputs, inputs))?;
    let mut rec = Recorder::new(gpu);
    winograd::transform(&mut rec, &kernels, outputs, inputs, &u);
    rec.submit();
    Ok(u)
}

/// The values, and zeros up to whole blocks of four.
fn padded(values: &[f32]) -> Vec<f32> {
    let mut padded = values.to_vec();
    padded.resize(values.len().next_multiple_of(4), 0.0);
    padded
}

/// How a convolution is computed, and from what.
enum Packed {
    /// Pixel by pixel; the gradient has weights of its own.
    Direct { tiles: Tensor, flipped: Tensor },
    /// In Winograd's domain; both ways from the same weights.
    Winograd(Tensor),
}

impl Filters {
    /// Uploads the weights for the domain where they will be used.
    pub fn upload(gpu: &Gpu, weights: &ConvWeights, winograd: bool) -> Result<Filters> {
        let ConvWeights { name, out_channels: o, in_channels: i, kernel: k, weight, bias } = weights;
        let (o, i, k) = (*o, *i, *k);
        let label = format!("{name}.weight");
        let packed = if winograd {
            Packed::Winograd(transformed(gpu, &label, weight, o as u32, i as u32)?)
        } else {
            let flipped = format!("{name}.flipped");
            // A square kernel of one pixel is a matrix, and packed as one.
            let square = Shape::matrix(o as u32);
            let shape = |o, i| if k == 1 && o == i { square } else { conv::packed_shape(o, i, k) };
            Packed::Direct {
                tiles: gpu.upload(&label, shape(o, i), &conv::pack(weight, o, i, k))?,
                flipped: gpu.upload(&flipped, shape(i, o), &conv::pack_flipped(weight, o, i, k))?,
            }
        };
        Ok(Filters {
            packed,
            bias: gpu.upload(&format!("{name}.bias"), Shape::vector(o as u32), &padded(bias))?,
            zeros: gpu.tensor(&format!("{name}.zeros"), Shape::vector(i as u32))?,
        })
    }

    /// For a direct convolution, forward.
    pub fn direct(&self) -> conv::Weights<'_> {
        match &self.packed {
            Packed::Direct { tiles, .. } => conv::Weights { tiles, bias: &self.bias },
            Packed::Winograd(_) => unreachable!("the plan and the upload ask the same question"),
        }
    }

    /// For a direct convolution's gradient.
    pub fn flipped(&self) -> conv::Weights<'_> {
        match &self.packed {
            Packed::Direct { flipped, .. } => conv::Weights { tiles: flipped, bias: &self.zeros },
            Packed::Winograd(_) => unreachable!("the plan and the upload ask the same question"),
        }
    }

    /// For a convolution in Winograd's domain, forward or, with a bias of zeros, for the gradient.
    pub fn winograd(&self, gradient: bool) -> winograd::Weights<'_> {
        match &self.packed {
            Packed::Winograd(tiles) => {
                winograd::Weights { tiles, bias: if gradient { &self.zeros } else { &self.bias } }
            }
            Packed::Direct { .. } => unreachable!("the plan and the upload ask the same question"),
        }
    }
}
