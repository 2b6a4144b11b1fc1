//! How much there is to do in one iteration, counted from the table of layers.

use anyhow::Result;
use scumble::gpu::{Gpu, Shape};
use scumble::model::{ConvWeights, Op, Pooling, Table, filter_bank, vgg19};
use scumble::network::Network;
use scumble::settings::ModelKind;
use scumble::weights::Vgg19Weights;

/// GFLOP of one iteration at `size` x `size`: direct convolutions and covariances, forward and backward. And the bytes
/// that the model's weights take on the device.
///
/// # Errors
/// Where the device cannot hold the weights.
pub fn of(gpu: &Gpu, model: ModelKind, weights: Option<&Vgg19Weights>, size: u32) -> Result<(f64, u64)> {
    let (table, filters, styles): (Table, Vec<ConvWeights>, Vec<String>) = match weights {
        Some(weights) if model == ModelKind::Vgg19 => {
            let styles: Vec<String> = vgg19::STYLE_TAPS.iter().map(|tap| (*tap).to_owned()).collect();
            let depth = styles.iter().filter_map(|tap| vgg19::depth_of(tap)).max().unwrap_or(1);
            let table = vgg19::table(depth, &weights.preprocessing, Pooling::Average, vgg19::Border::Replicate);
            (table, weights.convolutions.clone(), styles)
        }
        _ => {
            let styles = (0..filter_bank::FILTERS.len()).map(filter_bank::style_tap).collect();
            (filter_bank::table(true), filter_bank::filters(1), styles)
        }
    };
    let taps: Vec<usize> = styles.iter().filter_map(|tap| table.find(tap)).collect();
    let held = gpu.memory().held();
    let network = Network::new(gpu, table, &filters, &taps)?;
    let weight_bytes = gpu.memory().held() - held;
    let shapes = network.shapes(Shape::new(size, size, 3));
    let layers = network.table().layers();
    let convolutions = layers.iter().zip(&shapes).map(|(layer, shape)| match layer.op {
        Op::Convolution { kernel, .. } => {
            let inputs = layers[layer.input].channels;
            f64::from(kernel * kernel * inputs) * f64::from(layer.channels) * f64::from(shape.pixels())
        }
        _ => 0.0,
    });
    let covariances = taps.iter().map(|&tap| f64::from(shapes[tap].channels).powi(2) * f64::from(shapes[tap].pixels()));
    // A product and a sum; forward and backward.
    let gflop = 4.0 * (convolutions.sum::<f64>() + covariances.sum::<f64>()) / 1e9;
    Ok((gflop, weight_bytes))
}
