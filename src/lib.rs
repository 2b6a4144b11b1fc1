//! Scumble: neural style transfer in hand-written WGSL, in a browser tab or from the terminal.
pub mod error;
pub mod image;
pub mod model;
pub mod weights;
pub use error::{Error, Result};
