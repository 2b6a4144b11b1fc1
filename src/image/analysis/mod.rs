//! Colours and shapes of a picture, and the likeness of two pictures.

pub mod likeness;
mod palette;

pub use palette::{Match, matched};
