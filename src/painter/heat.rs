//! This turns the gradient of a picture into a map of where it is large.

use crate::image::Picture;

/// The share of pixels that may be brighter than white, so that a few hot ones do not make the rest black.
const CLIPPED: f32 = 0.01;
/// How often the map is blurred by one pixel: a gradient alternates from pixel to pixel.
const BLURS: u32 = 4;

/// The lengths of gradients of one picture, each `[height, width, 4]`, as grey pictures in one unit, so that they can be
/// compared: what is white in one would be white in the other.
pub(super) fn maps<const N: usize>(width: u32, height: u32, gradients: [Vec<f32>; N]) -> [Picture; N] {
    let (w, h) = (width as usize, height as usize);
    let heats = gradients.map(|d_pixels| {
        let length = |d: &[f32]| d[..3].iter().map(|d| d * d).sum::<f32>().sqrt();
        let mut heat: Vec<f32> = d_pixels.chunks_exact(4).map(length).collect();
        for _ in 0..BLURS {
            heat = blurred(&heat, h, w, 1);
            heat = blurred(&heat, w, h, w);
        }
        heat
    });
    let white = heats.iter().map(|heat| bright(heat)).fold(f32::MIN_POSITIVE, f32::max);
    heats.map(|heat| {
        let grey = |value: &f32| [[(value / white).min(1.0); 3].as_slice(), &[1.0]].concat();
        Picture::new(width, height, heat.iter().flat_map(grey).collect())
    })
}

/// The value that all but a few pixels stay below.
fn bright(heat: &[f32]) -> f32 {
    let mut sorted = heat.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    sorted[((1.0 - CLIPPED) * (sorted.len() - 1) as f32) as usize]
}

/// Binomial blur (1 2 1) / 4 of `lines` lines, along the direction in which neighbours are `step` apart.
fn blurred(values: &[f32], lines: usize, length: usize, step: usize) -> Vec<f32> {
    let mut y = values.to_vec();
    for line in 0..lines {
        let start = if step == 1 { line * length } else { line };
        for i in 0..length {
            let at = |i: usize| values[start + i * step];
            let before = at(i.saturating_sub(1));
            let after = at((i + 1).min(length - 1));
            y[start + i * step] = (before + 2.0 * at(i) + after) / 4.0;
        }
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_is_where_the_gradient_is() {
        let (width, height) = (30, 20);
        let mut d_pixels = vec![0.0; width * height * 4];
        for y in 4..10 {
            for x in 20..28 {
                d_pixels[(y * width + x) * 4 + 1] = if (x + y) % 2 == 0 { 3.0 } else { -3.0 };
            }
        }
        let weaker = d_pixels.iter().map(|d| d / 4.0).collect();
        let [map, weaker] = maps(width as u32, height as u32, [d_pixels, weaker]);
        let at = |map: &Picture, y: usize, x: usize| map.rgba[(y * width + x) * 4];
        assert!(at(&map, 7, 24) > 0.95, "{}", at(&map, 7, 24));
        assert_eq!(at(&map, 15, 5), 0.0);
        assert!((at(&weaker, 7, 24) - at(&map, 7, 24) / 4.0).abs() < 0.02, "in the same unit");
        let [cold] = maps(3, 3, [vec![0.0; 36]]);
        assert!(
            cold.rgba.chunks_exact(4).all(|pixel| pixel[0] == 0.0),
            "nothing remains, and nothing is divided by it"
        );
    }
}
