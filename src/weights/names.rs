//! Turns a file's tensors into the convolutions of the table, by the names that torchvision, timm and others use.

use super::refusal::{ANOTHER_FILE, unusable};
use super::tensors::{Tensor, Tensors};
use crate::error::{Error, Result};
use crate::model::ConvWeights;
use crate::model::Convolution;
use crate::model::vgg19::CONVOLUTIONS;

/// The prefixes that training wrappers put before every name.
const PREFIXES: [&str; 3] = ["module.", "model.", "vgg."];

/// The two tensors of a convolution.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Weight,
    Bias,
}

/// A name without its prefixes, split at the last dot.
fn split(mut name: &str) -> Option<(&str, Part)> {
    while let Some(rest) = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)) {
        name = rest;
    }
    match name.rsplit_once('.')? {
        (layer, "weight") => Some((layer, Part::Weight)),
        (layer, "bias") => Some((layer, Part::Bias)),
        _ => None,
    }
}

/// Whether a name claims to be a layer of VGG19's convolutional part: `features.N.weight`, N at most 36, or `conv1_1.bias`,
/// also behind `module.` and the like.
pub(super) fn is_ours(name: &str) -> bool {
    split(name).is_some_and(|(layer, _)| {
        place(layer).is_some_and(|n| CONVOLUTIONS.iter().any(|convolution| Some(n) <= convolution.index))
            || CONVOLUTIONS.iter().any(|convolution| convolution.name == layer)
    })
}

/// N of `features.N`.
fn place(layer: &str) -> Option<usize> {
    layer.strip_prefix("features.")?.parse().ok()
}

/// The row of the table that a name means.
fn row(rows: &[Convolution], layer: &str) -> Option<usize> {
    let index = place(layer);
    rows.iter().position(|row| row.name == layer || (index.is_some() && index == row.index))
}

/// Sorts the tensors into the order of `rows` and checks every shape. A file may hold a prefix of them.
///
/// # Errors
/// [`Error::Weights`] naming the tensor, with what was expected and what was found.
pub(super) fn convolutions(tensors: Tensors, rows: &[Convolution]) -> Result<Vec<ConvWeights>> {
    let mut slots: Vec<[Option<(String, Tensor)>; 2]> = rows.iter().map(|_| [None, None]).collect();
    for (name, tensor) in tensors.found {
        let Some((layer, part)) = split(&name) else { continue };
        let Some(row) = row(rows, layer) else { return Err(another_network(&name)) };
        let slot = &mut slots[row][usize::from(part == Part::Bias)];
        if let Some((first, _)) = slot {
            return Err(unusable(format!("{first} and {name} are both {}", rows[row].name), ANOTHER_FILE));
        }
        *slot = Some((name, tensor));
    }
    let depth = slots.iter().rposition(|slot| slot.iter().any(Option::is_some)).map_or(0, |last| last + 1);
    if depth == 0 {
        return Err(nothing_known(&tensors.others));
    }
    slots.into_iter().take(depth).zip(rows).map(|([weight, bias], row)| convolution(row, weight, bias)).collect()
}

fn convolution(
    row: &Convolution,
    weight: Option<(String, Tensor)>,
    bias: Option<(String, Tensor)>,
) -> Result<ConvWeights> {
    let Convolution { name, in_channels, out_channels, kernel, .. } = *row;
    Ok(ConvWeights {
        name: name.to_owned(),
        out_channels,
        in_channels,
        kernel,
        weight: values(row, "weight", weight, &[out_channels, in_channels, kernel, kernel])?,
        bias: values(row, "bias", bias, &[out_channels])?,
    })
}

fn values(row: &Convolution, part: &str, tensor: Option<(String, Tensor)>, expected: &[usize]) -> Result<Vec<f32>> {
    let Some((name, tensor)) = tensor else {
        let name = row.index.map_or(row.name.to_owned(), |index| format!("features.{index}"));
        let problem = format!("the tensor {name}.{part} ({}) is missing", row.name);
        return Err(unusable(problem, ANOTHER_FILE));
    };
    if tensor.shape != expected {
        let network = if row.index.is_some() { "VGG19" } else { "the built-in model" };
        let problem = format!(
            "the tensor {name} ({}) has the shape {:?}, {network} has {expected:?} there",
            row.name, tensor.shape
        );
        return Err(unusable(problem, ANOTHER_FILE));
    }
    if let Some(at) = tensor.values.iter().position(|value| !value.is_finite()) {
        let problem = format!("the tensor {name} ({}) holds {} at position {at}", row.name, tensor.values[at]);
        return Err(unusable(problem, ANOTHER_FILE));
    }
    Ok(tensor.values)
}

fn another_network(name: &str) -> Error {
    let problem =
        format!("the tensor {name} is none of VGG19's, so this may be VGG16 or a variant with batch normalisation");
    unusable(problem, ANOTHER_FILE)
}

fn nothing_known(others: &[String]) -> Error {
    let found = match others {
        [] => "it holds no tensors at all".to_owned(),
        _ => format!("it has for instance {}", others[..others.len().min(3)].join(", ")),
    };
    let first = CONVOLUTIONS[0].name;
    unusable(format!("the file has no tensor named features.0.weight or {first}.weight; {found}"), ANOTHER_FILE)
}
