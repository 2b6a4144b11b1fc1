//! A picture over another, seen through a mask.

use super::Map;

/// y = base + mask (x - base), with the mask's first channel.
pub fn forward(mask: &Map, x: &Map, base: &Map) -> Map {
    Map::from_fn(x.height, x.width, x.channels, |v, u, channel| {
        let below = base.at(v, u, channel);
        below + mask.at(v, u, 0) * (x.at(v, u, channel) - below)
    })
}

/// d_x = mask d_y.
pub fn backward(mask: &Map, d_y: &Map) -> Map {
    Map::from_fn(d_y.height, d_y.width, d_y.channels, |v, u, channel| mask.at(v, u, 0) * d_y.at(v, u, channel))
}
