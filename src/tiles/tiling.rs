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
    /// How many pixels it has.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

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
    /// What they keep to.
    pub surroundings: Surroundings,
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
    /// Tiles of which at most so many pixels are seen at a time: those that have the device see the fewest pixels in all. Where not
    /// even the smallest tiles are small enough, it is those.
    pub fn new(picture: (u32, u32), pixels: u64, surroundings: Surroundings) -> Tiling {
        let rows = divisions(picture.1, surroundings);
        let area = |columns: &Division, rows: &Division| u64::from(columns.view) * u64::from(rows.view);
        let seen = |(columns, rows): &(Division, Division)| area(columns, rows) * u64::from(columns.count * rows.count);
        let pairs =
            divisions(picture.0, surroundings).flat_map(|columns| rows.clone().map(move |rows| (columns, rows)));
        let fitting = pairs.clone().filter(|(columns, rows)| area(columns, rows) <= pixels).min_by_key(seen);
        let chosen = fitting.or_else(|| pairs.min_by_key(|(columns, rows)| area(columns, rows)));
        let (columns, rows) = chosen.expect("a picture can be one tile");
        let [columns, rows] =
            [(picture.0, columns), (picture.1, rows)].map(|(length, own)| own.spans(length, surroundings));
        let area = |(x, width), (y, height)| Area { x, y, width, height };
        let tile =
            |row: &Span, column: &Span| Tile { own: area(column.own, row.own), view: area(column.view, row.view) };
        let tiles = rows.iter().flat_map(|row| columns.iter().map(move |column| tile(row, column))).collect();
        Tiling { picture, surroundings, tiles }
    }

    /// Width and height of all views.
    pub fn view(&self) -> (u32, u32) {
        let Area { width, height, .. } = self.tiles[0].view;
        (width, height)
    }

    /// How many pixels are seen for each of the picture's.
    pub fn overlap(&self) -> f64 {
        let (width, height) = self.picture;
        self.tiles.len() as f64 * self.pixels() as f64 / (f64::from(width) * f64::from(height))
    }

    /// Pixels of a view.
    pub fn pixels(&self) -> u64 {
        let (width, height) = self.view();
        u64::from(width) * u64::from(height)
    }
}

/// A tile along one axis: where it begins, and how long it is.
struct Span {
    own: (u32, u32),
    view: (u32, u32),
}

/// An axis in so many tiles.
#[derive(Debug, Clone, Copy)]
struct Division {
    count: u32,
    /// What tiles have of their own that lie between two others. The first and the last see the picture's edge, so that they have more.
    between: u32,
    view: u32,
}

/// More tiles along an axis than a picture of 65 536 pixels needs.
const MOST_TILES: u32 = 512;

impl Surroundings {
    fn halo(self) -> u32 {
        self.beyond.next_multiple_of(self.coarse)
    }
}

/// One tile, and all numbers of tiles that are worth it.
fn divisions(length: u32, around: Surroundings) -> impl Iterator<Item = Division> + Clone {
    let Surroundings { coarse, .. } = around;
    let halo = around.halo();
    let whole = Division { count: 1, between: length, view: length };
    let (aligned, rest) = (length / coarse * coarse, length % coarse);
    let several = (2..=MOST_TILES).map(move |count| {
        let between = aligned.saturating_sub(2 * halo).div_ceil(count).next_multiple_of(coarse).max(coarse);
        // With what the picture has over a multiple: the last view ends where the picture does, and begins at a multiple.
        Division { count, between, view: between + 2 * halo + rest }
    });
    // Rounded up, fewer may do.
    let is_whole = move |own: &Division| 2 * halo + own.between * (own.count - 1) < aligned && own.view < length;
    std::iter::once(whole).chain(several.filter(is_whole))
}

impl Division {
    fn spans(self, length: u32, around: Surroundings) -> Vec<Span> {
        let Division { count, between, view } = self;
        if count == 1 {
            return vec![Span { own: (0, length), view: (0, length) }];
        }
        let start = |index: u32| if index == 0 { 0 } else { around.halo() + index * between };
        let end = |index: u32| if index + 1 == count { length } else { start(index + 1) };
        let span = |index: u32| Span {
            own: (start(index), end(index) - start(index)),
            view: ((index * between).min(length - view), view),
        };
        (0..count).map(span).collect()
    }
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
            for edge in [200, 300, 512] {
                let tiling = Tiling::new(picture, edge * edge, AROUND);
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
        for length in [177, 300, 400, 511, 512, 1000, 1937] {
            for edge in [100, 220, 260, 416] {
                let tiling = Tiling::new((length, 20), edge * 20, AROUND);
                assert!(
                    edge < 220 || tiling.view().0 <= edge as u32,
                    "{length} in views of {edge}: {:?}",
                    tiling.view()
                );
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
        assert_eq!(Tiling::new((200, 100), 200 * 100, AROUND).tiles, [Tile { own: whole, view: whole }]);
        assert_eq!(Tiling::new((160, 100), 64, AROUND).tiles.len(), 1, "no smaller tile would see less");
    }

    #[test]
    fn tiles_at_the_edge_have_more_of_their_own() {
        let tiling = Tiling::new((1024, 160), 600 * 160, AROUND);
        let areas =
            tiling.tiles.iter().map(|Tile { own, view }| (own.x, own.width, view.x, view.width)).collect::<Vec<_>>();
        assert_eq!(areas, [(0, 512, 0, 592), (512, 512, 432, 592)]);
        assert_eq!(tiling.overlap(), 2.0 * 592.0 / 1024.0);
        let tiling = Tiling::new((1024, 160), 480 * 160, AROUND);
        let areas =
            tiling.tiles.iter().map(|Tile { own, view }| (own.x, own.width, view.x, view.width)).collect::<Vec<_>>();
        assert_eq!(areas, [(0, 368, 0, 448), (368, 288, 288, 448), (656, 368, 576, 448)]);
    }
}
