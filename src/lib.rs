//! Scumble: neural style transfer in hand-written WGSL, in a browser tab or from the terminal.
//!
//! Data flows one way, and so do the modules, each of which turns what stands before it into something new:
//!
//! - [`error`]: whatever goes wrong, as a sentence for a person
//! - [`choices`]: what a person chooses between
//! - [`random`], [`image`], [`tiles`], [`settings`], [`recipe`], [`schedule`]: numbers from seeds, pixels from files, tiles of pixels,
//!   plans from choices
//! - [`model`], [`weights`]: networks as tables, and the files that fill them
//! - [`gpu`], [`kernels`]: the device, and one file per operation on it
//! - [`network`], [`stylizer`]: features and their gradients; pictures in one pass, and the gradients of parameters
//! - [`judge`], [`objective`], [`optimizer`], [`scaling`]: scores, losses and gradients, steps, sizes
//! - [`painter`]: a run from two pictures to a painting
//! - [`training`], [`style`]: from paintings and photos to a stylizer's parameters, and these as a file
//! - `web` and the binary: the two faces, for a browser and for a terminal

#[cfg(feature = "bench")]
pub mod bench;
pub mod choices;
mod clock;
pub mod error;
#[cfg(feature = "fuzz")]
pub mod fuzz;
pub mod gpu;
pub mod image;
pub mod judge;
pub mod kernels;
pub mod model;
pub mod network;
pub mod objective;
pub mod optimizer;
pub mod painter;
pub mod random;
pub mod recipe;
#[cfg(feature = "reference")]
pub mod reference;
pub mod scaling;
pub mod schedule;
pub mod settings;
pub mod style;
pub mod stylizer;
pub mod tiles;
pub mod training;
pub mod tuning;
#[cfg(target_arch = "wasm32")]
mod web;
pub mod weights;

pub use error::{Error, Result};
