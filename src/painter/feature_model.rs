//! This turns a choice of model into a network and the terms of its loss.

use crate::choices::{Precision, StyleLoss};
use crate::gpu::{DType, Gpu, Shape};
use crate::model::{Layer, Model, Op, Preset, Table, Units, Wanted};
use crate::network::{Network, is_card};
use crate::objective::losses::{self, Content, Variation};
use crate::objective::{Loss, SMALLEST_MASS, Term};
use crate::schedule::balance;
use crate::settings::Settings;
use crate::tuning;
use crate::weights::ModelWeights;
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How a run looks at pictures.
pub struct FeatureModel {
    model: &'static Model,
    network: Rc<Network>,
    /// How much larger each convolution's activations are than the file's.
    growth: Vec<f32>,
}

impl FeatureModel {
    /// The model that the settings name, with these weights.
    ///
    /// # Errors
    /// Where a layer has no such name or the file does not reach it, and where the device cannot hold the weights, or store
    /// as the settings say.
    pub async fn new(gpu: &Gpu, weights: &ModelWeights, settings: &Settings) -> Result<FeatureModel> {
        let model = Model::of(settings.model);
        let table = table(model, weights, settings);
        check_layers(&table, settings)?;
        let taps: Vec<_> = (1..table.layers().len()).collect();
        let network = Network::new(gpu, table, &weights.convolutions, &taps)?;
        tuning::tune(gpu).await?;
        let network = network.stored_as(dtype(gpu, settings.precision)?);
        Ok(FeatureModel { model, network: Rc::new(network), growth: weights.growth.clone() })
    }

    /// The network.
    pub fn network(&self) -> &Rc<Network> {
        &self.network
    }

    /// Whether its network has all layers that the settings name.
    pub fn reaches(&self, settings: &Settings) -> bool {
        check_layers(self.network.table(), settings).is_ok()
    }

    /// The terms of the loss for a photo and paintings of these shapes.
    pub fn terms(&self, settings: &Settings, photo: Shape, paintings: impl IntoIterator<Item = Shape>) -> Vec<Term> {
        let (preset, balance) = (Preset::of(settings), balance(settings));
        let table = self.network.table();
        let usual_style: Vec<_> = self.model.style_taps.into_iter().zip(preset.style_shares).collect();
        let pictures = std::iter::once(photo).chain(paintings);
        let shapes: Vec<_> = pictures.map(|picture| self.network.shapes(picture)).collect();
        // Deep layers of tiny pictures are left out.
        let large_enough = |layer: usize| shapes.iter().all(|shapes| shapes[layer].pixels() as f32 >= SMALLEST_MASS);
        let mut terms = Vec::new();
        let mut share = |loss: Rc<dyn Loss>, weight: f32, usual: &[(&str, f32)], named: &BTreeMap<String, f32>| {
            let mut own = shares(table, usual, named);
            own.retain(|(layer, share)| *share > 0.0 && large_enough(*layer));
            let sum: f32 = own.iter().map(|(_, share)| share).sum();
            terms.extend(own.into_iter().map(|(layer, share)| {
                let weight = weight * (share / sum) * loss.unit(self.growth(layer));
                Term { layer, loss: loss.clone(), weight }
            }));
        };
        share(style_loss(preset, settings), balance.style, &usual_style, &settings.style_layers);
        if !settings.texture {
            let content = Rc::new(Content(preset.units));
            share(content, balance.content, preset.content_taps, &settings.content_layers);
        }
        let values = 3.0 * photo.pixels() as f32;
        let count = if preset.variation_is_sum { values } else { 1.0 };
        terms.push(Term::new(0, Variation, balance.variation * count));
        terms
    }

    /// How much larger a layer's features are here than the weights file has them.
    fn growth(&self, layer: usize) -> f32 {
        match self.network.table().layers()[layer].op {
            Op::Convolution { filters, .. } => self.growth[filters],
            Op::Pixels | Op::Colour { .. } | Op::Pad(_) | Op::Pool(_) => 1.0,
        }
    }
}

/// The style loss that the settings name; in absolute units the recipe's own.
fn style_loss(preset: &Preset, settings: &Settings) -> Rc<dyn Loss> {
    let name = match (preset.units, settings.style_loss) {
        (Units::Absolute, _) | (Units::Relative, StyleLoss::Usual) => preset.style_loss,
        (Units::Relative, named) => named,
    };
    losses::style(name, preset.units)
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

/// The table for these weights, as far as the losses look.
fn table(model: &Model, weights: &ModelWeights, settings: &Settings) -> Table {
    let preset = Preset::of(settings);
    let style = settings.style_layers.keys().map(String::as_str);
    let content = settings.content_layers.keys().map(String::as_str);
    let mut taps: Vec<&str> = style.chain(content).collect();
    if settings.style_layers.is_empty() {
        taps.extend(model.style_taps);
    }
    if settings.content_layers.is_empty() {
        taps.extend(preset.content_taps.iter().map(|(tap, _)| *tap));
    }
    (model.table)(&Wanted {
        taps: &taps,
        convolutions: weights.convolutions.len(),
        preprocessing: &weights.preprocessing,
        pooling: settings.pooling,
        border: preset.border,
    })
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

/// How features are stored, if the device can. What it is was found out before.
fn dtype(gpu: &Gpu, precision: Precision) -> Result<DType> {
    match precision {
        Precision::Usual if is_card(gpu) && gpu.has_half() => Ok(DType::F16),
        Precision::Usual | Precision::Full => Ok(DType::F32),
        Precision::Half if gpu.has_half() => Ok(DType::F16),
        Precision::Half => Err(Error::Setting {
            name: "precision",
            found: "half".into(),
            expected: "full or usual on this graphics adapter, which has no 16-bit numbers".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::blocks::Border;
    use crate::model::{Preprocessing, student};

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
