//! The terms of a loss: what is compared, where, and how much it counts.

use super::moments::Centering;
use crate::gpu::Phase;

/// Which of the three curves a term belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Keeps the photo.
    Content,
    /// Brings the painting.
    Style,
    /// Keeps the picture smooth.
    Variation,
}

/// What a term compares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// Squared difference to the photo's features, divided by their own square.
    RelativeContent,
    /// Mean squared difference to the photo's features (Gatys, Ecker, Bethge 2016).
    Content,
    /// Mean and centred covariance against the painting's, each relative to its own squared norm.
    MeanCovariance,
    /// Gram matrix against the painting's (Gatys, Ecker, Bethge 2016), with their layer weight 1e3 / C^2.
    Gram,
    /// Gram matrix against the painting's, relative to its squared norm: free of the features' scale.
    RelativeGram,
    /// The squared Wasserstein distance of normal distributions with these means and covariances, divided by C.
    Wasserstein,
    /// Four times the same, relative to the painting's second moment instead: about what mean and covariance give.
    RelativeWasserstein,
    /// Total variation of the pixels.
    Variation,
}

impl Measure {
    /// The curve it belongs to.
    pub fn family(&self) -> Family {
        match self {
            Measure::Content | Measure::RelativeContent => Family::Content,
            Measure::Variation => Family::Variation,
            Measure::MeanCovariance
            | Measure::Gram
            | Measure::RelativeGram
            | Measure::Wasserstein
            | Measure::RelativeWasserstein => Family::Style,
        }
    }

    /// Which moment a style is compared by.
    pub(super) fn centering(self) -> Centering {
        match self {
            Measure::Gram | Measure::RelativeGram => Centering::None,
            Measure::RelativeContent
            | Measure::Content
            | Measure::MeanCovariance
            | Measure::Wasserstein
            | Measure::RelativeWasserstein
            | Measure::Variation => Centering::Mean,
        }
    }
}

/// One summand of the loss: a measure at a layer, with a weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The tapped layer of the table.
    pub layer: usize,
    /// What is compared there.
    pub measure: Measure,
    /// How much it counts.
    pub weight: f32,
}

impl Family {
    /// All of them.
    pub const ALL: [Family; 3] = [Family::Content, Family::Style, Family::Variation];

    /// Under which name its kernels are timed.
    pub(super) fn phase(self) -> Phase {
        match self {
            Family::Content => Phase::Content,
            Family::Style => Phase::Style,
            Family::Variation => Phase::Variation,
        }
    }
}
