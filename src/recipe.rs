//! Recipes: our own, which each model has its preset for, and those of well-known programs, so that what they paint can be compared
//! with what we do. Tables, and nothing else.

use crate::choices::{Method, ModelKind, Pooling, Recipe, Start, StyleLoss};
use crate::model::blocks::Border;
use crate::model::{Model, Preset, Units, vgg19};
use crate::settings::Settings;
use std::collections::BTreeSet;

/// Each of the five layers counts once.
const GATYS: Preset = Preset {
    most_scales: 1,
    first_iterations: 500,
    units: Units::Absolute,
    style_loss: StyleLoss::Gram,
    content: 1.0,
    style: 5.0,
    variation: 0.0,
    border: Border::Zero,
    ..vgg19::PRESET
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
    units: Units::Absolute,
    style_loss: StyleLoss::Wasserstein,
    content: 0.015,
    style_shares: [256.0, 64.0, 16.0, 4.0, 1.0],
    variation: 2.0,
    rate: 0.02,
    last_rate: 1.0,
    decay: 0.99,
    ..vgg19::PRESET
};

impl Preset {
    /// The one for these settings.
    pub fn of(settings: &Settings) -> &'static Preset {
        match settings.recipe {
            Recipe::Scumble => &Model::of(settings.model).preset,
            Recipe::Gatys => &GATYS,
            Recipe::NeuralStyle => &NEURAL_STYLE,
            Recipe::StyleTransferPytorch => &STYLE_TRANSFER_PYTORCH,
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

    /// The settings that recipes decide: those that differ between their published settings.
    pub fn decides() -> BTreeSet<&'static str> {
        let usual = Settings::default();
        let mut decided = BTreeSet::new();
        for recipe in Recipe::ALL {
            decided.extend(usual.differing(&recipe.settings()).map(|(key, _)| key));
        }
        decided.remove("recipe");
        decided
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
