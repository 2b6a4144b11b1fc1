//! This turns the table of layers into what there is to do in one iteration: operations, and bytes to move at least.

use crate::Result;
use crate::choices::{ModelKind, Pooling};
use crate::gpu::{Gpu, Phase, Scope, Shape};
use crate::model::{Model, Op, Table, Wanted};
use crate::network::Network;
use crate::weights::ModelWeights;

/// The work of one iteration at one size.
pub struct Work {
    /// Every part of it.
    pub parts: Vec<Part>,
    /// The layers' names, by their index in the table.
    pub names: Vec<String>,
    /// Bytes that the model's weights take on the device.
    pub weight_bytes: u64,
}

/// One part of the work.
pub struct Part {
    /// Where it belongs.
    pub scope: Scope,
    /// Direct convolutions and covariances; a product and a sum count as two.
    pub flop: f64,
    /// Bytes to read or write once, in f32: the maps with their padding, and the kernels. More is moved where a
    /// kernel reads something again or goes through a workspace.
    pub bytes: f64,
}

/// Tensors of the picture's size that Adam reads or writes: gradient, and twice the pixels, two moments and the average.
const ADAM_TENSORS: f64 = 9.0;

impl Work {
    /// Counts an iteration at `size` x `size`.
    ///
    /// # Errors
    /// Where the device cannot hold the weights.
    pub fn count(gpu: &Gpu, model: ModelKind, weights: &ModelWeights, size: u32) -> Result<Work> {
        let model = Model::of(model);
        let content = model.preset.content_taps.iter().map(|(tap, _)| *tap);
        let taps: Vec<&str> = model.style_taps.into_iter().chain(content.clone()).collect();
        let table = (model.table)(&Wanted {
            taps: &taps,
            convolutions: weights.convolutions.len(),
            preprocessing: &weights.preprocessing,
            pooling: Pooling::Average,
            border: model.preset.border,
        });
        let style: Vec<usize> = model.style_taps.iter().filter_map(|tap| table.find(tap)).collect();
        let content: Vec<usize> = content.filter_map(|tap| table.find(tap)).collect();
        let held = gpu.memory().held();
        let network = Network::new(gpu, table, &weights.convolutions, &[&style[..], &content[..]].concat())?;
        let weight_bytes = gpu.memory().held() - held;
        // A linear map's statistics are those of the layer that it reads.
        let style: Vec<usize> =
            style.into_iter().map(|tap| network.linear(tap).map_or(tap, |linear| linear.input)).collect();
        let looked_at = [&style[..], &content[..]].concat();
        let shapes = network.shapes(Shape::new(size, size, 3));
        let table = network.table();
        let mut parts = vec![
            Part::new(Phase::Variation, 0, 0.0, 2.0 * bytes(shapes[0])),
            Part::new(Phase::Optimizer, 0, 0.0, ADAM_TENSORS * bytes(shapes[0])),
        ];
        let needed = table.needed(&looked_at);
        for layer in (1..shapes.len()).filter(|&layer| needed[layer]) {
            parts.extend(walks(table, &shapes, layer));
        }
        for tap in style {
            // A covariance forward, and as much again for its gradient, which is a 1x1 convolution.
            let flop = 4.0 * f64::from(shapes[tap].channels).powi(2) * f64::from(shapes[tap].pixels());
            parts.push(Part::new(Phase::Style, tap, flop, 2.0 * bytes(shapes[tap])));
        }
        // The features, the photo's, and the gradient.
        parts.extend(content.into_iter().map(|tap| Part::new(Phase::Content, tap, 0.0, 3.0 * bytes(shapes[tap]))));
        let names = table.layers().iter().map(|layer| layer.name.clone()).collect();
        Ok(Work { parts, names, weight_bytes })
    }

    /// All operations of an iteration, in units of 1e9.
    pub fn gflop(&self) -> f64 {
        self.parts.iter().map(|part| part.flop).sum::<f64>() / 1e9
    }

    /// The part that belongs to a scope, if it was counted.
    pub fn at(&self, scope: Scope) -> Option<&Part> {
        self.parts.iter().find(|part| part.scope == scope)
    }
}

impl Part {
    fn new(phase: Phase, layer: usize, flop: f64, bytes: f64) -> Part {
        Part { scope: Scope { phase, layer }, flop, bytes }
    }
}

/// A layer's way down and its way up.
fn walks(table: &Table, shapes: &[Shape], index: usize) -> [Part; 2] {
    let layer = &table.layers()[index];
    let maps = bytes(shapes[layer.input]) + bytes(shapes[index]);
    let (flop, weights, again) = match layer.op {
        Op::Convolution { kernel, relu, .. } => {
            let inputs = table.layers()[layer.input].channels;
            let weights = f64::from(kernel * kernel * inputs) * f64::from(layer.channels);
            let flop = 2.0 * weights * f64::from(shapes[index].pixels());
            // Backward reads of the features which were positive: a bit of 32.
            (flop, 4.0 * weights, if relu { bytes(shapes[index]) / 32.0 } else { 0.0 })
        }
        // Backward looks for the largest, or takes the root, again.
        Op::Pool(Pooling::Max | Pooling::L2) => (0.0, 0.0, bytes(shapes[layer.input])),
        _ => (0.0, 0.0, 0.0),
    };
    [
        Part::new(Phase::Forward, index, flop, maps + weights),
        Part::new(Phase::Backward, index, flop, maps + weights + again),
    ]
}

fn bytes(shape: Shape) -> f64 {
    shape.bytes() as f64
}
