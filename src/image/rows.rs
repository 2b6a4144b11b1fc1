//! Pictures that nobody has to hold whole: their rows go by, from the top.

use super::Picture;
use std::borrow::Cow;

/// What can be written as a file, row by row.
pub trait Rows {
    /// Width and height in pixels.
    fn size(&self) -> (u32, u32);

    /// Whether every pixel is fully opaque.
    fn is_opaque(&self) -> bool;

    /// All rows, `[width, 4]` each, as a [`Picture`] has them.
    fn rows(&self) -> Box<dyn Iterator<Item = Cow<'_, [f32]>> + '_>;
}

impl Rows for Picture {
    fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn is_opaque(&self) -> bool {
        Picture::is_opaque(self)
    }

    fn rows(&self) -> Box<dyn Iterator<Item = Cow<'_, [f32]>> + '_> {
        Box::new(self.rgba.chunks(self.width.max(1) as usize * 4).map(Cow::Borrowed))
    }
}
