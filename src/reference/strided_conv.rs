//! Convolution with a stride and without padding, forward, to the input and to the weights.

use super::Map;
use super::conv::Filters;

/// y[v, u, o] = sum over (i, j, k) of weights[o, i, j, k] * x[stride v + j, stride u + k, i].
pub fn forward(x: &Map, weights: &Filters, stride: usize) -> Map {
    let positions = |count: usize| (count - weights.kernel) / stride + 1;
    let mut y = Map::zeros(positions(x.height), positions(x.width), weights.outputs);
    each_product(&y.clone(), weights, stride, |(v, u, o), (row, column, i), weight| {
        *y.at_mut(v, u, o) += weights.values[weight] * x.at(row, column, i);
    });
    y
}

/// d_x[stride v + j, stride u + k, i] += weights[o, i, j, k] * d_y[v, u, o], for an input of `height` x `width`.
pub fn backward(d_y: &Map, weights: &Filters, stride: usize, (height, width): (usize, usize)) -> Map {
    let mut d_x = Map::zeros(height, width, weights.inputs);
    each_product(d_y, weights, stride, |(v, u, o), (row, column, i), weight| {
        *d_x.at_mut(row, column, i) += weights.values[weight] * d_y.at(v, u, o);
    });
    d_x
}

/// d_weights[o, i, j, k] += d_y[v, u, o] * x[stride v + j, stride u + k, i], for kernels of this width.
pub fn weight_gradient(x: &Map, d_y: &Map, kernel: usize, stride: usize) -> Filters {
    let (outputs, inputs) = (d_y.channels, x.channels);
    let mut d = Filters { outputs, inputs, kernel, values: vec![0.0; outputs * inputs * kernel * kernel] };
    each_product(d_y, &d.clone(), stride, |(v, u, o), (row, column, i), weight| {
        d.values[weight] += d_y.at(v, u, o) * x.at(row, column, i);
    });
    d
}

/// Visits every product: position and channel of y, those of x, and the index of the weight.
fn each_product(
    y: &Map,
    weights: &Filters,
    stride: usize,
    mut visit: impl FnMut((usize, usize, usize), (usize, usize, usize), usize),
) {
    let (inputs, kernel) = (weights.inputs, weights.kernel);
    y.clone().each(|v, u, o, _| {
        for i in 0..inputs {
            for j in 0..kernel {
                for k in 0..kernel {
                    let weight = ((o * inputs + i) * kernel + j) * kernel + k;
                    visit((v, u, o), (stride * v + j, stride * u + k, i), weight);
                }
            }
        }
    });
}
