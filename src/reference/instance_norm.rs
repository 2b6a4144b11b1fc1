//! Instance normalisation (Ulyanov, Vedaldi & Lempitsky 2017), forward and to everything that it depends on.

use super::Map;

/// What a normalisation learns.
#[derive(Debug, Clone)]
pub struct Learned {
    /// Added to each channel.
    pub shift: Vec<f64>,
    /// What each channel is multiplied with before that.
    pub scale: Vec<f64>,
}

/// Each channel's mean, and 1 / sqrt(variance + epsilon).
pub fn statistics(x: &Map, epsilon: f64) -> (Vec<f64>, Vec<f64>) {
    let count = x.pixels() as f64;
    let over =
        |c: usize, value: &dyn Fn(f64) -> f64| (0..x.pixels()).map(|n| value(x.pixel(n)[c])).sum::<f64>() / count;
    let mean: Vec<_> = (0..x.channels).map(|c| over(c, &|value| value)).collect();
    let variance = |c: usize| over(c, &|value| (value - mean[c]).powi(2));
    let inverse = (0..x.channels).map(|c| 1.0 / (variance(c) + epsilon).sqrt()).collect();
    (mean, inverse)
}

/// y = relu(scale * (x - mean) * inverse + shift).
pub fn forward(x: &Map, learned: &Learned, relu: bool, epsilon: f64) -> Map {
    let normalised = normalised(x, epsilon);
    Map::from_fn(x.height, x.width, x.channels, |v, u, c| {
        let value = learned.scale[c] * normalised.at(v, u, c) + learned.shift[c];
        if relu { value.max(0.0) } else { value }
    })
}

/// The gradients to x, and to shift and scale: the derivative of every y to every x, summed as it stands.
pub fn backward(x: &Map, learned: &Learned, relu: bool, epsilon: f64, d_y: &Map) -> (Map, Learned) {
    let y = forward(x, learned, relu, epsilon);
    let normalised = normalised(x, epsilon);
    let inverse = statistics(x, epsilon).1;
    let d = d_y.combine(&y, |d, y| if relu && y <= 0.0 { 0.0 } else { d });
    let count = x.pixels() as f64;
    let mut d_x = Map::zeros(x.height, x.width, x.channels);
    let mut d_learned = Learned { shift: vec![0.0; x.channels], scale: vec![0.0; x.channels] };
    for (c, inverse) in inverse.into_iter().enumerate() {
        for n in 0..x.pixels() {
            let at = n * x.channels + c;
            d_learned.shift[c] += d.values[at];
            d_learned.scale[c] += d.values[at] * normalised.values[at];
            for m in 0..x.pixels() {
                // d normalised[n] / d x[m] = inverse * (1 if n = m - 1/N - normalised[n] * normalised[m] / N)
                let to = m * x.channels + c;
                let own = f64::from(u8::from(n == m));
                let slope = inverse * (own - (1.0 + normalised.values[at] * normalised.values[to]) / count);
                d_x.values[to] += d.values[at] * learned.scale[c] * slope;
            }
        }
    }
    (d_x, d_learned)
}

fn normalised(x: &Map, epsilon: f64) -> Map {
    let (mean, inverse) = statistics(x, epsilon);
    Map::from_fn(x.height, x.width, x.channels, |v, u, c| (x.at(v, u, c) - mean[c]) * inverse[c])
}
