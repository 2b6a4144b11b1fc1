//! Centred second moments of a layer over chunks of its pixels.

use super::{Map, shares};

/// sigma[a, b] = sum over n of (x[n, a] - mu[a]) (x[n, b] - mu[b]), one C x C matrix below the other for each of
/// `chunks` shares of the pixels. With mu = 0 it is the Gram matrix.
pub fn record(x: &Map, mu: &[f64], chunks: usize) -> Map {
    let c = x.channels;
    let mut sigma = Map::zeros(chunks * c, c, 1);
    for (chunk, pixels) in shares(x.pixels(), chunks).into_iter().enumerate() {
        for n in pixels {
            let pixel = x.pixel(n);
            for a in 0..c {
                for b in 0..c {
                    *sigma.at_mut(chunk * c + a, b, 0) += (pixel[a] - mu[a]) * (pixel[b] - mu[b]);
                }
            }
        }
    }
    sigma
}
