//! What is on the canvas: a painting at work, or a print of one.

use super::values::missing;
use crate::Result;
use crate::gpu::{Canvas, Gpu, Shape};
use crate::image::{Picture, Rows};
use crate::painter::checkpoint::Checkpoint;
use crate::painter::{Painter, Print, Progress, Sources};
use crate::schedule::Scale;
use crate::settings::Settings;
use crate::tiles::Area;

/// A run at work.
pub enum Run {
    /// It paints.
    Painting(Box<Painter>),
    /// It makes a picture larger.
    Printing(Box<Print>),
}

/// The canvas shows no more of a print than this, in pixels of its longest edge: screens have no more.
const VIEW_EDGE: u32 = 2048;

/// What is looked at closely.
#[derive(Clone, Copy)]
pub struct Look {
    /// Its middle, in fractions of the picture's width and height.
    pub middle: (f64, f64),
    /// Columns and rows of it.
    pub pixels: (u32, u32),
}

impl Look {
    fn area(self, whole: (u32, u32)) -> Area {
        Area::around(self.middle, self.pixels, whole)
    }
}

impl Run {
    /// The plan.
    pub fn scales(&self) -> &[Scale] {
        match self {
            Run::Painting(painter) => painter.scales(),
            Run::Printing(print) => print.scales(),
        }
    }

    /// Takes one step, or of a print's step one tile.
    pub async fn step(&mut self) -> Result<Progress> {
        match self {
            Run::Painting(painter) => painter.step().await,
            Run::Printing(print) => print.step().await,
        }
    }

    /// Whether the canvas shows less than all pixels, so that a part of them may be asked for.
    pub fn is_print(&self) -> bool {
        matches!(self, Run::Printing(_))
    }

    /// Shows the picture as it stands; of a print a part, where one is looked at.
    pub fn show(&self, gpu: &Gpu, canvas: &mut Canvas, look: Option<Look>) -> Result<()> {
        match self {
            Run::Painting(painter) => canvas.show(gpu, painter.shown()),
            Run::Printing(print) => {
                let part = |look: Look| print.part(look.area(print.size()));
                let Picture { width, height, rgba } = look.map_or_else(|| print.reduced(VIEW_EDGE), part);
                canvas.show(gpu, &gpu.upload("view of a print", Shape::new(height, width, 4), &rgba)?);
            }
        }
        Ok(())
    }

    /// The picture as it stands.
    pub async fn picture(&self) -> Result<Picture> {
        match self {
            Run::Painting(painter) => painter.picture().await,
            Run::Printing(print) => Ok(print.picture()),
        }
    }

    /// What was painted as it stands, for a print of it.
    pub async fn painted(&self) -> Result<Picture> {
        match self {
            Run::Painting(painter) => painter.painted().await,
            Run::Printing(print) => Ok(print.painted()),
        }
    }

    /// A checkpoint, if one is there; a print has none.
    pub fn poll_checkpoint(&mut self) -> Result<Option<Checkpoint>> {
        match self {
            Run::Painting(painter) => painter.poll_checkpoint(),
            Run::Printing(_) => Ok(None),
        }
    }

    /// Lets settings take effect; false where they need a new run, as they do of a print.
    pub async fn steer(&mut self, sources: &Sources, settings: &Settings) -> Result<bool> {
        match self {
            Run::Painting(painter) => painter.steer(sources, settings).await,
            Run::Printing(_) => Ok(false),
        }
    }

    /// Where the losses of a painting remain.
    pub async fn remaining(&self) -> Result<[Picture; 2]> {
        match self {
            Run::Painting(painter) => painter.remaining().await,
            Run::Printing(_) => Err(missing("painting in progress")),
        }
    }
}
