//! Recipes of well-known programs: their numbers are of the features that the weights file itself gives.

use super::{layers, paint, street_and_swirl};
use scumble::Error;
use scumble::choices::{ModelKind, Recipe};
use scumble::model::seeded;
use scumble::model::vgg19::CONVOLUTIONS;
use scumble::painter::{Losses, Sources};
use scumble::settings::Settings;
use scumble::weights::{ModelWeights, Origin, normalise};
use std::rc::Rc;

/// VGG19's first three layers with seeded weights, whose activations grow from layer to layer.
fn growing_vgg19() -> ModelWeights {
    let mut convolutions = seeded::filters(&CONVOLUTIONS[..3]);
    convolutions.iter_mut().flat_map(|filter| &mut filter.weight).for_each(|weight| *weight *= 3.0);
    let (origin, growth) = (Origin::Caffe, vec![1.0; convolutions.len()]);
    let (preprocessing, source) = (origin.preprocessing(), origin.source("random numbers".into()));
    ModelWeights { convolutions, preprocessing, growth, source }
}

fn small(recipe: Recipe) -> Settings {
    let (size, iterations) = (32, Some(6));
    Settings { size, iterations, content_layers: layers(&[("relu2_1", 1.0)]), ..recipe.settings() }
}

#[test]
fn recipes_mean_the_files_own_features() {
    let own = growing_vgg19();
    let mut normalised = own.clone();
    let growth = normalise(&mut normalised);
    assert!(growth.iter().all(|growth| !(0.5..2.0).contains(growth)), "it would change little: {growth:?}");
    let losses = |weights: &ModelWeights, recipe: Recipe| -> Vec<Losses> {
        let sources = Sources { weights: [(ModelKind::Vgg19, Rc::new(weights.clone()))].into(), ..street_and_swirl() };
        paint(&sources, &small(recipe)).unwrap().1
    };
    for recipe in [Recipe::Gatys, Recipe::NeuralStyle, Recipe::StyleTransferPytorch] {
        let (own, normalised) = (losses(&own, recipe), losses(&normalised, recipe));
        assert!(own[5].total < own[0].total, "{recipe:?} paints: {own:?}");
        for (own, normalised) in own.iter().zip(&normalised) {
            for (a, b) in [(own.content, normalised.content), (own.style, normalised.style), (own.tv, normalised.tv)] {
                assert!((a - b).abs() <= 5e-3 * own.total, "{recipe:?}: {own:?} became {normalised:?}");
            }
        }
    }
}

#[test]
fn a_published_recipe_needs_the_network_of_its_paper() {
    let settings = Settings { model: ModelKind::Student, ..Recipe::Gatys.settings() };
    assert!(matches!(paint(&street_and_swirl(), &settings), Err(Error::Setting { name: "model", .. })));
}

#[test]
fn a_recipe_is_told_by_the_settings() {
    for &recipe in Recipe::ALL {
        let settings = recipe.settings();
        settings.check().unwrap();
        assert_eq!(settings.recipe, recipe);
        let again = Settings::from_json(&serde_json::to_string(&settings).unwrap()).unwrap();
        assert_eq!(again, settings);
    }
}
