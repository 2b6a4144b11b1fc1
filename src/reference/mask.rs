//! A picture over another, seen through a mask.

use super::Map;

/// y = base + mask (x - base), with the mask's first channel.
pub fn record(mask: &Map, x: &Map, base: &Map) -> Map {
    Map::from_fn(x.height, x.width, x.channels, |v, u, channel| {
        let below = base.at(v, u, channel);
        below + mask.at(v, u, 0) * (x.at(v, u, channel) - below)
    })
}
