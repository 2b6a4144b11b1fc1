//! What a feature model is.

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
    /// What it wants at its input, where no file says so.
    pub preprocessing: Preprocessing,
    /// The layers whose statistics are the style, from fine to coarse.
    pub style_taps: [&'static str; 5],
    /// What it is painted with.
    pub preset: Preset,
    /// What is said where its weights are not there.
    pub missing: Missing,
}

/// What a network is made for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// The layers that losses look at.
    pub taps: &'w [&'w str],
    /// How many of the model's convolutions have weights, counted from the pixels.
    pub convolutions: usize,
    /// What the weights want at their input.
    pub preprocessing: &'w Preprocessing,
    /// The pooling, where the model leaves a choice.
    pub pooling: Pooling,
    /// What the first convolution sees beyond the border.
    pub border: Border,
}

/// Words for what is not there, and what to do.
#[derive(Debug, Clone, Copy)]
pub struct Missing {
    /// What is missing.
    pub what: &'static str,
    /// A whole sentence.
    pub remedy: &'static str,
}
