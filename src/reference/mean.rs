//! Channel sums of a layer over chunks of its pixels.

use super::{Map, shares};

/// sum over n of x[n, c], one row for each of `chunks` shares of the pixels.
pub fn record(x: &Map, chunks: usize) -> Map {
    let shares = shares(x.pixels(), chunks);
    Map::from_fn(chunks, 1, x.channels, |chunk, _, c| shares[chunk].clone().map(|n| x.pixel(n)[c]).sum())
}
