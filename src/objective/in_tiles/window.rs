//! Where in a layer's map a tile's own positions are.

use crate::gpu::Shape;
use crate::network::Stretch;
use crate::tiles::{Area, FeatureMap, Tile, Tiling};

/// A layer's maps.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Positions of the input from one position to the next.
    pub stride: u32,
    /// Of the whole picture.
    pub whole: Shape,
    /// Of a view.
    pub view: Shape,
}

impl Window {
    /// The layer's, where the stretch's input is seen in such tiles.
    pub fn new(stretch: &Stretch, tiling: &Tiling, layer: usize) -> Window {
        let stride = stretch.reaches()[layer].stride;
        let of = |(width, height)| stretch.shapes(Shape::new(height, width, 4))[layer];
        Window { stride, whole: of(tiling.picture), view: of(tiling.view()) }
    }

    /// The whole map, all zeros.
    pub fn zeros(&self) -> FeatureMap {
        let Shape { width, height, .. } = self.whole;
        FeatureMap::zeros(width, height, self.whole.blocks() as usize * 4)
    }

    /// Where the tile's own positions lie: in the view's map, and the view's corner in the whole one.
    pub fn own(&self, tile: &Tile) -> (Area, (u32, u32)) {
        let Tile { own, view } = tile;
        let Window { stride, .. } = *self;
        let corner = (view.x / stride, view.y / stride);
        // Deep maps have no positions for a picture's last few pixels.
        let (x, end_x) = (own.x / stride, (own.x + own.width) / stride);
        let (y, end_y) = (own.y / stride, (own.y + own.height) / stride);
        (Area { x: x - corner.0, y: y - corner.1, width: end_x - x, height: end_y - y }, corner)
    }

    /// Numbers for the positions of a view's map: 0 but for the tile's own, whose numbers `of` finds in the whole map.
    pub fn fill(&self, tile: &Tile, lanes: usize, mut of: impl FnMut(u32, u32, &mut [f32])) -> Vec<f32> {
        let (Area { x, y, width, height }, (left, top)) = self.own(tile);
        let mut values = vec![0.0; self.view.pixels() as usize * lanes];
        for row in y..y + height {
            for column in x..x + width {
                let at = (row * self.view.width + column) as usize * lanes;
                of(left + column, top + row, &mut values[at..at + lanes]);
            }
        }
        values
    }

    /// The same with those that a map has.
    pub fn of_map(&self, tile: &Tile, map: &FeatureMap) -> Vec<f32> {
        self.fill(tile, map.lanes, |x, y, values| values.copy_from_slice(map.at(x, y)))
    }

    /// Keeps the tile's own positions of a view's map in the whole one.
    pub fn keep(&self, tile: &Tile, values: &[f32], map: &mut FeatureMap) {
        let (own, (left, top)) = self.own(tile);
        for row in own.y..own.y + own.height {
            let start = (row * self.view.width + own.x) as usize * map.lanes;
            let line = &values[start..start + own.width as usize * map.lanes];
            map.put(left + own.x, top + row, line);
        }
    }
}
