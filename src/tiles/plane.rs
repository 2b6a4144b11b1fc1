//! Pictures in the system's memory, of which a device sees one tile after the other.

use super::Area;
use crate::image::Picture;

/// Red, green and blue of a picture's pixels, or numbers that belong to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `[height, width, 3]`.
    pub values: Vec<f32>,
}

/// Numbers of a pixel; on the device there is one more.
const COLOURS: usize = 3;
const LANES: usize = 4;

impl Plane {
    /// All zeros.
    pub fn zeros(width: u32, height: u32) -> Plane {
        Plane { width, height, values: vec![0.0; width as usize * height as usize * COLOURS] }
    }

    /// A picture's colours.
    pub fn of(picture: &Picture) -> Plane {
        let values = picture.rgba.chunks_exact(LANES).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        Plane { width: picture.width, height: picture.height, values }
    }

    /// An area of it as the device takes pictures, opaque.
    pub fn cut(&self, area: Area) -> Vec<f32> {
        let mut cut = Vec::with_capacity(area.width as usize * area.height as usize * LANES);
        for row in self.rows(area) {
            cut.extend(self.values[row].chunks_exact(COLOURS).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 1.0]));
        }
        cut
    }

    /// Adds what the device has for an area.
    pub fn add(&mut self, area: Area, rgba: &[f32]) {
        for (row, line) in self.rows(area).zip(rgba.chunks_exact(area.width as usize * LANES)) {
            for (own, other) in self.values[row].chunks_exact_mut(COLOURS).zip(line.chunks_exact(LANES)) {
                own.iter_mut().zip(other).for_each(|(own, other)| *own += other);
            }
        }
    }

    /// Where an area's rows lie.
    fn rows(&self, area: Area) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
        let width = self.width as usize;
        (area.y..area.y + area.height).map(move |y| {
            let start = (y as usize * width + area.x as usize) * COLOURS;
            start..start + area.width as usize * COLOURS
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_out_is_added_there_again() {
        let values = (0..60).map(|value| value as f32).collect();
        let plane = Plane { width: 5, height: 4, values };
        let area = Area { x: 1, y: 2, width: 3, height: 2 };
        let cut = plane.cut(area);
        assert_eq!(&cut[..8], [33.0, 34.0, 35.0, 1.0, 36.0, 37.0, 38.0, 1.0]);
        let mut sum = Plane::zeros(5, 4);
        sum.add(area, &cut);
        sum.add(area, &cut);
        assert_eq!(sum.values[33], 66.0);
        assert_eq!(sum.values.iter().filter(|value| **value != 0.0).count(), 18);
    }
}
