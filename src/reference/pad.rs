//! Replicate padding and its gradient.

use super::Map;

/// y[v, u] = x[clamp(v - radius), clamp(u - radius)].
pub fn forward(x: &Map, radius: usize) -> Map {
    Map::from_fn(x.height + 2 * radius, x.width + 2 * radius, x.channels, |v, u, channel| {
        x.at(source(v, radius, x.height), source(u, radius, x.width), channel)
    })
}

/// d_x[clamp(v - radius), clamp(u - radius)] += d_y[v, u].
pub fn backward(d_y: &Map, radius: usize) -> Map {
    let mut d_x = Map::zeros(d_y.height - 2 * radius, d_y.width - 2 * radius, d_y.channels);
    let (height, width) = (d_x.height, d_x.width);
    d_y.clone().each(|v, u, channel, d| {
        *d_x.at_mut(source(v, radius, height), source(u, radius, width), channel) += *d;
    });
    d_x
}

fn source(position: usize, radius: usize, count: usize) -> usize {
    position.saturating_sub(radius).min(count - 1)
}
