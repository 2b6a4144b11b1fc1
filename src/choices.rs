//! What a person chooses between, as plain words: each choice has one name for the page, the terminal and saved files.

use serde::{Deserialize, Serialize};

/// Whose way of painting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipe {
    /// Ours.
    #[default]
    Scumble,
    /// Gatys, Ecker & Bethge 2015/2016, as in Gatys' own notebook: Gram matrices, L-BFGS from the photo, one size.
    Gatys,
    /// jcjohnson/neural-style: the same balanced otherwise, from noise, with total variation.
    NeuralStyle,
    /// crowsonkb/style-transfer-pytorch: Wasserstein distances, Adam, growing sizes, much patience.
    StyleTransferPytorch,
}

/// Which feature model sees the pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelKind {
    /// The built-in one: a small student of VGG19. Files of before it was there say "filter-bank".
    #[default]
    #[serde(alias = "filter-bank")]
    Student,
    /// VGG19, from a weights file.
    Vgg19,
}

/// What the painting starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// The photo.
    #[default]
    Photo,
    /// Noise with the mean and variance of the painting's colours.
    StyleStatistics,
    /// Grey noise.
    Noise,
    /// Plain grey.
    Grey,
    /// A picture of one's own.
    Picture,
}

/// Whose colours the result has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colours {
    /// The painting's.
    #[default]
    Painting,
    /// The photo's: the result gives the brightness, the photo the colour.
    Photo,
    /// The photo's palette: the painting is first given the mean and covariance of the photo's colours.
    Matched,
    /// The photo's palette: the painting is first given the photo's histograms.
    Histogram,
}

/// By which statistics a style is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StyleLoss {
    /// By what suits the model and the recipe.
    #[default]
    Usual,
    /// Mean and covariance.
    MeanCovariance,
    /// The Gram matrix, which mixes the two (Gatys, Ecker, Bethge 2016).
    Gram,
    /// Mean and covariance, as the Wasserstein distance of normal distributions: what it would take to carry the one to the
    /// other.
    Wasserstein,
}

/// How the engine stores features and their gradients; it computes in 32 bits either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// In 32 bits.
    #[default]
    Full,
    /// In 16: about half of the memory, on graphics adapters that have such numbers.
    Half,
}

/// Which method takes the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Adam (Kingma & Ba 2015): steady, small steps.
    #[default]
    Adam,
    /// Limited-memory BFGS (Nocedal 1980): fewer, bolder steps.
    Lbfgs,
}

/// What stands for a window of 2x2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The mean: smoother gradients and pictures (Gatys, Ecker, Bethge 2016).
    #[default]
    Average,
    /// The largest: how VGG was trained.
    Max,
    /// The root of the mean square: between the two (Lp pooling; Sermanet, Chintala, LeCun 2012).
    L2,
}
