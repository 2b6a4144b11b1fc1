//! Adds chunks element by element.

/// y[e] = scale * sum over k of partials[k, e].
pub fn record(partials: &[f64], chunks: usize, scale: f64) -> Vec<f64> {
    let elements = partials.len() / chunks;
    (0..elements).map(|e| scale * (0..chunks).map(|k| partials[k * elements + e]).sum::<f64>()).collect()
}
