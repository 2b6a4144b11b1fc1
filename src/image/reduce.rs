//! This turns samples as they were decoded into a [`Picture`] that is no larger than asked for.
//!
//! Composition over white and area averaging happen row by row, so a large photo never exists as f32: beside the decoded
//! samples there are three rows and the reduced result.

use super::resample::{Filter, taps, weighted_sum};
use super::{Picture, fit};
use ::image::{DynamicImage, ImageBuffer, Pixel, Primitive};

/// The decoded image as a [`Picture`], reduced by exact area means where its longest edge exceeds `longest_edge` pixels.
///
/// The means are taken after composition over white, so that colours hidden under full transparency never bleed in.
pub(super) fn reduce(image: &DynamicImage, longest_edge: u32) -> Picture {
    match image {
        DynamicImage::ImageLuma8(image) => reduce_pixels(image, longest_edge),
        DynamicImage::ImageLumaA8(image) => reduce_pixels(image, longest_edge),
        DynamicImage::ImageRgb8(image) => reduce_pixels(image, longest_edge),
        DynamicImage::ImageRgba8(image) => reduce_pixels(image, longest_edge),
        DynamicImage::ImageLuma16(image) => reduce_pixels(image, longest_edge),
        DynamicImage::ImageLumaA16(image) => reduce_pixels(image, longest_edge),
        DynamicImage::ImageRgb16(image) => reduce_pixels(image, longest_edge),
        DynamicImage::ImageRgba16(image) => reduce_pixels(image, longest_edge),
        // None of our formats holds floats, but the enum is open.
        other => reduce_pixels(&other.to_rgba32f(), longest_edge),
    }
}

fn reduce_pixels<P>(image: &ImageBuffer<P, Vec<P::Subpixel>>, longest_edge: u32) -> Picture
where
    P: Pixel,
    P::Subpixel: Into<f32>,
{
    let (full_width, full_height) = image.dimensions();
    let (width, height) = if full_width.max(full_height) > longest_edge {
        fit(full_width, full_height, longest_edge)
    } else {
        (full_width, full_height)
    };
    let across = taps(Filter::Area, full_width, width);
    let down = taps(Filter::Area, full_height, height);

    let stride = full_width as usize * usize::from(P::CHANNEL_COUNT);
    let mut composited: Vec<f32> = Vec::with_capacity(full_width as usize * 4); // [full_width, 4]
    let mut narrow: Vec<f32> = Vec::with_capacity(width as usize * 4); // [width, 4]
    let mut narrow_is = None;
    let mut sum = vec![0.0_f64; width as usize * 4]; // [width, 4]
    let mut rgba = Vec::with_capacity(height as usize * width as usize * 4); // [height, width, 4]
    for (start, weights) in down.rows() {
        sum.fill(0.0);
        for (row, &weight) in (start..).zip(weights).filter(|(_, weight)| **weight != 0.0) {
            // Neighbouring outputs may share the input row on their border; it is the one still at hand.
            if narrow_is != Some(row) {
                let pixels = image.as_raw()[row * stride..][..stride].chunks_exact(usize::from(P::CHANNEL_COUNT));
                composited.clear();
                composited.extend(pixels.flat_map(|pixel| over_white(P::from_slice(pixel))));
                narrow.clear();
                narrow
                    .extend(across.rows().flat_map(|(start, weights)| weighted_sum(&composited[start * 4..], weights)));
                narrow_is = Some(row);
            }
            sum.iter_mut().zip(&narrow).for_each(|(sum, lane)| *sum += f64::from(weight) * f64::from(*lane));
        }
        rgba.extend(sum.iter().map(|lane| lane.clamp(0.0, 1.0) as f32));
    }
    Picture::new(width, height, rgba)
}

/// One decoded pixel as f32, 0..=1: its colour over white, and its alpha.
fn over_white<P>(pixel: &P) -> [f32; 4]
where
    P: Pixel,
    P::Subpixel: Into<f32>,
{
    let full: f32 = P::Subpixel::DEFAULT_MAX_VALUE.into();
    let [red, green, blue, alpha] = pixel.to_rgba().0.map(|sample| sample.into() / full);
    if alpha >= 1.0 {
        return [red, green, blue, 1.0];
    }
    let [red, green, blue] = [red, green, blue].map(|lane| lane * alpha + (1.0 - alpha));
    [red, green, blue, alpha]
}
