//! Padding with copies of the map itself, and its gradient.

use super::Map;

/// y[v, u] = x[source(v), source(u)]: mirrored at the edges, or clamped to them.
pub fn forward(x: &Map, radius: usize, mirror: bool) -> Map {
    Map::from_fn(x.height + 2 * radius, x.width + 2 * radius, x.channels, |v, u, channel| {
        x.at(source(v, radius, x.height, mirror), source(u, radius, x.width, mirror), channel)
    })
}

/// d_x[source(v), source(u)] += d_y[v, u].
pub fn backward(d_y: &Map, radius: usize, mirror: bool) -> Map {
    let mut d_x = Map::zeros(d_y.height - 2 * radius, d_y.width - 2 * radius, d_y.channels);
    let (height, width) = (d_x.height, d_x.width);
    d_y.clone().each(|v, u, channel, d| {
        *d_x.at_mut(source(v, radius, height, mirror), source(u, radius, width, mirror), channel) += *d;
    });
    d_x
}

fn source(position: usize, radius: usize, count: usize, mirror: bool) -> usize {
    let last = count as isize - 1;
    let mut position = position as isize - radius as isize;
    if !mirror {
        return position.clamp(0, last) as usize;
    }
    // A step back for each step beyond, off one edge and then off the other, until it is inside.
    while last > 0 && !(0..=last).contains(&position) {
        position = if position < 0 { -position } else { 2 * last - position };
    }
    position.clamp(0, last) as usize
}
