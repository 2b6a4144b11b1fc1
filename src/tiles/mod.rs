//! This turns a picture that no device holds into tiles that it does.

mod plane;
mod tiling;
mod turns;

pub use plane::Plane;
pub use tiling::{Area, Surroundings, Tile, Tiling};
pub use turns::Turns;
