//! This turns a choice of model into a network and the terms of its loss.

use super::scene::Scene;
use crate::choices::{ModelKind, Precision, StyleLoss};
use crate::gpu::{DType, Gpu};
use crate::model::{Layer, Op, Table, student, vgg19};
use crate::network::Network;
use crate::objective::{Measure, SMALLEST_MASS, Term};
use crate::recipe::{Preset, Units};
use crate::schedule::balance;
use crate::settings::Settings;
use crate::tuning;
use crate::weights::ModelWeights;
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How a run looks at pictures.
pub struct FeatureModel {
    network: Rc<Network>,
    /// How much larger each convolution's activations are than the file's.
    growth: Vec<f32>,
}

impl FeatureModel {
    /// The model that the settings name, with these weights; VGG19 as deep as the losses look and the file reaches.
    ///
    /// # Errors
    /// Where a layer has no such name or the file does not reach it, and where the device cannot hold the weights, or store
    /// as the settings say.
    pub async fn new(gpu: &Gpu, weights: &ModelWeights, settings: &Settings) -> Result<FeatureModel> {
        let table = table(weights, settings);
        check_layers(&table, settings)?;
        let taps: Vec<_> = (1..table.layers().len()).collect();
        let network = Network::new(gpu, table, &weights.convolutions, &taps)?;
        let network = network.stored_as(dtype(gpu, settings)?);
        tuning::tune(gpu).await?;
        Ok(FeatureModel { network: Rc::new(network), growth: weights.growth.clone() })
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Whether its network has all layers that the settings name.
    pub fn reaches(&self, settings: &Settings) -> bool {
        check_layers(self.network.table(), settings).is_ok()
    }

    /// The terms of the loss for these pictures.
    pub fn terms(&self, settings: &Settings, scene: &Scene) -> Vec<Term> {
        let (preset, balance) = (Preset::of(settings), balance(settings));
        let table = self.network.table();
        let usual_style: Vec<_> = vgg19::STYLE_TAPS.into_iter().zip(preset.style_shares).collect();
        let shapes: Vec<_> = scene.pictures().map(|picture| self.network.shapes(picture.shape())).collect();
        // Deep layers of tiny pictures are left out.
        let large_enough = |layer: usize| shapes.iter().all(|shapes| shapes[layer].pixels() as f32 >= SMALLEST_MASS);
        let shared = |usual: &[(&str, f32)], named: &BTreeMap<String, f32>| {
            let mut own = shares(table, usual, named);
            own.retain(|(layer, share)| *share > 0.0 && large_enough(*layer));
            let sum: f32 = own.iter().map(|(_, share)| share).sum();
            own.iter_mut().for_each(|(_, share)| *share /= sum);
            own
        };
        let style = shared(&usual_style, &settings.style_layers).into_iter();
        let mut terms: Vec<_> = style
            .map(|(layer, share)| {
                let measure = style_measure(preset.units, settings.style_loss);
                Term { layer, measure, weight: balance.style * share * self.unit(table, layer, measure) }
            })
            .collect();
        if !settings.texture {
            let content = shared(preset.content_taps, &settings.content_layers).into_iter();
            terms.extend(content.map(|(layer, share)| {
                let measure = content_measure(preset.units);
                Term { layer, measure, weight: balance.content * share * self.unit(table, layer, measure) }
            }));
        }
        let values = 3 * scene.photo.shape().pixels();
        let count = if preset.variation_is_sum { values as f32 } else { 1.0 };
        terms.push(Term { layer: 0, measure: Measure::Variation, weight: balance.variation * count });
        terms
    }

    /// What turns a measure of a layer's features as they are here into one of features as the weights file has them.
    fn unit(&self, table: &Table, layer: usize, measure: Measure) -> f32 {
        let growth = match table.layers()[layer].op {
            Op::Convolution { filters, .. } => self.growth[filters],
            _ => 1.0,
        };
        match measure {
            Measure::Content | Measure::Wasserstein => growth.powi(-2),
            Measure::Gram => growth.powi(-4),
            _ => 1.0,
        }
    }
}

fn style_measure(units: Units, loss: StyleLoss) -> Measure {
    let loss = match (units, loss) {
        (Units::Relative(usual), StyleLoss::Usual) => usual,
        _ => loss,
    };
    match (units, loss) {
        (Units::Gram, _) => Measure::Gram,
        (Units::Wasserstein, _) => Measure::Wasserstein,
        (Units::Relative(_), StyleLoss::MeanCovariance | StyleLoss::Usual) => Measure::MeanCovariance,
        (Units::Relative(_), StyleLoss::Gram) => Measure::RelativeGram,
        (Units::Relative(_), StyleLoss::Wasserstein) => Measure::RelativeWasserstein,
    }
}

fn content_measure(units: Units) -> Measure {
    match units {
        Units::Relative(_) => Measure::RelativeContent,
        Units::Gram | Units::Wasserstein => Measure::Content,
    }
}

/// The usual layers with their shares; or else the named ones, each with so many times its usual share. What is not usual
/// has the usual ones' mean.
fn shares(table: &Table, usual: &[(&str, f32)], named: &BTreeMap<String, f32>) -> Vec<(usize, f32)> {
    let found = |(name, share): (&str, f32)| Some((table.find(name)?, share));
    if named.is_empty() {
        return usual.iter().copied().filter_map(found).collect();
    }
    let mean = usual.iter().map(|(_, share)| share).sum::<f32>() / usual.len() as f32;
    let own = |name: &str| usual.iter().find(|(other, _)| *other == name).map_or(mean, |(_, share)| *share);
    named.iter().filter_map(|(name, times)| found((name, times * own(name)))).collect()
}

/// The table for these weights.
fn table(weights: &ModelWeights, settings: &Settings) -> Table {
    let (preprocessing, border) = (&weights.preprocessing, Preset::of(settings).border);
    if settings.model == ModelKind::Student {
        return student::table(preprocessing, border);
    }
    let preset = Preset::of(settings);
    let style: Vec<&str> = match settings.style_layers.is_empty() {
        true => vgg19::STYLE_TAPS.to_vec(),
        false => settings.style_layers.keys().map(String::as_str).collect(),
    };
    let content: Vec<&str> = match settings.content_layers.is_empty() {
        true => preset.content_taps.iter().map(|(tap, _)| *tap).collect(),
        false => settings.content_layers.keys().map(String::as_str).collect(),
    };
    let deepest = style.into_iter().chain(content).filter_map(vgg19::depth_of).max().unwrap_or(1);
    vgg19::table(deepest.min(weights.convolutions.len()), preprocessing, settings.pooling, border)
}

/// Whether the table has all layers that the settings name.
fn check_layers(table: &Table, settings: &Settings) -> Result<()> {
    let is_features = |layer: &&Layer| matches!(layer.op, Op::Convolution { .. });
    let known: Vec<&str> = table.layers().iter().filter(is_features).map(|layer| layer.name.as_str()).collect();
    for (setting, named) in [("style-layers", &settings.style_layers), ("content-layers", &settings.content_layers)] {
        if let Some(unknown) = named.keys().find(|name| !known.contains(&name.as_str())) {
            let expected = format!("layers of this model: {}", known.join(", "));
            return Err(Error::Setting { name: setting, found: unknown.clone(), expected });
        }
    }
    Ok(())
}

/// How the settings want features stored, if the device can.
fn dtype(gpu: &Gpu, settings: &Settings) -> Result<DType> {
    match settings.precision {
        Precision::Full => Ok(DType::F32),
        Precision::Half if gpu.has_half() => Ok(DType::F16),
        Precision::Half => Err(Error::Setting {
            name: "precision",
            found: "half".into(),
            expected: "full on this graphics adapter, which has no 16-bit numbers".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Preprocessing;
    use crate::model::blocks::Border;

    #[test]
    fn layers_that_are_named_once_each_share_as_usual() {
        let table = student::table(&Preprocessing::STUDENT, Border::Replicate);
        let usual = [("relu1_1", 0.5), ("relu5_1", 0.25)];
        let named = |times: &[(&str, f32)]| {
            shares(&table, &usual, &times.iter().map(|(name, times)| ((*name).to_owned(), *times)).collect())
        };
        let layer = |name: &str| table.find(name).unwrap();
        let both = [(layer("relu1_1"), 0.5), (layer("relu5_1"), 0.25)];
        assert_eq!(named(&[]), both);
        assert_eq!(named(&[("relu1_1", 1.0), ("relu5_1", 1.0)]), both);
        assert_eq!(named(&[("relu3_1", 2.0), ("relu5_1", 0.0)]), [(layer("relu3_1"), 0.75), (layer("relu5_1"), 0.0)]);
    }
}
