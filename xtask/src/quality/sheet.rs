//! This turns pictures into one to look at.

use scumble::image::{Picture, fit, resize};

/// Space between pictures, in pixels.
const GAP: u32 = 8;

/// Draws the pictures on grey, so many in a row, each in the middle of a cell of so many pixels.
pub fn draw<'p>(pictures: impl ExactSizeIterator<Item = &'p Picture>, columns: u32, cell: (u32, u32)) -> Picture {
    let count = pictures.len() as u32;
    let pitch = [cell.0 + GAP, cell.1 + GAP];
    let (width, height) = (columns.min(count) * pitch[0] + GAP, count.div_ceil(columns) * pitch[1] + GAP);
    let mut sheet = Picture::flat(width, height, [0.5; 3]);
    for (index, picture) in (0..).zip(pictures) {
        let (w, h) = within(picture, cell);
        let small = resize(picture, w, h);
        let left = GAP + index % columns * pitch[0] + (cell.0 - w) / 2;
        let top = GAP + index / columns * pitch[1] + (cell.1 - h) / 2;
        for (y, line) in (0..).zip(small.rgba.chunks_exact(w as usize * 4)) {
            let at = (((top + y) * width + left) * 4) as usize;
            sheet.rgba[at..at + line.len()].copy_from_slice(line);
        }
    }
    sheet
}

/// The picture's size within a cell.
fn within(picture: &Picture, cell: (u32, u32)) -> (u32, u32) {
    let scale = f64::min(f64::from(cell.0) / f64::from(picture.width), f64::from(cell.1) / f64::from(picture.height));
    let edge = (f64::from(picture.width.max(picture.height)) * scale).floor();
    fit(picture.width, picture.height, edge as u32)
}
