//! This turns photos into examples: pieces of them, at random.

use super::plan::Plan;
use crate::image::{Picture, fit, resize};
use crate::random::{normal, uniform};
use crate::weights::dead_leaves;
use std::rc::Rc;

/// Photos to learn with.
pub struct Photos(Vec<Rc<Picture>>);

/// A piece of a photo, and the same piece moved a little, with other noise.
pub struct Example {
    /// Red, green, blue and alpha of the piece, 0..1.
    pub piece: Vec<f32>,
    /// The same of the second.
    pub moved: Vec<f32>,
    /// How many pixels the second begins below the first, and right of it.
    pub shift: (i32, i32),
}

/// How much larger than the size of the style a photo may be seen.
const LARGEST: f64 = 1.5;
/// How far a piece moves, in pixels.
const MOST_SHIFT: u32 = 4;
/// The deviation of the noise that comes with it.
const NOISE: f64 = 0.02;
/// The share of pieces that get other colours, and the deviations of gamma's and gains' logarithms and of offsets.
const RECOLOURED: f64 = 0.6;
const GAMMA: f64 = 0.2;
const GAIN: f64 = 0.08;
const OFFSET: f64 = 0.03;

/// Pictures that are drawn where there are few photos, and their side.
const DRAWN: u32 = 12;
const SIDE: u32 = 192;

impl Photos {
    /// Of these pictures, kept no larger than a training with `plan` sees them.
    pub fn of(pictures: impl IntoIterator<Item = Rc<Picture>>, plan: &Plan) -> Photos {
        let largest = (f64::from(plan.size) * LARGEST) as u32;
        Photos(pictures.into_iter().map(|picture| reduced(picture, largest.max(plan.crop + 2 * MOST_SHIFT))).collect())
    }

    /// The same, with pictures that the program draws: one photo alone teaches too little.
    #[must_use]
    pub fn and_drawn(mut self, seed: u32) -> Photos {
        self.0.extend((0..DRAWN).map(|index| Rc::new(drawn(seed, index))));
        self
    }

    /// The example with this number.
    pub fn example(&self, plan: &Plan, number: u32) -> Example {
        let draw = |stream: u32| uniform(plan.seed, 1000 + stream, number);
        let photo = &self.0[((draw(0) * self.0.len() as f64) as usize).min(self.0.len() - 1)];
        let edge = plan.crop + 2 * MOST_SHIFT;
        // A piece of `edge` pixels at a random size of the photo, in the photo's own pixels.
        let (width, height) = (f64::from(photo.width), f64::from(photo.height));
        let size = f64::from(plan.size) * (1.0 + (LARGEST - 1.0) * draw(1));
        let own = (f64::from(edge) * width.max(height) / size).min(width.min(height)).max(1.0);
        let corner = |stream, length: f64| (draw(stream) * (length - own)) as u32;
        let window = cut(photo, corner(2, width), corner(3, height), own as u32);
        let mut square = resize(&window, edge, edge);
        if draw(4) < RECOLOURED {
            let noise = |stream: u32| normal(plan.seed, 1100 + 2 * stream, number);
            recolour(&mut square, noise(0), [1, 2, 3].map(noise), [4, 5, 6].map(noise));
        }
        if draw(5) < 0.5 {
            flip(&mut square);
        }
        let at = |stream| (draw(stream) * f64::from(2 * MOST_SHIFT + 1)) as u32;
        let (down, across) = (at(6), at(7));
        let piece = cut(&square, MOST_SHIFT, MOST_SHIFT, plan.crop).rgba;
        let mut moved = cut(&square, across, down, plan.crop).rgba;
        for (index, value) in (0..).zip(&mut moved) {
            if index % 4 < 3 {
                *value = (*value + (NOISE * normal(plan.seed, 2000 + 2 * number, index)) as f32).clamp(0.0, 1.0);
            }
        }
        let shift = (down as i32 - MOST_SHIFT as i32, across as i32 - MOST_SHIFT as i32);
        Example { piece, moved, shift }
    }
}

/// No larger than `largest` on its longest edge.
fn reduced(picture: Rc<Picture>, largest: u32) -> Rc<Picture> {
    if picture.width.max(picture.height) <= largest {
        return picture;
    }
    let (width, height) = fit(picture.width, picture.height, largest);
    Rc::new(resize(&picture, width, height))
}

/// A picture with the statistics of photographs, in stronger colours than most.
fn drawn(seed: u32, index: u32) -> Picture {
    let planes = dead_leaves(SIDE as usize, u64::from(seed) << 32 | u64::from(index));
    let pixels = (SIDE * SIDE) as usize;
    let pixel = |at: usize| [planes[at], planes[pixels + at], planes[2 * pixels + at], 1.0];
    Picture::new(SIDE, SIDE, (0..pixels).flat_map(pixel).collect())
}

/// A square of a picture.
fn cut(picture: &Picture, left: u32, top: u32, edge: u32) -> Picture {
    let rows = (top..top + edge).flat_map(|row| {
        let first = ((row * picture.width + left) * 4) as usize;
        picture.rgba[first..first + 4 * edge as usize].iter().copied()
    });
    Picture::new(edge, edge, rows.collect())
}

/// Another gamma, and other gains and offsets of the colours, from normal numbers.
fn recolour(picture: &mut Picture, gamma: f64, gains: [f64; 3], offsets: [f64; 3]) {
    let gamma = (GAMMA * gamma).exp() as f32;
    let gains = gains.map(|gain| (GAIN * gain).exp() as f32);
    let offsets = offsets.map(|offset| (OFFSET * offset) as f32);
    for pixel in picture.rgba.chunks_exact_mut(4) {
        for colour in 0..3 {
            pixel[colour] = (gains[colour] * pixel[colour].powf(gamma) + offsets[colour]).clamp(0.0, 1.0);
        }
    }
}

/// Left and right change places.
fn flip(picture: &mut Picture) {
    let width = picture.width as usize;
    for row in picture.rgba.chunks_exact_mut(4 * width) {
        for left in 0..width / 2 {
            for channel in 0..4 {
                row.swap(4 * left + channel, 4 * (width - 1 - left) + channel);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pixel says where it is.
    fn slope(width: u32, height: u32) -> Rc<Picture> {
        let pixel = |at: u32| [(at % width) as f32 / width as f32, (at / width) as f32 / height as f32, 0.5, 1.0];
        Rc::new(Picture::new(width, height, (0..width * height).flat_map(pixel).collect()))
    }

    #[test]
    fn the_second_piece_is_the_first_but_moved() {
        let plan = Plan { crop: 64, ..Plan::default() };
        let photos = Photos::of([slope(300, 200)], &plan);
        for number in 0..8 {
            let Example { piece, moved, shift: (down, across) } = photos.example(&plan, number);
            assert_eq!((piece.len(), moved.len()), (64 * 64 * 4, 64 * 64 * 4));
            let mut worst = 0.0f32;
            for row in 8..56i32 {
                for column in 8..56i32 {
                    let first = ((row * 64 + column) * 4) as usize;
                    let second = (((row - down) * 64 + column - across) * 4) as usize;
                    worst = worst.max((piece[first] - moved[second]).abs());
                }
            }
            assert!(worst > 0.0 && worst < 6.0 * NOISE as f32, "example {number}: {worst}");
        }
    }

    #[test]
    fn small_photos_are_enough() {
        let plan = Plan::default();
        let example = Photos::of([slope(5, 3)], &plan).example(&plan, 1);
        assert!(example.piece.iter().all(|value| (0.0..=1.0).contains(value)));
    }

    #[test]
    fn drawn_pictures_differ() {
        assert_ne!(drawn(1, 0).rgba, drawn(1, 1).rgba);
        assert_eq!(drawn(1, 0).rgba, drawn(1, 0).rgba);
    }
}
