//! Clips a gradient by its length.

/// g * min(1, limit / |g|).
pub fn record(g: &[f64], limit: f64) -> Vec<f64> {
    let length = g.iter().map(|g| g * g).sum::<f64>().sqrt();
    g.iter().map(|g| g * (limit / length).min(1.0)).collect()
}
