//! This turns a trained network into a file that people keep and share, and back; and such a style into pictures at once.

mod file;
mod instant;

pub use file::{About, Style};
pub use instant::{Instant, TRAINED};
