//! This turns a size into a plan: which scales, how many iterations, what weights, how fast. Pure decisions.

use crate::image::fit;
use crate::model::Preset;
use crate::optimizer::Pace;
use crate::settings::Settings;

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

/// Scales from coarse to fine, each sqrt(2) larger than the one before, ending at the chosen size.
pub fn scales(photo: (u32, u32), settings: &Settings) -> Vec<Scale> {
    let preset = Preset::of(settings);
    let mut edges = vec![settings.size];
    let most = settings.scales.unwrap_or(preset.most_scales).min(preset.most_scales);
    while edges.len() < most as usize {
        let smaller = (settings.size as f32 / std::f32::consts::SQRT_2.powi(edges.len() as i32)).round() as u32;
        if smaller < preset.smallest {
            break;
        }
        edges.push(smaller);
    }
    edges.reverse();
    let scale = |(index, &edge): (usize, &u32)| {
        let usual = if index == 0 { preset.first_iterations } else { preset.later_iterations };
        let iterations = settings.iterations.unwrap_or((usual as f32 * settings.effort).round() as u32).max(1);
        let (width, height) = fit(photo.0, photo.1, edge);
        Scale { width, height, iterations }
    };
    edges.iter().enumerate().map(scale).collect()
}

/// The scales of a print with this longest edge from a picture with that one: above it, in the same steps.
pub fn print_scales(photo: (u32, u32), from: u32, edge: u32, settings: &Settings) -> Vec<Scale> {
    let mut edges = vec![edge];
    loop {
        let smaller = (edge as f32 / std::f32::consts::SQRT_2.powi(edges.len() as i32)).round() as u32;
        if smaller <= from {
            break;
        }
        edges.push(smaller);
    }
    edges.reverse();
    let iterations = settings.iterations.unwrap_or((PRINT_ITERATIONS * settings.effort).round() as u32).max(1);
    let scale = |edge| {
        let (width, height) = fit(photo.0, photo.1, edge);
        Scale { width, height, iterations }
    };
    edges.into_iter().map(scale).collect()
}

/// Iterations of each scale of a print: the picture stands, and only its detail is to come.
const PRINT_ITERATIONS: f32 = 12.0;

/// The longest edge of the `index`-th painting for a photo of `scale`: the same, unless its strokes shall be larger or smaller.
pub fn painting_edge(scale: &Scale, settings: &Settings, index: usize) -> u32 {
    let own = settings.style_scales.get(index).copied().unwrap_or(1.0);
    let edge = scale.width.max(scale.height) as f32 * settings.style_scale * own;
    (edge.round() as u32).clamp(SMALLEST_PAINTING, LARGEST_PAINTING)
}

/// Bounds of a painting's longest edge: below, deep layers have nothing left to see; above, so that four times the largest
/// size does not exhaust every memory.
const SMALLEST_PAINTING: u32 = 16;
const LARGEST_PAINTING: u32 = 4096;

/// How much each of `count` paintings counts, together 1; equally, if the settings would leave none.
pub fn shares(settings: &Settings, count: usize) -> Vec<f32> {
    let wanted: Vec<f32> = (0..count).map(|index| settings.blend.get(index).copied().unwrap_or(1.0)).collect();
    let sum: f32 = wanted.iter().sum();
    if sum > 0.0 { wanted.iter().map(|share| share / sum).collect() } else { vec![1.0 / count as f32; count] }
}

/// How far strength takes the content's weight from the preset's: to so many times as much, where the photo hardly changes, and
/// to as small a part, where hardly anything is left of it.
const REACH: f32 = 100.0;

/// The weights that the two dials stand for.
pub fn balance(settings: &Settings) -> Balance {
    let preset = Preset::of(settings);
    Balance {
        content: preset.content * REACH.powf((50.0 - settings.strength) / 50.0),
        style: preset.style,
        variation: preset.variation * (settings.smoothness / 50.0).powi(4),
    }
}

/// Long runs average over more iterates.
const LONG_RUN: u32 = 400;
const LONG_DECAY: f32 = 0.99;

/// The pace of step `step` (from 0) of `scale`; the last scale slows down linearly so that it settles.
pub fn pace(settings: &Settings, scale: &Scale, step: u32, last_scale: bool) -> Pace {
    let preset = Preset::of(settings);
    let passed = step as f32 / scale.iterations.max(2).saturating_sub(1) as f32;
    let slow = if last_scale { 1.0 - (1.0 - preset.last_rate) * passed.min(1.0) } else { 1.0 };
    let decay = if scale.iterations > LONG_RUN { LONG_DECAY } else { preset.decay };
    Pace { rate: preset.rate * slow, decay, caution: 1.0 }
}

/// The same of a print, which slows down at every scale. Its steps are few, and Adam's are long where the gradient is small: with longer ones
/// flat areas are left full of noise, which the next scale makes coarser.
pub fn print_pace(settings: &Settings, scale: &Scale, step: u32) -> Pace {
    let pace = pace(settings, scale, step, true);
    Pace { rate: PRINT_RATE * pace.rate, ..pace }
}

/// A print's rate in units of a painter's.
const PRINT_RATE: f32 = 0.4;

/// Steps without a gain after which a scale may end early.
pub const PATIENCE: u32 = 25;

/// The smallest gain that counts, as a share of the loss.
const GAIN: f32 = 0.01;

/// Whether the losses of a scale have stopped to fall: the best of the newest [`PATIENCE`] hardly beats the best before.
pub fn has_settled(totals: &[f32]) -> bool {
    let best = |losses: &[f32]| losses.iter().copied().fold(f32::INFINITY, f32::min);
    let (before, newest) = totals.split_at(totals.len().saturating_sub(PATIENCE as usize));
    !before.is_empty() && best(newest) > (1.0 - GAIN) * best(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::ModelKind;

    #[test]
    fn scales_grow_by_the_root_of_two_up_to_the_size() {
        let settings = Settings { model: ModelKind::Vgg19, size: 512, ..Settings::default() };
        let widths: Vec<_> = scales((1024, 768), &settings).iter().map(|scale| scale.width).collect();
        assert_eq!(widths, [128, 181, 256, 362, 512]);
        let settings = Settings { size: 128, ..Settings::default() };
        let student = scales((300, 400), &settings);
        assert_eq!(student.iter().map(|scale| scale.height).collect::<Vec<_>>(), [64, 91, 128]);
        assert_eq!(student[2].width, 96);
    }

    #[test]
    fn shares_add_up_to_one() {
        let shares =
            |blend: &[f32], count| super::shares(&Settings { blend: blend.into(), ..Settings::default() }, count);
        assert_eq!(shares(&[], 1), [1.0]);
        assert_eq!(shares(&[3.0], 2), [0.75, 0.25]);
        assert_eq!(shares(&[0.0, 0.0], 2), [0.5, 0.5]);
        assert_eq!(shares(&[1.0, 1.0, 9.0], 2), [0.5, 0.5], "numbers without a painting do not count");
    }

    #[test]
    fn strokes_grow_with_the_painting() {
        let scale = Scale { width: 256, height: 192, iterations: 1 };
        let edge = |style_scale| painting_edge(&scale, &Settings { style_scale, ..Settings::default() }, 0);
        assert_eq!([edge(1.0), edge(0.5), edge(2.0)], [256, 128, 512]);
        let settings = Settings { style_scale: 2.0, style_scales: vec![1.0, 0.25], ..Settings::default() };
        assert_eq!([0, 1, 2].map(|index| painting_edge(&scale, &settings, index)), [512, 128, 512]);
    }

    #[test]
    fn losses_that_fall_have_not_settled() {
        let falling: Vec<f32> = (0..60).map(|step| 0.99f32.powi(step)).collect();
        let flat = [&falling[..], &[falling[59]; 25]].concat();
        assert!(!has_settled(&falling) && has_settled(&flat));
        assert!(!has_settled(&flat[60..]), "nothing came before them");
    }

    #[test]
    fn small_scales_can_be_left_out() {
        let all = scales((640, 480), &Settings { size: 512, ..Settings::default() });
        let some = scales((640, 480), &Settings { size: 512, scales: Some(2), ..Settings::default() });
        let edges = |scales: &[Scale]| scales.iter().map(|scale| scale.width).collect::<Vec<_>>();
        assert_eq!(edges(&some), edges(&all)[all.len() - 2..]);
    }

    #[test]
    fn a_print_has_the_scales_above_its_picture() {
        let scales = |from| print_scales((300, 400), from, 4096, &Settings::default());
        let edges = |from| scales(from).iter().map(|scale| scale.height).collect::<Vec<_>>();
        assert_eq!(edges(1024), [1448, 2048, 2896, 4096]);
        assert_eq!(edges(4096), [4096]);
        assert_eq!(scales(3000)[0].width, 3072);
    }

    #[test]
    fn a_small_picture_has_one_scale() {
        let settings = Settings { size: 32, iterations: Some(7), ..Settings::default() };
        assert_eq!(scales((10, 10), &settings), [Scale { width: 32, height: 32, iterations: 7 }]);
    }

    #[test]
    fn strength_50_is_the_plan() {
        let content = |strength| balance(&Settings { strength, ..Settings::default() }).content;
        let usual = Preset::of(&Settings::default()).content;
        let times = |strength| content(strength) / usual;
        assert!((times(50.0) - 1.0).abs() < 1e-6);
        assert!((times(0.0) - 100.0).abs() < 1e-3 && (times(100.0) - 0.01).abs() < 1e-6);
    }

    #[test]
    fn the_last_scale_ends_at_a_tenth_of_the_rate() {
        let scale = Scale { width: 1, height: 1, iterations: 150 };
        let rate = |step, last| pace(&Settings::default(), &scale, step, last).rate;
        assert_eq!([rate(0, true), rate(149, false)], [0.05; 2]);
        assert!((rate(149, true) - 0.005).abs() < 1e-8);
        let of_print = |step| print_pace(&Settings::default(), &scale, step).rate;
        assert_eq!([of_print(0), of_print(149)], [0.4 * rate(0, false), 0.4 * rate(149, true)]);
    }
}
