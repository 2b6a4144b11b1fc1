//! The constant part of the moments' gradient.

use super::Map;

/// bias = d_mu - d_sigma mu.
pub fn record(d_sigma: &Map, d_mu: &[f64], mu: &[f64]) -> Vec<f64> {
    (0..mu.len()).map(|a| d_mu[a] - (0..mu.len()).map(|b| d_sigma.at(a, b, 0) * mu[b]).sum::<f64>()).collect()
}
