//! This turns dispatches into parts of a step that people know by name, for measuring.

/// The purpose of a part of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Features from the features below.
    Forward,
    /// A loss of features against the photo's, and its gradient.
    Content,
    /// A loss of statistics against the painting's, and its gradient.
    Style,
    /// The loss of roughness, and its gradient.
    Variation,
    /// The gradient of the features below from the gradient of features.
    Backward,
    /// The next picture from the gradient of the pixels.
    Optimizer,
}

/// A phase at one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Its kind of work.
    pub phase: Phase,
    /// The layer's index in the network's table; 0 is the pixels.
    pub layer: usize,
}
