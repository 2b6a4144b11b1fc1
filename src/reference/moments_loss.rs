//! The style loss of one layer from its moments, and the gradient to them.

use super::Map;

/// A pair of moments, or of gradients to them.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Covariance, or Gram matrix: C x C.
    pub sigma: Map,
    /// Mean: C.
    pub mu: Map,
}

/// How the differences are weighed.
#[derive(Debug, Clone, Copy)]
pub struct Weights {
    /// Of the squared difference of the matrices.
    pub covariance: f64,
    /// Of the squared difference of the means.
    pub mean: f64,
    /// Divide each by the target's own squared norm.
    pub relative: bool,
}

/// A squared norm below this counts as this: a flat picture has none.
const SMALLEST_NORM: f64 = 1e-6;

/// L = covariance |sigma - sigma_t|^2 / m_sigma + mean |mu - mu_t|^2 / m_mu, with m the target's squared norm or 1.
/// The gradients come as the features' own gradient wants them, d_x[n] = d_sigma (x[n] - mu) + d_mu: that is
/// d_sigma = 2/N dL/dsigma and d_mu = 1/N dL/dmu, where N, the mass, is how many pixels there are, or the sum of their weights.
pub fn record(moments: &Pair, target: &Pair, mass: f64, weights: Weights) -> (f64, Pair) {
    let scale = |weight: f64, target: &Map| {
        if weights.relative { weight / squared_norm(target).max(SMALLEST_NORM) } else { weight }
    };
    let sigma = moments.sigma.combine(&target.sigma, |a, b| a - b);
    let mu = moments.mu.combine(&target.mu, |a, b| a - b);
    let (covariance, mean) = (scale(weights.covariance, &target.sigma), scale(weights.mean, &target.mu));
    let loss = covariance * squared_norm(&sigma) + mean * squared_norm(&mu);
    let d_sigma = sigma.combine(&sigma, |difference, _| 2.0 / mass * (2.0 * covariance * difference));
    let d_mu = mu.combine(&mu, |difference, _| 1.0 / mass * (2.0 * mean * difference));
    (loss, Pair { sigma: d_sigma, mu: d_mu })
}

/// |x|^2.
pub fn squared_norm(x: &Map) -> f64 {
    x.values.iter().map(|x| x * x).sum()
}
