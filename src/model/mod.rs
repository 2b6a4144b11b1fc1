//! The feature models, as data.
pub mod vgg19;
