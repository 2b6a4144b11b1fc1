//! The description of a feature model.

use super::blocks::{Border, Convolution};
use super::{Preprocessing, Preset, Table};
use crate::choices::Pooling;

/// A feature model: all that the rest of the house knows of it.
#[derive(Debug)]
pub struct Model {
    /// All convolutions, from the pixels upwards.
    pub convolutions: &'static [Convolution],
    /// Its network.
    pub table: fn(&Wanted) -> Table,
    /// Its input normalisation, where no file gives one.
    pub preprocessing: Preprocessing,
    /// The layers whose statistics are the style, from fine to coarse.
    pub style_taps: [&'static str; 5],
    /// Its weights of the losses, and its schedule.
    pub preset: Preset,
    /// The error where its weights are missing.
    pub missing: Missing,
}

/// The demands on a network.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The layers that losses look at.
    pub taps: &'w [&'w str],
    /// How many of the model's convolutions have weights, counted from the pixels.
    pub convolutions: usize,
    /// The weights' input normalisation.
    pub preprocessing: &'w Preprocessing,
    /// The pooling, where the model leaves a choice.
    pub pooling: Pooling,
    /// The values beyond the picture's border, for the first convolution.
    pub border: Border,
}

/// Words for something missing.
#[derive(Debug, Clone, Copy)]
pub struct Missing {
    /// The missing thing.
    pub what: &'static str,
    /// A whole sentence.
    pub remedy: &'static str,
}
