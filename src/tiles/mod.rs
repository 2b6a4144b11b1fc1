//! This turns a picture that no device holds into tiles that it does.

mod feature_map;
mod plane;
mod tiling;
mod turns;

pub use feature_map::FeatureMap;
pub use plane::Plane;
pub use tiling::{Area, Surroundings, Tile, Tiling};
pub use turns::Turns;
