//! A layer's map in the system's memory, of which a device sees one tile after the other.

use super::Area;

/// Features at all positions of a layer, channels last and padded as on the device.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureMap {
    /// Positions along x.
    pub width: u32,
    /// Numbers of each position.
    pub lanes: usize,
    /// `[height, width, lanes]`.
    pub values: Vec<f32>,
}

impl FeatureMap {
    /// All zeros.
    pub fn zeros(width: u32, height: u32, lanes: usize) -> FeatureMap {
        FeatureMap { width, lanes, values: vec![0.0; width as usize * height as usize * lanes] }
    }

    /// The numbers of a position.
    pub fn at(&self, x: u32, y: u32) -> &[f32] {
        let start = self.start(x, y);
        &self.values[start..start + self.lanes]
    }

    /// Those of an area, row by row.
    pub fn cut(&self, area: Area) -> Vec<f32> {
        let mut cut = Vec::with_capacity(area.pixels() as usize * self.lanes);
        for y in area.y..area.y + area.height {
            let start = self.start(area.x, y);
            cut.extend_from_slice(&self.values[start..start + area.width as usize * self.lanes]);
        }
        cut
    }

    /// Replaces those from a position on, as far as its row goes.
    pub fn put(&mut self, x: u32, y: u32, line: &[f32]) {
        let start = self.start(x, y);
        self.values[start..start + line.len()].copy_from_slice(line);
    }

    /// Adds to those of an area.
    pub fn add(&mut self, area: Area, values: &[f32]) {
        let length = area.width as usize * self.lanes;
        for (y, line) in (area.y..area.y + area.height).zip(values.chunks_exact(length)) {
            let start = self.start(area.x, y);
            self.values[start..start + length].iter_mut().zip(line).for_each(|(own, other)| *own += other);
        }
    }

    fn start(&self, x: u32, y: u32) -> usize {
        (y as usize * self.width as usize + x as usize) * self.lanes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_out_is_added_there_again() {
        let mut map = FeatureMap::zeros(4, 3, 8);
        assert_eq!(map.values.len(), 96);
        map.put(1, 2, &[1.0; 16]);
        let area = Area { x: 2, y: 1, width: 2, height: 2 };
        let cut = map.cut(area);
        assert_eq!(cut.iter().sum::<f32>(), 8.0, "of two positions one lies in the area");
        assert_eq!(cut[16..24], [1.0; 8]);
        map.add(area, &cut);
        assert_eq!((map.at(1, 2)[0], map.at(2, 2)[7], map.at(3, 2)[0]), (1.0, 2.0, 0.0));
    }
}
