//! Stages: stretches of the network, each with tiles of its own.
//!
//! The pixels that a tile of the picture has to see for its deepest layer are many, and all layers before would see them. So the
//! network is cut where its maps are small: the first stage looks little further than its tiles, and hands on its last map. Of
//! that the next one can see much more at once, because it is a sixteenth as many positions.

use crate::gpu::Shape;
use crate::network::{Network, Stretch};
use crate::tiles::Tiling;
use std::ops::Range;

/// A stretch of the network, and the tiles in which it sees what it reads: the picture, or what the stage before hands on.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The layers, of which the last is handed on, if there is a stage behind it.
    pub layers: Range<usize>,
    /// The tiles of the first layer's input.
    pub tiling: Tiling,
}

impl Stage {
    /// Its part of the network.
    pub(super) fn stretch<'n>(&self, network: &'n Network) -> Stretch<'n> {
        network.stretch(self.layers.clone())
    }

    /// The layer that it hands on.
    pub(super) fn handed(&self, network: &Network) -> Option<usize> {
        (self.layers.end < network.table().layers().len()).then(|| self.layers.end - 1)
    }
}

/// Stages for terms at these layers and a picture of this width and height, where the network is cut behind `cuts`, as far as
/// terms lie beyond; `seen` says how many positions of its input the stage of an index sees at once.
pub fn stages(
    network: &Network,
    taps: &[usize],
    picture: (u32, u32),
    cuts: &[usize],
    seen: impl Fn(usize) -> u64,
) -> Vec<Stage> {
    let deepest = taps.iter().copied().max().unwrap_or(0);
    let cuts = cuts.iter().copied().filter(|cut| *cut < deepest);
    let ends = cuts.map(|cut| cut + 1).chain([network.table().layers().len()]);
    let (mut stages, mut start, mut size) = (Vec::new(), 0, picture);
    for end in ends {
        let stretch = network.stretch(start..end);
        let handed = (end < network.table().layers().len()).then(|| end - 1);
        let own = taps.iter().copied().filter(|tap| (start..end).contains(tap));
        let looked_at: Vec<_> = own.chain(handed).collect();
        let surroundings = match (start, handed) {
            (0, None) => stretch.surroundings(looked_at),
            _ => stretch.surroundings_by_squares(&looked_at),
        };
        let tiling = Tiling::new(size, seen(stages.len()), surroundings);
        if let Some(last) = handed {
            let Shape { width, height, .. } = stretch.shapes(Shape::new(size.1, size.0, 4))[last];
            size = (width, height);
        }
        stages.push(Stage { layers: start..end, tiling });
        start = end;
    }
    stages
}
