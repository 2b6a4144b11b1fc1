//! Recipes: how long is painted, how fast, and how the terms of the loss are balanced; our own, and those of well-known
//! programs, so that what they paint can be compared with what we do. Tables, and nothing else.

use crate::choices::{Method, ModelKind, Pooling, Recipe, Start, StyleLoss};
use crate::model::blocks::Border;
use crate::model::vgg19::CONTENT_TAP;
use crate::settings::Settings;
use std::collections::BTreeSet;

/// In what the terms of a loss are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Relative to what they are compared with, by the style loss that the settings say, or usually by this one.
    Relative(StyleLoss),
    /// As in the papers, of features as the weights file has them: the mean squared difference of contents, and of styles
    /// that of Gram matrices, times 1e3 / C^2.
    Gram,
    /// The same, of styles the Wasserstein distance, divided by C.
    Wasserstein,
}

/// What differs between the recipes, and between the models that one uses.
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
    /// In what the three weights are.
    pub units: Units,
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
    /// What of it is left at the end of the last scale.
    pub last_rate: f32,
    /// Decay of the average of the iterates, which is what people see.
    pub decay: f32,
    /// What the first convolution sees beyond the border.
    pub border: Border,
}

const EQUALLY: [f32; 5] = [1.0; 5];

/// What the student knows least of VGG19 is relu5_1: counting it as much as the others costs layout and brings no style.
/// Less variation leaves grain in flat areas, more washes strokes out; with less content houses vanish. A larger rate needs fewer
/// iterations; the style that these lack was not worth twice the time.
const STUDENT: Preset = Preset {
    smallest: 64,
    most_scales: 3,
    first_iterations: 75,
    later_iterations: 75,
    units: Units::Relative(StyleLoss::MeanCovariance),
    content: 0.33,
    content_taps: &[("relu4_2", 1.0)],
    style: 1.0,
    style_shares: [0.5, 1.0, 1.5, 1.5, 0.2],
    variation: 0.1,
    variation_is_sum: false,
    rate: 0.05,
    last_rate: 0.1,
    decay: 0.97,
    border: Border::Replicate,
};

const VGG19: Preset = Preset {
    smallest: 128,
    most_scales: 8,
    first_iterations: 80,
    later_iterations: 60,
    units: Units::Relative(StyleLoss::MeanCovariance),
    content: 0.45,
    content_taps: &[(CONTENT_TAP, 1.0)],
    style_shares: EQUALLY,
    decay: 0.9,
    ..STUDENT
};

/// Each of the five layers counts once.
const GATYS: Preset = Preset {
    most_scales: 1,
    first_iterations: 500,
    units: Units::Gram,
    content: 1.0,
    style: 5.0,
    variation: 0.0,
    border: Border::Zero,
    ..VGG19
};

/// Its Gram matrices are divided by C, which gives Gatys' layer weights, with 100 for his 1000. Its variation is half the sum
/// of squares of values up to 255, times 1e-3.
const NEURAL_STYLE: Preset = Preset {
    first_iterations: 1000,
    content: 5.0,
    style: 0.5,
    variation: 0.5e-3 * 255.0 * 255.0,
    variation_is_sum: true,
    ..GATYS
};

const STYLE_TRANSFER_PYTORCH: Preset = Preset {
    first_iterations: 1000,
    later_iterations: 500,
    units: Units::Wasserstein,
    content: 0.015,
    style_shares: [256.0, 64.0, 16.0, 4.0, 1.0],
    variation: 2.0,
    rate: 0.02,
    last_rate: 1.0,
    decay: 0.99,
    ..VGG19
};

impl Preset {
    /// The plan for these settings.
    pub fn of(settings: &Settings) -> &'static Preset {
        match (settings.recipe, settings.model) {
            (Recipe::Scumble, ModelKind::Student) => &STUDENT,
            (Recipe::Scumble, ModelKind::Vgg19) => &VGG19,
            (Recipe::Gatys, _) => &GATYS,
            (Recipe::NeuralStyle, _) => &NEURAL_STYLE,
            (Recipe::StyleTransferPytorch, _) => &STYLE_TRANSFER_PYTORCH,
        }
    }
}

impl Recipe {
    /// The settings that it was published with. Whoever changes one of them goes on with the rest of the recipe.
    pub fn settings(self) -> Settings {
        let published =
            Settings { recipe: self, model: ModelKind::Vgg19, pooling: Pooling::Max, ..Settings::default() };
        match self {
            Recipe::Scumble => Settings::default(),
            Recipe::Gatys => Settings { optimizer: Method::Lbfgs, ..published },
            Recipe::NeuralStyle => Settings { optimizer: Method::Lbfgs, start: Start::Noise, ..published },
            Recipe::StyleTransferPytorch => published,
        }
    }

    /// What recipes decide: the settings that not all of them were published with alike.
    pub fn decides() -> BTreeSet<&'static str> {
        let usual = Settings::default();
        let differing = Recipe::ALL
            .iter()
            .flat_map(|recipe| usual.differing(&recipe.settings()).map(|(key, _)| key).collect::<Vec<_>>());
        differing.filter(|key| *key != "recipe").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_leave_sizes_and_dials_alone() {
        assert_eq!(Recipe::decides().into_iter().collect::<Vec<_>>(), ["model", "optimizer", "pooling", "start"]);
    }
}
