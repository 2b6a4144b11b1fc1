//! Tells the two VGG19 networks of the world apart, and what each wants at its input.

use super::refusal::unusable;
use crate::error::Result;
use crate::model::ConvWeights;
use crate::model::Preprocessing;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Which training run a VGG19 comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// torchvision's `VGG19_Weights.IMAGENET1K_V1`, also timm's `vgg19.tv_in1k`.
    Torchvision,
    /// The original of the Visual Geometry Group in Oxford, trained with Caffe.
    Caffe,
    /// Scumble's own student of the latter.
    Student,
}

/// Where weights come from, and what their licence asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Which network.
    pub origin: Origin,
    /// Its name for people.
    #[serde(rename = "source")]
    pub name: String,
    /// Whom to credit.
    pub attribution: String,
    /// SPDX identifier.
    pub licence: String,
    /// SHA-256 of the file that was read, 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl Origin {
    /// This network's input normalisation.
    pub fn preprocessing(self) -> Preprocessing {
        match self {
            Self::Torchvision => Preprocessing::TORCHVISION,
            Self::Caffe => Preprocessing::CAFFE,
            Self::Student => Preprocessing::STUDENT,
        }
    }

    /// The credit for a file of this origin with the given SHA-256.
    pub fn source(self, sha256: String) -> Source {
        let (name, attribution, licence) = match self {
            Self::Torchvision => (
                "torchvision VGG19 (IMAGENET1K_V1)",
                "Soumith Chintala and the torchvision contributors",
                "BSD-3-Clause",
            ),
            Self::Caffe => (
                "VGG19 of ILSVRC-2014, trained with Caffe",
                "Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford",
                "CC-BY-4.0",
            ),
            Self::Student => (
                "A student of VGG19",
                "Scumble; its teacher: Karen Simonyan and Andrew Zisserman, Visual Geometry Group, University of Oxford",
                "MIT OR Apache-2.0",
            ),
        };
        Source { origin: self, name: name.into(), attribution: attribution.into(), licence: licence.into(), sha256 }
    }

    /// The origin of a file that is known by its SHA-256. PyTorch puts the first eight digits into the file's name.
    pub(super) fn of_known_file(sha256: &str) -> Option<Self> {
        sha256.starts_with("dcbb9e9d").then_some(Self::Torchvision)
    }
}

/// The fingerprints of the published networks' first convolutions, measured on their weights.
const FINGERPRINTS: [(Origin, Fingerprint); 2] = [
    (Origin::Torchvision, Fingerprint { energy: [0.3263, 0.4336, 0.2401], bias: -0.1239, bias_size: 0.4183 }),
    (Origin::Caffe, Fingerprint { energy: [0.2662, 0.3908, 0.3430], bias: 0.5124, bias_size: 0.5130 }),
];

/// Five averages over the filters of conv1_1, each filter divided by its own L2 norm, so that no rescaling of a layer or
/// of single filters changes them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fingerprint {
    /// The share of the squared weights in each input channel; adds up to 1. Tells the order of the channels.
    pub energy: [f32; 3],
    /// Mean of bias / norm: nearly all Caffe biases are positive.
    pub bias: f32,
    /// Mean of |bias| / norm.
    pub bias_size: f32,
}

impl Fingerprint {
    /// The fingerprint of a first convolution; filters that are zero are left out.
    pub fn of(first: &ConvWeights) -> Self {
        let area = first.kernel * first.kernel;
        let (mut energy, mut bias, mut bias_size, mut filters) = ([0.0; 3], 0.0, 0.0, 0.0f64);
        for (filter, &b) in first.weight.chunks_exact(3 * area).zip(&first.bias) {
            let squares: [f64; 3] = std::array::from_fn(|channel| {
                filter[channel * area..][..area].iter().map(|&w| f64::from(w) * f64::from(w)).sum()
            });
            let total: f64 = squares.iter().sum();
            if total == 0.0 {
                continue;
            }
            for (sum, square) in energy.iter_mut().zip(squares) {
                *sum += square / total;
            }
            bias += f64::from(b) / total.sqrt();
            bias_size += f64::from(b).abs() / total.sqrt();
            filters += 1.0;
        }
        let mean = |sum: f64| (sum / filters.max(1.0)) as f32;
        Self { energy: energy.map(mean), bias: mean(bias), bias_size: mean(bias_size) }
    }

    /// The largest difference of any of the five numbers.
    fn distance(&self, other: &Self) -> f32 {
        let numbers = |f: &Self| [f.energy[0], f.energy[1], f.energy[2], f.bias, f.bias_size];
        numbers(self).iter().zip(numbers(other)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }
}

/// How far a fingerprint may be from a known one. Storing the published weights in 16 bits moves it by less than 1e-4;
/// the two networks are 0.64 apart, and swapping R and B moves it by 0.08.
const TOLERANCE: f32 = 0.01;

/// Tells from the first convolution which of the two networks a file holds.
///
/// The size of weights or biases does not tell: both networks have filters of about norm 1 and biases of about 0.4, though
/// their inputs differ by a factor of 60. So this compares a [`Fingerprint`] with the two known ones.
///
/// # Errors
/// [`Error::Weights`](crate::Error::Weights) when it is neither: a wrong guess would give wrong colours in silence.
pub fn recognise(first: &ConvWeights) -> Result<Origin> {
    let found = Fingerprint::of(first);
    FINGERPRINTS.iter().find(|(_, known)| known.distance(&found) < TOLERANCE).map(|(origin, _)| *origin).ok_or_else(
        || {
            unusable(
                "they are neither torchvision's VGG19 nor Oxford's, so the colours that they expect are not known",
                "Say which they follow: torchvision (RGB, mean and deviation) or caffe (BGR, 0 to 255 minus the mean).",
            )
        },
    )
}

/// The SHA-256 of `bytes`, 64 lower-case hexadecimal digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
