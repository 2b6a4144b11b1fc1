//! This turns a seed into numbers: the same on every machine, in any order, without state.

/// Chris Wellons' integer hash "lowbias32".
pub fn hash32(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

/// The `index`-th hash of a `stream` of a `seed`.
pub fn hash(seed: u32, stream: u32, index: u32) -> u32 {
    hash32(hash32(hash32(seed) ^ stream) ^ index)
}

/// Uniform in 0..1.
pub fn uniform(seed: u32, stream: u32, index: u32) -> f64 {
    f64::from(hash(seed, stream, index)) / 4_294_967_296.0
}

/// Standard normal (Box & Muller 1958); uses the streams `stream` and `stream + 1`.
pub fn normal(seed: u32, stream: u32, index: u32) -> f64 {
    // One more than the hash keeps the logarithm finite.
    let radius = (f64::from(hash(seed, stream, index)) + 1.0) / 4_294_967_296.0;
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * uniform(seed, stream + 1, index)).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let n = 20_000;
        let values: Vec<f64> = (0..n).map(|i| normal(1, 2, i)).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "mean {mean}, variance {variance}");
    }

    #[test]
    fn streams_and_seeds_differ() {
        assert_ne!(hash(1, 0, 0), hash(2, 0, 0));
        assert_ne!(hash(1, 0, 0), hash(1, 1, 0));
        assert_ne!(hash(1, 0, 0), hash(1, 0, 1));
    }
}
