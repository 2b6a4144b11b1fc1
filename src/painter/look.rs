//! This turns a choice of model into a network and the terms of its loss.

use super::fitting::{self, bank_taps};
use super::scene::Scene;
use crate::gpu::{Element, Gpu};
use crate::model::{Layer, Op, Table, filter_bank, vgg19};
use crate::network::Network;
use crate::objective::{Measure, SMALLEST_MASS, Term};
use crate::recipe::{Plan, Units};
use crate::schedule::balance;
use crate::settings::{Precision, Settings, StyleLoss};
use crate::tuning;
use crate::weights::Vgg19Weights;
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How a run looks at pictures.
pub enum Look {
    /// The embedded model: its filters are fitted to the two pictures at every scale.
    FilterBank {
        /// Where its filters come from, besides the pictures.
        seed: u32,
        /// How their features are stored.
        element: Element,
    },
    /// VGG19: uploaded once.
    Vgg19 {
        /// The network.
        network: Rc<Network>,
        /// How much larger each convolution's activations are than the file's.
        growth: Vec<f32>,
    },
}

impl Look {
    /// The embedded model for these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] where the device cannot store as they say.
    pub fn filter_bank(gpu: &Gpu, settings: &Settings) -> Result<Look> {
        let element = element(gpu, settings)?;
        check_layers(&filter_bank::table(true), settings)?;
        Ok(Look::FilterBank { seed: settings.seed, element })
    }

    /// VGG19 as deep as the style's layers need and the file reaches.
    ///
    /// # Errors
    /// Where a layer has no such name or the file does not reach it, and where the device cannot hold the weights, or store
    /// as the settings say.
    pub async fn vgg19(gpu: &Gpu, weights: Rc<Vgg19Weights>, settings: &Settings) -> Result<Look> {
        let usual = vgg19::STYLE_TAPS.into_iter().filter(|_| settings.style_layers.is_empty());
        let named = settings.style_layers.keys().chain(settings.content_layers.keys()).map(String::as_str);
        let wanted = named.chain(usual).filter_map(vgg19::depth_of).max().unwrap_or(1);
        let content = if settings.content_layers.is_empty() { vgg19::depth_of(vgg19::CONTENT_TAP) } else { None };
        let depth = wanted.max(content.unwrap_or(1)).min(weights.convolutions.len());
        let border = Plan::of(settings).border;
        let table = vgg19::table(depth, &weights.preprocessing, settings.pooling, border);
        check_layers(&table, settings)?;
        let taps: Vec<_> = (1..table.layers().len()).collect();
        let network = Network::new(gpu, table, &weights.convolutions, &taps)?;
        let network = network.stored_as(element(gpu, settings)?);
        tuning::tune(gpu).await?;
        Ok(Look::Vgg19 { network: Rc::new(network), growth: weights.growth.clone() })
    }

    /// The network for these pictures.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn network(&self, gpu: &Gpu, scene: &Scene) -> Result<Rc<Network>> {
        match self {
            Look::Vgg19 { network, .. } => Ok(network.clone()),
            Look::FilterBank { seed, element } => {
                Ok(Rc::new(fitting::network(gpu, *seed, scene).await?.stored_as(*element)))
            }
        }
    }

    /// Whether its network has all layers that the settings name.
    pub fn reaches(&self, settings: &Settings) -> bool {
        match self {
            Look::FilterBank { .. } => check_layers(&filter_bank::table(true), settings).is_ok(),
            Look::Vgg19 { network, .. } => check_layers(network.table(), settings).is_ok(),
        }
    }

    /// The terms of the loss on a network of this look, for these pictures.
    pub fn terms(&self, network: &Network, settings: &Settings, scene: &Scene) -> Vec<Term> {
        let (plan, balance) = (Plan::of(settings), balance(settings));
        let table = network.table();
        let (style, content): (Vec<_>, Vec<_>) = match self {
            Look::FilterBank { .. } => (bank_taps(table), luma_taps(table)),
            Look::Vgg19 { .. } => (vgg19_style_taps(table), table.find(vgg19::CONTENT_TAP).into_iter().collect()),
        };
        let style = style.into_iter().zip(plan.style_shares).collect();
        let content = content.into_iter().map(|layer| (layer, 1.0)).collect();
        let shapes: Vec<_> = scene.pictures().map(|picture| network.shapes(picture.shape())).collect();
        // Deep layers of tiny pictures are left out.
        let large_enough = |layer: usize| shapes.iter().all(|shapes| shapes[layer].pixels() as f32 >= SMALLEST_MASS);
        let shared = |usual: Vec<(usize, f32)>, named: &BTreeMap<String, f32>| {
            let mut own = shares(table, usual, named);
            own.retain(|(layer, share)| *share > 0.0 && large_enough(*layer));
            let sum: f32 = own.iter().map(|(_, share)| share).sum();
            own.iter_mut().for_each(|(_, share)| *share /= sum);
            own
        };
        let style = shared(style, &settings.style_layers).into_iter();
        let mut terms: Vec<_> = style
            .map(|(layer, share)| {
                let measure = style_measure(plan.units, settings.style_loss);
                Term { layer, measure, weight: balance.style * share * self.unit(table, layer, measure) }
            })
            .collect();
        if !settings.texture {
            let content = shared(content, &settings.content_layers).into_iter();
            terms.extend(content.map(|(layer, share)| {
                let measure = content_measure(plan.units, &table.layers()[layer]);
                Term { layer, measure, weight: balance.content * share * self.unit(table, layer, measure) }
            }));
        }
        let values = 3 * scene.photo.shape().pixels();
        let count = if plan.variation_is_sum { values as f32 } else { 1.0 };
        terms.push(Term { layer: 0, measure: Measure::Variation, weight: balance.variation * count });
        terms
    }

    /// What turns a measure of a layer's features as they are here into one of features as the weights file has them.
    fn unit(&self, table: &Table, layer: usize, measure: Measure) -> f32 {
        let growth = match (self, &table.layers()[layer].op) {
            (Look::Vgg19 { growth, .. }, Op::Convolution { filters, .. }) => growth[*filters],
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

fn content_measure(units: Units, layer: &Layer) -> Measure {
    // Brightness has a single channel, whose variance says how much there is to keep.
    match units {
        _ if layer.channels == 1 => Measure::StandardisedContent,
        Units::Relative(_) => Measure::RelativeContent,
        Units::Gram | Units::Wasserstein => Measure::Content,
    }
}

/// The named layers with their shares, or else the usual ones.
fn shares(table: &Table, usual: Vec<(usize, f32)>, named: &BTreeMap<String, f32>) -> Vec<(usize, f32)> {
    if named.is_empty() {
        return usual;
    }
    named.iter().filter_map(|(name, share)| Some((table.find(name)?, *share))).collect()
}

/// Whether the table has all layers that the settings name. Styles need many channels: brightness is none.
fn check_layers(table: &Table, settings: &Settings) -> Result<()> {
    let is_features = |layer: &Layer| matches!(layer.op, Op::Convolution { .. });
    let is_brightness = |layer: &Layer| matches!(layer.op, Op::Colour { .. }) && layer.channels == 1;
    let names = |wanted: &dyn Fn(&Layer) -> bool| -> Vec<&str> {
        table.layers().iter().filter(|layer| wanted(layer)).map(|layer| layer.name.as_str()).collect()
    };
    for (setting, named, known) in [
        ("style-layers", &settings.style_layers, names(&is_features)),
        ("content-layers", &settings.content_layers, names(&|layer| is_features(layer) || is_brightness(layer))),
    ] {
        if let Some(unknown) = named.keys().find(|name| !known.contains(&name.as_str())) {
            let expected = format!("layers of this model: {}", known.join(", "));
            return Err(Error::Setting { name: setting, found: unknown.clone(), expected });
        }
    }
    Ok(())
}

/// How the settings want features stored, if the device can.
fn element(gpu: &Gpu, settings: &Settings) -> Result<Element> {
    match settings.precision {
        Precision::Full => Ok(Element::Single),
        Precision::Half if gpu.has_half() => Ok(Element::Half),
        Precision::Half => Err(Error::Setting {
            name: "precision",
            found: "half".into(),
            expected: "full on this graphics adapter, which has no 16-bit numbers".into(),
        }),
    }
}

fn luma_taps(table: &Table) -> Vec<usize> {
    filter_bank::CONTENT_LEVELS.iter().filter_map(|&level| table.find(&filter_bank::content_tap(level))).collect()
}

fn vgg19_style_taps(table: &Table) -> Vec<usize> {
    vgg19::STYLE_TAPS.iter().filter_map(|tap| table.find(tap)).collect()
}
