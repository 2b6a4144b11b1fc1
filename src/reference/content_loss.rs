//! The content loss of one layer and its gradient.

use super::Map;

/// The photo's features, and the norm of the loss.
#[derive(Debug, Clone, Copy)]
pub struct Target<'t> {
    /// The photo's features.
    pub features: &'t Map,
    /// The divisor of the squared difference.
    pub norm: f64,
}

/// A norm below this counts as this: a flat picture has none.
const SMALLEST_NORM: f64 = 1e-6;

/// L = weight / norm * |x - x_t|^2 and d_x = 2 weight / norm * (x - x_t).
pub fn record(x: &Map, target: &Target, weight: f64) -> (f64, Map) {
    let norm = target.norm.max(SMALLEST_NORM);
    let difference = x.combine(target.features, |x, x_t| x - x_t);
    let loss = weight / norm * difference.values.iter().map(|d| d * d).sum::<f64>();
    let d_x = difference.combine(&difference, |d, _| 2.0 * weight / norm * d);
    (loss, d_x)
}
