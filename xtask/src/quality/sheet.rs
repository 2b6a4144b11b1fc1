//! This turns results into one picture to look at: photo, painting and result side by side, two such groups in a row.

use scumble::image::{Picture, fit, resize};

/// The square that a picture is fitted into, and the space between squares, in pixels.
const CELL: u32 = 256;
const GAP: u32 = 8;
/// Pictures in a row of the sheet.
const COLUMNS: u32 = 6;

/// Draws the sheet; every row of `rows` is a photo, a painting and a result.
pub fn draw(rows: &[[Picture; 3]]) -> Picture {
    let count = rows.len() as u32 * 3;
    let pitch = CELL + GAP;
    let (width, height) = (COLUMNS.min(count) * pitch + GAP, count.div_ceil(COLUMNS) * pitch + GAP);
    let mut sheet = Picture::flat(width, height, [0.5; 3]);
    for (index, picture) in (0..).zip(rows.iter().flatten()) {
        let (w, h) = fit(picture.width, picture.height, CELL);
        let small = resize(picture, w, h);
        let left = GAP + index % COLUMNS * pitch + (CELL - w) / 2;
        let top = GAP + index / COLUMNS * pitch + (CELL - h) / 2;
        for (y, line) in (0..).zip(small.rgba.chunks_exact(w as usize * 4)) {
            let at = (((top + y) * width + left) * 4) as usize;
            sheet.rgba[at..at + line.len()].copy_from_slice(line);
        }
    }
    sheet
}
