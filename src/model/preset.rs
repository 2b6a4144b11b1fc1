//! Presets of models and of published recipes: iterations, learning rate, and the balance of the losses.

use super::blocks::Border;
use crate::choices::StyleLoss;

/// The units of a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Relative to what they compare with: free of the features' scale.
    Relative,
    /// As in the papers, of features as the weights file has them: the mean squared difference of contents; of styles that of
    /// Gram matrices times 1e3 / C^2, or the Wasserstein distance divided by C.
    Absolute,
}

impl Units {
    /// The factor that makes a loss one of the weights file's own features, where those that it sees are `growth` times as large
    /// and it grows with their `power`.
    pub fn of_file(self, growth: f32, power: i32) -> f32 {
        match self {
            Units::Relative => 1.0,
            Units::Absolute => growth.powi(-power),
        }
    }
}

/// The numbers that differ between recipes, and between models.
#[derive(Debug)]
pub struct Preset {
    /// The first scale is not smaller than this (longest edge).
    pub smallest: u32,
    /// How many scales there are at most.
    pub most_scales: u32,
    /// Iterations of the first scale.
    pub first_iterations: u32,
    /// Of each later one.
    pub later_iterations: u32,
    /// The units of the three weights.
    pub units: Units,
    /// The usual style loss; in absolute units the only one, because the style's weight is made for it.
    pub style_loss: StyleLoss,
    /// The photo's weight.
    pub content: f32,
    /// The usual content layers, and how they share it.
    pub content_taps: &'static [(&'static str, f32)],
    /// The painting's.
    pub style: f32,
    /// How the usual style layers share it.
    pub style_shares: [f32; 5],
    /// Smoothness', of the mean squared difference of neighbours.
    pub variation: f32,
    /// Whether that is of their sum instead.
    pub variation_is_sum: bool,
    /// Adam's learning rate, in units of the pixels' 0..1.
    pub rate: f32,
    /// The share of it that is left at the end of the last scale.
    pub last_rate: f32,
    /// Decay of the average of the iterates, which is what people see.
    pub decay: f32,
    /// The values beyond the picture's border, for the first convolution.
    pub border: Border,
}
