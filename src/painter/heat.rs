//! This turns the gradient of a picture into a map of where it is large.

use crate::image::Picture;

/// What of all pixels may be brighter than white, so that a few hot ones do not make the rest black.
const CLIPPED: f32 = 0.01;
/// How often the map is blurred by one pixel: a gradient alternates from pixel to pixel.
const BLURS: u32 = 4;

/// The lengths of the gradient `d_pixels`, `[height, width, 4]`, as a grey picture.
pub(super) fn map(width: u32, height: u32, d_pixels: &[f32]) -> Picture {
    let length = |d: &[f32]| d[..3].iter().map(|d| d * d).sum::<f32>().sqrt();
    let mut heat: Vec<f32> = d_pixels.chunks_exact(4).map(length).collect();
    let (w, h) = (width as usize, height as usize);
    for _ in 0..BLURS {
        heat = blurred(&heat, h, w, 1);
        heat = blurred(&heat, w, h, w);
    }
    let mut sorted = heat.clone();
    sorted.sort_by(f32::total_cmp);
    let white = sorted[((1.0 - CLIPPED) * (sorted.len() - 1) as f32) as usize].max(f32::MIN_POSITIVE);
    let grey = |value: &f32| [(value / white).min(1.0); 3];
    Picture::new(width, height, heat.iter().flat_map(|value| [&grey(value)[..], &[1.0]].concat()).collect())
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
        let map = map(width as u32, height as u32, &d_pixels);
        let at = |y: usize, x: usize| map.rgba[(y * width + x) * 4];
        assert!(at(7, 24) > 0.95, "{}", at(7, 24));
        assert_eq!(at(15, 5), 0.0);
        let cold = super::map(3, 3, &[0.0; 36]);
        assert!(
            cold.rgba.chunks_exact(4).all(|pixel| pixel[0] == 0.0),
            "nothing remains, and nothing is divided by it"
        );
    }
}
