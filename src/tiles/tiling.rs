//! This turns the size of a picture into tiles of it. Pure decisions.

/// A piece of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// Its first column.
    pub x: u32,
    /// Its first row.
    pub y: u32,
    /// Its columns.
    pub width: u32,
    /// Its rows.
    pub height: u32,
}

impl Area {
    /// So many columns and rows around a point of a picture, given in fractions of its width and height: all of it that fits into the
    /// picture, moved so that it does.
    pub fn around((x, y): (f64, f64), (columns, rows): (u32, u32), (width, height): (u32, u32)) -> Area {
        let along = |middle: f64, wanted: u32, whole: u32| {
            let length = wanted.clamp(1, whole.max(1));
            let start = (middle * f64::from(whole) - f64::from(length) / 2.0).round().max(0.0) as u32;
            (start.min(whole - length), length)
        };
        let ((x, width), (y, height)) = (along(x, columns, width), along(y, rows, height));
        Area { x, y, width, height }
    }
}

/// A tile: what is its own, and what it has to see for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// The tiles' own areas cover the picture, and no two have a pixel in common.
    pub own: Area,
    /// The own area and whatever around it has a part in its features. All views of a picture have the same size.
    pub view: Area,
}

/// All tiles of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiling {
    /// Width and height of the picture.
    pub picture: (u32, u32),
    /// Row by row.
    pub tiles: Vec<Tile>,
}

/// What tiles have to keep to, so that a network sees in them what it sees in the whole picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surroundings {
    /// Pixels that are seen beyond a tile's own on every side.
    pub beyond: u32,
    /// Views begin at multiples of this, so that pools see the same windows.
    pub coarse: u32,
}

impl Tiling {
    /// Tiles whose own areas are at most about `edge` pixels wide and high.
    pub fn new(picture: (u32, u32), edge: u32, surroundings: Surroundings) -> Tiling {
        let columns = spans(picture.0, edge, surroundings);
        let rows = spans(picture.1, edge, surroundings);
        let area = |(x, width), (y, height)| Area { x, y, width, height };
        let tile =
            |row: &Span, column: &Span| Tile { own: area(column.own, row.own), view: area(column.view, row.view) };
        let tiles = rows.iter().flat_map(|row| columns.iter().map(move |column| tile(row, column))).collect();
        Tiling { picture, tiles }
    }

    /// The longer edge of the largest own area.
    pub fn edge(&self) -> u32 {
        let Area { width, height, .. } = self.tiles[0].own;
        width.max(height)
    }

    /// Width and height of all views.
    pub fn view(&self) -> (u32, u32) {
        let Area { width, height, .. } = self.tiles[0].view;
        (width, height)
    }
}

/// A tile along one axis: where it begins, and how long it is.
struct Span {
    own: (u32, u32),
    view: (u32, u32),
}

fn spans(length: u32, edge: u32, Surroundings { beyond, coarse }: Surroundings) -> Vec<Span> {
    let halo = beyond.next_multiple_of(coarse);
    let own = length.div_ceil(length.div_ceil(edge)).next_multiple_of(coarse);
    // With what the picture has over a multiple: the last view ends where the picture does, and begins at a multiple.
    let view = own + 2 * halo + length % coarse;
    let (own, view) = if view < length { (own, view) } else { (length, length) };
    let span = |start: u32| Span {
        own: (start, own.min(length - start)),
        view: (start.saturating_sub(halo).min(length - view), view),
    };
    (0..length).step_by(own as usize).map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_stays_within_the_picture() {
        let around = |x, y| Area::around((x, y), (100, 60), (400, 300));
        assert_eq!(around(0.5, 0.5), Area { x: 150, y: 120, width: 100, height: 60 });
        assert_eq!(around(0.0, 1.0), Area { x: 0, y: 240, width: 100, height: 60 });
        assert_eq!(Area::around((0.9, 0.1), (1000, 0), (400, 300)), Area { x: 0, y: 30, width: 400, height: 1 });
    }

    const AROUND: Surroundings = Surroundings { beyond: 70, coarse: 16 };

    #[test]
    fn own_areas_cover_the_picture_once() {
        for picture in [(1, 1), (700, 30), (513, 1029), (2048, 1000), (997, 1500)] {
            for edge in [64, 100, 512] {
                let tiling = Tiling::new(picture, edge, AROUND);
                let mut seen = vec![0; (picture.0 * picture.1) as usize];
                for Tile { own, .. } in &tiling.tiles {
                    for y in own.y..own.y + own.height {
                        for x in own.x..own.x + own.width {
                            seen[(y * picture.0 + x) as usize] += 1;
                        }
                    }
                }
                assert!(seen.iter().all(|&count| count == 1), "{picture:?} in tiles of {edge}");
            }
        }
    }

    #[test]
    fn views_hold_what_is_seen_and_begin_where_pools_do() {
        let holds = |(own, own_length): (u32, u32), (view, view_length): (u32, u32), length: u32| {
            let end = view + view_length;
            let aligned = if end == length { end } else { end / 16 * 16 };
            view.is_multiple_of(16)
                && end <= length
                && own >= view + if view == 0 { 0 } else { AROUND.beyond }
                && aligned >= (own + own_length + AROUND.beyond).min(length)
        };
        for length in [300, 400, 511, 512, 1000, 1937] {
            for edge in [64, 100, 256] {
                let tiling = Tiling::new((length, 20), edge, AROUND);
                for Tile { own, view } in &tiling.tiles {
                    assert!(holds((own.x, own.width), (view.x, view.width), length), "{own:?} in {view:?} of {length}");
                    assert_eq!((view.width, view.height), tiling.view());
                }
            }
        }
    }

    #[test]
    fn a_small_picture_is_one_tile() {
        let whole = Area { x: 0, y: 0, width: 200, height: 100 };
        assert_eq!(Tiling::new((200, 100), 64, AROUND).tiles, [Tile { own: whole, view: whole }]);
    }
}
