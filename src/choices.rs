//! The choices that a person has: each is a word in saved files and in the terminal, and a label on the page.

use serde::{Deserialize, Serialize};

/// A setting that is one of a few words.
pub trait Choice: Serialize + Sized + 'static {
    /// All of them, each with its label in English.
    #[cfg(not(target_arch = "wasm32"))]
    const LABELS: &'static [(Self, &'static str)];
}

/// Declares enums whose variants have labels: `Variant = "label"`. Files and the terminal call a variant by its name, in kebab
/// case. The labels stay out of the wasm: the page's form is written from them beforehand (`settings/control.rs`).
macro_rules! choices {
    ($($(#[$about:meta])* $name:ident { $($(#[$meta:meta])* $variant:ident = $label:literal,)+ })+) => { $(
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$meta])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
        }

        impl Choice for $name {
            #[cfg(not(target_arch = "wasm32"))]
            const LABELS: &'static [(Self, &'static str)] = &[$(($name::$variant, $label)),+];
        }
    )+ };
}

choices! {
    /// The way of painting.
    Recipe {
        /// Ours.
        #[default]
        Scumble = "Scumble’s own",
        /// Gatys, Ecker & Bethge 2015/2016, as in Gatys' own notebook: Gram matrices, L-BFGS from the photo, one size.
        Gatys = "Gatys et al., 2016",
        /// jcjohnson/neural-style: the same balanced otherwise, from noise, with total variation.
        NeuralStyle = "neural-style, 2015",
        /// crowsonkb/style-transfer-pytorch: Wasserstein distances, Adam, growing sizes, much patience.
        StyleTransferPytorch = "style-transfer-pytorch",
    }

    /// Which feature model sees the pictures.
    #[derive(PartialOrd, Ord)]
    ModelKind {
        /// The built-in one: a small student of VGG19. Files of before it was there say "filter-bank".
        #[default]
        #[serde(alias = "filter-bank")]
        Student = "Built-in",
        /// VGG19, from a weights file.
        Vgg19 = "VGG19",
    }

    /// The first canvas.
    Start {
        /// The photo.
        #[default]
        Photo = "the photo",
        /// Noise with the mean and variance of the painting's colours.
        StyleStatistics = "noise in the painting’s colours",
        /// Grey noise.
        Noise = "noise",
        /// Plain grey.
        Grey = "grey",
        /// A picture of one's own.
        Picture = "a picture of mine",
    }

    /// The colours of the result.
    Colours {
        /// The painting's.
        #[default]
        Painting = "the painting",
        /// The photo's: the result gives the brightness, the photo the colour.
        Photo = "the photo",
        /// The photo's palette: the painting is first given the mean and covariance of the photo's colours.
        Matched = "the photo’s palette",
        /// The photo's palette: the painting is first given the photo's histograms.
        Histogram = "the photo’s tones",
    }

    /// By which statistics a style is compared.
    StyleLoss {
        /// By what suits the model and the recipe.
        #[default]
        Usual = "model default",
        /// Mean and covariance.
        MeanCovariance = "covariance",
        /// The Gram matrix, which mixes the two (Gatys, Ecker, Bethge 2016).
        Gram = "Gram matrix",
        /// Mean and covariance, as the Wasserstein distance of normal distributions: what it would take to carry the one to the
        /// other.
        Wasserstein = "Wasserstein",
    }

    /// How the engine stores features and their gradients; it computes in 32 bits either way.
    Precision {
        /// In 16 on graphics cards that have such numbers, in 32 elsewhere.
        #[default]
        Usual = "as suits the adapter",
        /// In 32 bits.
        Full = "32 bits",
        /// In 16: about half of the memory, on graphics adapters that have such numbers.
        Half = "16 bits",
    }

    /// Which method takes the steps.
    Method {
        /// Adam (Kingma & Ba 2015): steady, small steps.
        #[default]
        Adam = "Adam",
        /// Limited-memory BFGS (Nocedal 1980): fewer, bolder steps.
        Lbfgs = "L-BFGS",
    }

    /// How a pool reduces a window of 2x2 to one value.
    Pooling {
        /// The mean: smoother gradients and pictures (Gatys, Ecker, Bethge 2016).
        #[default]
        Average = "average",
        /// The largest: how VGG was trained.
        Max = "max",
        /// The root of the mean square: between the two (Lp pooling; Sermanet, Chintala, LeCun 2012).
        L2 = "L2",
    }
}
