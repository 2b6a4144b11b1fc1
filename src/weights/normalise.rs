//! Turns a network into an equivalent one whose every layer has a mean activation of 1.
//!
//! A network of convolutions and ReLUs is positively homogeneous: scaling one layer's kernels and bias by s > 0 scales its
//! output by s, which the next layer's kernels can take back. So the features stay the same up to one factor for each
//! layer. After this step they fit 16-bit floats (those of the Caffe network reach 1.3e4), and one set of loss weights
//! serves all weights files. Gatys, Ecker and Bethge 2015 scale each filter; we scale each layer as a whole, so that the
//! ratios between channels, and with them the style, stay as trained.

use super::calibration::{CALIBRATION_SIZE, dead_leaves};
use super::forward::Map;
use super::model_weights::ModelWeights;
use crate::model::{ConvWeights, vgg19};

/// The seed of the calibration picture; any would do.
const SEED: u64 = 19;

/// A mean this close to 1 is left alone, so that normalising twice, or again after the shards' rounding to 16 bits, changes
/// nothing: that rounding moves the Caffe network's means by at most 8e-5.
const CLOSE_ENOUGH: f64 = 1e-3;

/// Rescales every convolution in place, so that the mean of each layer's activations, after the ReLU, over a calibration
/// picture of [`CALIBRATION_SIZE`] pixels is 1. Max pooling and zero padding, as the networks were trained.
///
/// Returns for each convolution the factor by which its activations grew: new = factor * old. It is 1 where a layer was
/// already there, and where it does not respond at all or beyond all numbers (mean 0 or infinite).
pub fn normalise(weights: &mut ModelWeights) -> Vec<f32> {
    let mut factors = Vec::with_capacity(weights.convolutions.len());
    let mut previous = 1.0;
    walk(weights, |convolution, input| {
        scale(&mut convolution.weight, 1.0 / previous);
        let mut output = input.convolve(convolution);
        let factor = factor_for(output.mean());
        scale(&mut convolution.weight, factor);
        scale(&mut convolution.bias, factor);
        scale(&mut output.values, factor);
        previous = factor;
        factors.push(factor as f32);
        output
    });
    for (growth, factor) in weights.growth.iter_mut().zip(&factors) {
        *growth *= factor;
    }
    factors
}

/// The mean of each layer's activations over the calibration picture, without changing anything.
pub fn mean_activations(weights: &ModelWeights) -> Vec<f32> {
    let mut means = Vec::with_capacity(weights.convolutions.len());
    walk(&mut weights.clone(), |convolution, input| {
        let output = input.convolve(convolution);
        means.push(output.mean() as f32);
        output
    });
    means
}

/// Leads the calibration picture through the network; `layer` turns a convolution and its input into its output.
fn walk(weights: &mut ModelWeights, mut layer: impl FnMut(&mut ConvWeights, &Map) -> Map) {
    let picture = dead_leaves(CALIBRATION_SIZE, SEED);
    let mut map = Map::of_picture(&picture, CALIBRATION_SIZE, CALIBRATION_SIZE, &weights.preprocessing);
    for (row, convolution) in vgg19::CONVOLUTIONS.iter().zip(&mut weights.convolutions) {
        if row.begins_block() {
            map = map.max_pool();
        }
        map = layer(convolution, &map);
    }
}

fn factor_for(mean: f64) -> f64 {
    let factor = 1.0 / mean;
    let usable = mean > 0.0 && factor.is_finite() && factor > 0.0 && (factor as f32).is_normal();
    if !usable || (mean - 1.0).abs() < CLOSE_ENOUGH { 1.0 } else { factor }
}

fn scale(values: &mut [f32], factor: f64) {
    if factor != 1.0 {
        values.iter_mut().for_each(|value| *value = (f64::from(*value) * factor) as f32);
    }
}
