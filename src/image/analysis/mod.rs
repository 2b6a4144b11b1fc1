//! What colours and shapes a picture has, and how alike two pictures are.

pub mod likeness;
mod palette;

pub use palette::{Match, matched};
