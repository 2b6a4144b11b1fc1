//! Padding with copies of the map itself, and its gradient.

use super::Map;
use crate::model::{Copies, Margin};

/// y[v, u] = x[source(v), source(u)]: clamped to the edges, or counted on from the opposite one.
pub fn forward(x: &Map, margin: Margin) -> Map {
    let radius = margin.radius as usize;
    Map::from_fn(x.height + 2 * radius, x.width + 2 * radius, x.channels, |v, u, channel| {
        x.at(source(v, margin, x.height), source(u, margin, x.width), channel)
    })
}

/// d_x[source(v), source(u)] += d_y[v, u].
pub fn backward(d_y: &Map, margin: Margin) -> Map {
    let radius = margin.radius as usize;
    let mut d_x = Map::zeros(d_y.height - 2 * radius, d_y.width - 2 * radius, d_y.channels);
    let (height, width) = (d_x.height, d_x.width);
    d_y.clone().each(|v, u, channel, d| {
        *d_x.at_mut(source(v, margin, height), source(u, margin, width), channel) += *d;
    });
    d_x
}

fn source(position: usize, margin: Margin, count: usize) -> usize {
    let last = count as isize - 1;
    let mut position = position as isize - margin.radius as isize;
    match margin.copies {
        Copies::Replicate => {}
        Copies::Wrap => position = position.rem_euclid(count as isize),
    }
    position.clamp(0, last) as usize
}
