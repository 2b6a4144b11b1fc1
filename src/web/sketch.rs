//! A sketch while it is painted.

use crate::Result;
use crate::gpu::Tensor;
use crate::image::Picture;
use crate::painter::{Painter, Progress};
use crate::style::Instant;

/// Who paints a sketch: the painter, a step at a time, or a style, in one pass.
pub enum Sketch {
    /// The painter.
    Run(Box<Painter>),
    /// A style.
    Pass(Box<Instant>),
}

impl Sketch {
    /// Takes one step; a pass is done already.
    pub async fn step(&mut self) -> Result<Progress> {
        match self {
            Sketch::Run(painter) => painter.step().await,
            Sketch::Pass(instant) => {
                let (width, height) =
                    instant.shown().map_or((0, 0), |shown| (shown.shape().width, shown.shape().height));
                Ok(Progress::of_one_step(width, height))
            }
        }
    }

    /// The picture as it stands.
    pub async fn picture(&self) -> Result<Picture> {
        match self {
            Sketch::Run(painter) => painter.picture().await,
            Sketch::Pass(instant) => instant.picture().await,
        }
    }

    /// The same, on the device.
    pub fn shown(&self) -> Option<&Tensor> {
        match self {
            Sketch::Run(painter) => Some(painter.shown()),
            Sketch::Pass(instant) => instant.shown(),
        }
    }

    /// Operations of all passes' convolutions, a product and a sum counted as two.
    pub fn operations(&self) -> f64 {
        match self {
            Sketch::Run(painter) => painter.operations(),
            Sketch::Pass(instant) => instant.operations(),
        }
    }
}
