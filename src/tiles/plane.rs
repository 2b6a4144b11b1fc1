//! Pictures in the system's memory, of which a device sees one tile after the other.

use super::Area;
use crate::image::{Picture, resampled_rows, resized_rows};
use std::borrow::Cow;

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

    /// A picture's colours at another size.
    pub fn resized(picture: &Picture, width: u32, height: u32) -> Plane {
        let mut values = Vec::with_capacity(width as usize * height as usize * COLOURS);
        for row in resized_rows(picture, width, height) {
            values.extend(row.chunks_exact(LANES).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]));
        }
        Plane { width, height, values }
    }

    /// Moves it this share of the way to what is `small` when it is made as small: by what is missing then, made large
    /// (back-projection; Irani and Peleg 1991). What `small` has no pixels for stays.
    pub fn pull_to(&mut self, small: &Picture, share: f32) {
        let (own, other) = ((self.width, self.height), (small.width, small.height));
        let line = |y| Cow::Owned(self.cut(Area { x: 0, y: y as u32, width: self.width, height: 1 }));
        let made_small = resampled_rows(own, other, line).flatten();
        let missing: Vec<f32> = small.rgba.iter().zip(made_small).map(|(small, own)| share * (small - own)).collect();
        let stride = small.width as usize * LANES;
        let line = |y| Cow::Borrowed(&missing[y * stride..][..stride]);
        let lines = self.values.chunks_exact_mut(self.width as usize * COLOURS);
        for (line, missing) in lines.zip(resampled_rows(other, own, line)) {
            for (pixel, missing) in line.chunks_exact_mut(COLOURS).zip(missing.chunks_exact(LANES)) {
                pixel.iter_mut().zip(missing).for_each(|(value, missing)| *value = (*value + missing).clamp(0.0, 1.0));
            }
        }
    }

    /// With copies of itself around it, as wide as `radius`.
    pub fn wrapped(&self, radius: u32) -> Plane {
        let mut wide = Plane::zeros(self.width + 2 * radius, self.height + 2 * radius);
        self.wrap_into(&mut wide, radius);
        wide
    }

    /// The same, in place of what `wide` held.
    pub fn wrap_into(&self, wide: &mut Plane, radius: u32) {
        for (to, from) in self.copies(radius) {
            wide.values[to..to + COLOURS].copy_from_slice(&self.values[from..from + COLOURS]);
        }
    }

    /// The gradient to this plane, which takes the place of its numbers, from that to it with copies around it. A copy's counts
    /// less towards its outer edge: what a network makes of its view's edge would show as a line within.
    pub fn unwrap_gradient(&mut self, wrapped: &Plane, radius: u32) {
        self.values.fill(0.0);
        let share = |at: u32, length: u32| {
            let inwards = at.min(length - 1 - at);
            ((inwards as f32 + 0.5) / radius as f32).min(1.0)
        };
        for (from, to) in self.copies(radius) {
            let pixel = (from / COLOURS) as u32;
            let (x, y) = (pixel % wrapped.width, pixel / wrapped.width);
            let share = share(x, wrapped.width) * share(y, wrapped.height);
            for colour in 0..COLOURS {
                self.values[to + colour] += share * wrapped.values[from + colour];
            }
        }
    }

    /// For each pixel with copies around them where its numbers are, and those of the pixel that it is.
    fn copies(&self, radius: u32) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (width, height) = (self.width, self.height);
        let own = move |at: u32, length: u32| (at + length * radius - radius) % length;
        let wide = width + 2 * radius;
        let of_row = move |y: u32| (0..wide).map(move |x| (y * wide + x, own(y, height) * width + own(x, width)));
        let pairs = (0..height + 2 * radius).flat_map(of_row);
        pairs.map(|(to, from)| (to as usize * COLOURS, from as usize * COLOURS))
    }

    /// As an opaque picture.
    pub fn picture(&self) -> Picture {
        let area = Area { x: 0, y: 0, width: self.width, height: self.height };
        Picture::new(self.width, self.height, self.cut(area))
    }

    /// As an opaque picture whose longest edge is at most this, of the means of equal squares; as it is, if it is no larger.
    pub fn reduced(&self, edge: u32) -> Picture {
        let by = self.width.max(self.height).div_ceil(edge);
        let (width, height) = ((self.width / by).max(1), (self.height / by).max(1));
        let mean = |x: u32, y: u32| {
            let (end_x, end_y) = ((x * by + by).min(self.width), (y * by + by).min(self.height));
            let mut sum = [0.0; COLOURS];
            for y in y * by..end_y {
                let row = y as usize * self.width as usize;
                let pixels = &self.values[(row + (x * by) as usize) * COLOURS..(row + end_x as usize) * COLOURS];
                for pixel in pixels.chunks_exact(COLOURS) {
                    sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value);
                }
            }
            let share = 1.0 / ((end_x - x * by) * (end_y - y * by)) as f32;
            [sum[0] * share, sum[1] * share, sum[2] * share, 1.0]
        };
        let mean = &mean;
        let rgba = (0..height).flat_map(|y| (0..width).flat_map(move |x| mean(x, y))).collect();
        Picture::new(width, height, rgba)
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
    use crate::image::resize;

    #[test]
    fn copies_lie_around_it_and_bring_their_gradients_back() {
        let plane = Plane { width: 3, height: 2, values: (0..18).map(|value| value as f32).collect() };
        let wrapped = plane.wrapped(1);
        assert_eq!((wrapped.width, wrapped.height), (5, 4));
        let red: Vec<_> = wrapped.values.iter().step_by(3).map(|value| *value / 3.0).collect();
        assert_eq!(red[..5], [5.0, 3.0, 4.0, 5.0, 3.0]);
        assert_eq!(red[5..10], [2.0, 0.0, 1.0, 2.0, 0.0]);
        let mut gradient = Plane::zeros(3, 2);
        gradient.unwrap_gradient(&Plane { values: vec![1.0; 60], ..wrapped }, 1);
        // Its own, and half of each copy beside it, a quarter of that in the corner.
        assert_eq!(gradient.values[0], 2.25);
        assert_eq!(gradient.values[3], 1.5);
    }

    #[test]
    fn at_another_size_it_is_the_picture_resized() {
        let rgba = (0..15).flat_map(|pixel| [(pixel % 4) as f32 / 4.0, (pixel % 3) as f32 / 3.0, 0.5, 1.0]).collect();
        let picture = Picture::new(5, 3, rgba);
        for (width, height) in [(5, 3), (11, 8), (2, 2)] {
            let expected = Plane::of(&resize(&picture, width, height));
            assert_eq!(Plane::resized(&picture, width, height), expected);
        }
    }

    #[test]
    fn it_is_pulled_to_a_smaller_picture_and_keeps_its_detail() {
        let noise = |at: usize| ((at * 7919 % 101) as f32 / 101.0 - 0.5) * 0.4;
        let mut plane = Plane { width: 24, height: 16, values: (0..24 * 16 * 3).map(|at| 0.5 + noise(at)).collect() };
        let lane = |at: usize| if at % 4 == 3 { 1.0 } else { 0.5 + noise(at * 13) / 2.0 };
        let small = Picture::new(6, 4, (0..96).map(lane).collect());
        let off = |plane: &Plane| {
            let own = resize(&plane.picture(), 6, 4);
            own.rgba.iter().zip(&small.rgba).map(|(own, small)| (own - small).abs()).fold(0.0, f32::max)
        };
        // Of neighbouring pixels, which differ by what a quarter of the size does not have.
        let detail = |plane: &Plane| {
            let pairs = plane.values.chunks_exact(3).zip(plane.values.chunks_exact(3).skip(1));
            pairs.map(|(own, next)| f64::from(own[0] - next[0]).powi(2)).sum::<f64>().sqrt()
        };
        let (before, sharp) = (off(&plane), detail(&plane));
        plane.pull_to(&small, 0.5);
        assert!((0.4..0.7).contains(&(off(&plane) / before)), "{before} before, {} after half of the way", off(&plane));
        (0..8).for_each(|_| plane.pull_to(&small, 1.0));
        assert!(off(&plane) < 2e-3, "{}", off(&plane));
        assert!((detail(&plane) / sharp - 1.0).abs() < 0.1, "{} of {sharp}", detail(&plane));
    }

    #[test]
    fn squares_become_their_means() {
        let plane = Plane { width: 5, height: 4, values: (0..60).map(|value| value as f32).collect() };
        let small = plane.reduced(2);
        // Three pixels a side: the last column and rows have no square of their own.
        assert_eq!((small.width, small.height), (1, 1));
        let small = plane.reduced(3);
        assert_eq!((small.width, small.height), (2, 2));
        assert_eq!(small.rgba[..8], [9.0, 10.0, 11.0, 1.0, 15.0, 16.0, 17.0, 1.0]);
        assert_eq!(plane.reduced(5), plane.picture());
        let line = Plane { width: 6, height: 1, values: vec![0.5; 18] }.reduced(2);
        assert_eq!(line, Picture::flat(2, 1, [0.5; 3]));
    }

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
