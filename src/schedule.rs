//! This turns a size into a plan: which scales, how many iterations, what weights, how fast. Pure decisions.

use crate::image::fit;
use crate::optimizer::Pace;
use crate::settings::{ModelKind, Settings};

/// One round of the coarse-to-fine pyramid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Scale {
    /// Width of the picture in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Steps of the optimiser.
    pub iterations: u32,
}

/// How much the three families count, for terms whose weights add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    /// The photo.
    pub content: f32,
    /// The painting.
    pub style: f32,
    /// Smoothness.
    pub variation: f32,
}

/// What differs between the models.
struct Plan {
    /// The first scale is not smaller than this (longest edge).
    smallest: u32,
    most_scales: u32,
    first_iterations: u32,
    later_iterations: u32,
    content: f32,
    variation: f32,
}

/// Chosen by looking at pictures of 192 and 256 px: less variation leaves grain in flat areas, more washes strokes out.
const FILTER_BANK: Plan =
    Plan { smallest: 64, most_scales: 3, first_iterations: 150, later_iterations: 150, content: 0.08, variation: 0.25 };
const VGG19: Plan =
    Plan { smallest: 128, most_scales: 8, first_iterations: 300, later_iterations: 150, content: 0.35, variation: 0.1 };

fn plan(model: ModelKind) -> &'static Plan {
    match model {
        ModelKind::FilterBank => &FILTER_BANK,
        ModelKind::Vgg19 => &VGG19,
    }
}

/// Scales from coarse to fine, each sqrt(2) larger than the one before, ending at the chosen size.
pub fn scales(photo: (u32, u32), settings: &Settings) -> Vec<Scale> {
    let plan = plan(settings.model);
    let mut edges = vec![settings.size];
    while edges.len() < plan.most_scales as usize {
        let smaller = (settings.size as f32 / std::f32::consts::SQRT_2.powi(edges.len() as i32)).round() as u32;
        if smaller < plan.smallest {
            break;
        }
        edges.push(smaller);
    }
    edges.reverse();
    let scale = |(index, &edge): (usize, &u32)| {
        let usual = if index == 0 { plan.first_iterations } else { plan.later_iterations };
        let iterations = settings.iterations.unwrap_or((usual as f32 * settings.effort).round() as u32).max(1);
        let (width, height) = fit(photo.0, photo.1, edge);
        Scale { width, height, iterations }
    };
    edges.iter().enumerate().map(scale).collect()
}

/// The painting is shown at the output's size or a little more: its longest edge for a photo of `scale`.
pub fn painting_edge(scale: &Scale) -> u32 {
    scale.width.max(scale.height)
}

/// The weights that the two dials stand for. Strength moves the content's weight by a factor of ten either way.
pub fn balance(settings: &Settings) -> Balance {
    let plan = plan(settings.model);
    Balance {
        content: plan.content * 10f32.powf((50.0 - settings.strength) / 50.0),
        style: 1.0,
        variation: plan.variation * (settings.smoothness / 50.0).powi(2),
    }
}

/// Adam's learning rate, in units of the pixels' 0..1.
const RATE: f32 = 0.02;
/// What is left of it at the end of the last scale.
const LAST_RATE: f32 = 0.1;
/// Long runs average over more iterates.
const LONG_RUN: u32 = 400;

/// The pace of step `step` (from 0) of `scale`; the last scale slows down linearly so that it settles.
pub fn pace(scale: &Scale, step: u32, last_scale: bool) -> Pace {
    let passed = step as f32 / scale.iterations.max(2).saturating_sub(1) as f32;
    let slow = if last_scale { 1.0 - (1.0 - LAST_RATE) * passed.min(1.0) } else { 1.0 };
    Pace { rate: RATE * slow, decay: if scale.iterations > LONG_RUN { 0.99 } else { 0.97 } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_grow_by_the_root_of_two_up_to_the_size() {
        let settings = Settings { model: ModelKind::Vgg19, size: 512, ..Settings::default() };
        let widths: Vec<_> = scales((1024, 768), &settings).iter().map(|scale| scale.width).collect();
        assert_eq!(widths, [128, 181, 256, 362, 512]);
        let settings = Settings { size: 128, ..Settings::default() };
        let bank = scales((300, 400), &settings);
        assert_eq!(bank.iter().map(|scale| scale.height).collect::<Vec<_>>(), [64, 91, 128]);
        assert_eq!(bank[2].width, 96);
    }

    #[test]
    fn a_small_picture_has_one_scale() {
        let settings = Settings { size: 32, iterations: Some(7), ..Settings::default() };
        assert_eq!(scales((10, 10), &settings), [Scale { width: 32, height: 32, iterations: 7 }]);
    }

    #[test]
    fn strength_50_is_the_plan_and_the_ends_are_tenfold() {
        let content = |strength| balance(&Settings { strength, ..Settings::default() }).content;
        assert!((content(50.0) - 0.08).abs() < 1e-6);
        assert!((content(0.0) - 0.8).abs() < 1e-5 && (content(100.0) - 0.008).abs() < 1e-6);
    }

    #[test]
    fn the_last_scale_ends_at_a_tenth_of_the_rate() {
        let scale = Scale { width: 1, height: 1, iterations: 150 };
        assert_eq!(pace(&scale, 149, false).rate, RATE);
        assert!((pace(&scale, 149, true).rate - RATE * LAST_RATE).abs() < 1e-8);
        assert_eq!(pace(&scale, 0, true).rate, RATE);
    }
}
