//! Convolution, forward and to the input; also the product with one matrix at every position.

use super::Map;

/// A convolution's weights.
#[derive(Debug, Clone)]
pub struct Filters {
    /// Output channels.
    pub outputs: usize,
    /// Input channels.
    pub inputs: usize,
    /// Width and height of the kernel.
    pub kernel: usize,
    /// outputs, inputs, kernel, kernel.
    pub values: Vec<f64>,
}

impl Filters {
    /// The weight from input channel `i` at row `j` and column `k` of the kernel to output channel `o`.
    pub fn at(&self, o: usize, i: usize, j: usize, k: usize) -> f64 {
        self.values[((o * self.inputs + i) * self.kernel + j) * self.kernel + k]
    }
}

/// y[v, u, o] = relu(bias[o] + sum over (i, j, k) of weights[o, i, j, k] * x[v + j - pad, u + k - pad, i]), where x is
/// zero outside of its bounds.
pub fn forward(x: &Map, weights: &Filters, bias: &[f64], pad: usize, relu: bool) -> Map {
    let grow = |n: usize| n + 2 * pad + 1 - weights.kernel;
    let mut y = Map::from_fn(grow(x.height), grow(x.width), weights.outputs, |_, _, output| bias[output]);
    each_product(&y.clone(), x, weights.kernel, pad, |(v, u), (row, column), (j, k)| {
        for o in 0..weights.outputs {
            for i in 0..weights.inputs {
                *y.at_mut(v, u, o) += weights.at(o, i, j, k) * x.at(row, column, i);
            }
        }
    });
    if relu {
        y.values.iter_mut().for_each(|y| *y = y.max(0.0));
    }
    y
}

/// d_x[v + j - pad, u + k - pad, i] += weights[o, i, j, k] * d_y[v, u, o]: every product of [`forward`], taken back.
pub fn backward(d_y: &Map, weights: &Filters, pad: usize) -> Map {
    let shrink = |n: usize| n + weights.kernel - 1 - 2 * pad;
    let mut d_x = Map::zeros(shrink(d_y.height), shrink(d_y.width), weights.inputs);
    each_product(d_y, &d_x.clone(), weights.kernel, pad, |(v, u), (row, column), (j, k)| {
        for o in 0..weights.outputs {
            for i in 0..weights.inputs {
                *d_x.at_mut(row, column, i) += weights.at(o, i, j, k) * d_y.at(v, u, o);
            }
        }
    });
    d_x
}

/// Visits every position of y, the positions of x inside of the bounds that it reads, and the place in the kernel.
fn each_product(
    y: &Map,
    x: &Map,
    kernel: usize,
    pad: usize,
    mut visit: impl FnMut((usize, usize), (usize, usize), (usize, usize)),
) {
    let inside = |position: usize, tap: usize, count: usize| (position + tap).checked_sub(pad).filter(|&p| p < count);
    for v in 0..y.height {
        for u in 0..y.width {
            for j in 0..kernel {
                for k in 0..kernel {
                    if let (Some(row), Some(column)) = (inside(v, j, x.height), inside(u, k, x.width)) {
                        visit((v, u), (row, column), (j, k));
                    }
                }
            }
        }
    }
}

/// y[n] = matrix * x[n] + bias.
pub fn pointwise(x: &Map, matrix: &Map, bias: &[f64]) -> Map {
    Map::from_fn(x.height, x.width, matrix.height, |row, column, o| {
        bias[o] + (0..x.channels).map(|i| matrix.at(o, i, 0) * x.at(row, column, i)).sum::<f64>()
    })
}
