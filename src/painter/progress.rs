//! Where a run stands, for whoever watches it.

use crate::objective::Family;

/// The weighted losses before a step.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Losses {
    /// The step, counted from 1 over all scales.
    pub iteration: u32,
    /// Distance from the photo.
    pub content: f32,
    /// Distance from the painting.
    pub style: f32,
    /// Roughness.
    pub tv: f32,
    /// Their sum.
    pub total: f32,
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Progress {
    /// Steps taken.
    pub iteration: u32,
    /// Steps of the whole run.
    pub iterations: u32,
    /// The scale at work, from 1.
    pub scale: u32,
    /// Scales of the whole run.
    pub scales: u32,
    /// Width of the picture now.
    pub width: u32,
    /// Height of the picture now.
    pub height: u32,
    /// Share of the run's work that is done, 0..1, counted in pixels times steps.
    pub fraction: f64,
    /// Whether the painting is finished.
    pub finished: bool,
    /// How often numbers were not finite, so that the run went back to the last good picture.
    pub setbacks: u32,
    /// The losses that arrived since the last call, oldest first; they come a few steps late.
    pub losses: Vec<Losses>,
}

impl Progress {
    /// Of a picture of this size that is made in one step.
    pub fn of_one_step(width: u32, height: u32) -> Progress {
        let (iteration, iterations, scale, scales) = (1, 1, 1, 1);
        let (fraction, finished, setbacks, losses) = (1.0, true, 0, Vec::new());
        Progress { iteration, iterations, scale, scales, width, height, fraction, finished, setbacks, losses }
    }
}

impl Losses {
    /// Of a step, from what each family's terms add up to.
    pub fn new(iteration: u32, of: impl Fn(Family) -> f32) -> Losses {
        let (content, style, tv) = (of(Family::Content), of(Family::Style), of(Family::Variation));
        Losses { iteration, content, style, tv, total: content + style + tv }
    }
}
