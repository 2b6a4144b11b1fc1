//! The whole loss of a picture that is seen tile by tile, and its gradient: the same, up to rounding, as if it were seen at once.
//!
//! The first pass sums the statistics of all tiles' own pixels. With these the loss is known, and its gradient to the features of
//! every pixel. The second pass sees each tile again and takes it back to the pixels, of which those around the tile's own get
//! their part. What all tiles' views have of one pixel adds up to its gradient.

use super::guide::{self, LayerGuide, Region};
use super::loss::{Goal, LayerMoments, Needs, OfTile, Term};
use super::moments::{Centering, Moments, Sums};
use super::observer::{Aimed, Answering, Measuring, Seeing};
use super::{Objective, SMALLEST_MASS, lens, looked_at, statistics};
use crate::Result;
use crate::gpu::{Gpu, Program, Recorder, Shape, Tensor, readback};
use crate::kernels::{Part, recentre};
use crate::network::{Features, ForwardRows, Interest, Network, Observer};
use crate::tiles::{Area, Plane, Tile, Tiling, Turns};

/// The loss of a picture in tiles, with its targets.
pub struct InTiles {
    tiling: Tiling,
    objective: Objective,
    /// What of the picture is on the device.
    view: Tensor,
    d_view: Tensor,
    own: Vec<OwnPixels>,
    photo: Vec<PhotoFeatures>,
    /// What the first pass adds to.
    sums: Vec<Tensor>,
    see: Program,
    conclude: Program,
    answer: Program,
}

/// What the targets are made of.
pub struct Subjects<'p> {
    /// As large as the picture.
    pub photo: &'p Plane,
    /// As large as their strokes shall be.
    pub paintings: &'p [Plane],
    /// How many pixels of a painting are seen at once.
    pub pixels: u64,
    /// The regions of the picture, and the paintings of each.
    pub regions: &'p [Region],
}

/// Which pixels of a layer's map a tile counts, and how much they do.
struct OwnPixels {
    window: Window,
    /// Weights of the whole picture's map; 1, if there are none.
    guide: Option<Vec<f32>>,
    /// How many pixels of the whole map count, or the sum of their weights.
    mass: f32,
    weights: Tensor,
}

/// The photo's features in a layer, for a loss that compares with them.
struct PhotoFeatures {
    window: Window,
    /// Of each tile's own pixels.
    tiles: Vec<Vec<f32>>,
    /// Those of the tile that is on the device.
    features: Tensor,
}

/// A layer's maps.
#[derive(Debug, Clone, Copy)]
struct Window {
    /// Pixels of the picture from one position to the next.
    stride: u32,
    /// Of the whole picture.
    whole: Shape,
    /// Of a view.
    view: Shape,
}

impl Window {
    /// The layer's, for a picture in such tiles.
    fn new(network: &Network, tiling: &Tiling, layer: usize) -> Window {
        let stride = network.reaches()[layer].stride;
        let of = |(width, height)| network.shapes(Shape::new(height, width, 4))[layer];
        Window { stride, whole: of(tiling.picture), view: of(tiling.view()) }
    }

    /// Where the tile's own positions lie: in the view's map, and the view's corner in the whole one.
    fn own(&self, tile: &Tile) -> (Area, (u32, u32)) {
        let Tile { own, view } = tile;
        let Window { stride, .. } = *self;
        let corner = (view.x / stride, view.y / stride);
        // Deep maps have no positions for a picture's last few pixels.
        let (x, end_x) = (own.x / stride, (own.x + own.width) / stride);
        let (y, end_y) = (own.y / stride, (own.y + own.height) / stride);
        (Area { x: x - corner.0, y: y - corner.1, width: end_x - x, height: end_y - y }, corner)
    }

    /// Numbers for the positions of a view's map: 0 but for the tile's own, whose numbers `of` finds in the whole map.
    fn fill(&self, tile: &Tile, lanes: usize, mut of: impl FnMut(u32, u32, &mut [f32])) -> Vec<f32> {
        let (Area { x, y, width, height }, (left, top)) = self.own(tile);
        let mut values = vec![0.0; self.view.pixels() as usize * lanes];
        for row in y..y + height {
            for column in x..x + width {
                let at = (row * self.view.width + column) as usize * lanes;
                of(left + column, top + row, &mut values[at..at + lanes]);
            }
        }
        values
    }
}

impl OwnPixels {
    fn new(gpu: &Gpu, window: Window, guide: Option<Vec<f32>>) -> Result<OwnPixels> {
        let count = window.view.pixels().next_multiple_of(4);
        let mass = guide.as_deref().map_or(window.whole.pixels() as f32, guide::mass);
        Ok(OwnPixels { window, guide, mass, weights: gpu.tensor("own pixels", Shape::vector(count))? })
    }

    fn guide(&self) -> LayerGuide {
        LayerGuide { weights: self.weights.clone(), mass: self.mass }
    }

    /// For a loss of the tile's own pixels; `norm` is that of the photo's features.
    fn of_tile(&self, norm: f32) -> OfTile {
        OfTile { own: self.weights.clone(), whole: self.window.whole, norm }
    }

    /// Lets this tile's own pixels count.
    fn turn_to(&self, gpu: &Gpu, tile: &Tile) {
        let width = self.window.whole.width;
        let mut weights = self.window.fill(tile, 1, |x, y, weight| {
            weight[0] = self.guide.as_ref().map_or(1.0, |guide| guide[(y * width + x) as usize]);
        });
        weights.resize(weights.len().next_multiple_of(4), 0.0);
        gpu.write(&self.weights, &weights);
    }
}

impl InTiles {
    /// Captures the targets, a tile of a picture a turn.
    ///
    /// # Errors
    /// Where the device failed, or cannot hold a tile.
    pub async fn capture(
        gpu: &Gpu,
        network: &Network,
        terms: &[Term],
        tiling: Tiling,
        Subjects { photo, paintings, pixels, regions }: Subjects<'_>,
        turns: &Turns,
    ) -> Result<InTiles> {
        let (width, height) = tiling.view();
        let view = gpu.tensor("view", Shape::new(height, width, 4))?;
        let photo = of_photo(gpu, network, terms, &tiling, (&view, photo), turns).await?;
        let mut captures = Vec::new();
        for painting in paintings {
            captures.push(moments_of(gpu, network, terms, (pixels, painting), turns).await?);
        }
        let mut rec = Recorder::new(gpu);
        let (mut aimed, mut own, mut features) = (Vec::new(), Vec::new(), Vec::new());
        let mut of_photo = photo.into_iter();
        for (term, Term { layer, loss, weight }) in terms.iter().enumerate() {
            let (layer, weight, family) = (*layer, *weight, loss.family());
            let own_pixels = |layer: usize, guide| OwnPixels::new(gpu, Window::new(network, &tiling, layer), guide);
            match loss.needs() {
                Needs::Nothing => {
                    let pixels = own_pixels(layer, None)?;
                    let aim = loss.aim(&mut rec, weight, Goal::Nothing(Some(pixels.of_tile(0.0))))?;
                    own.push(pixels);
                    aimed.push(Aimed { term, layer, family, aim });
                }
                Needs::Features => {
                    let (seen, norm) = of_photo.next().expect("every term that needs features has some");
                    let pixels = own_pixels(layer, None)?;
                    let aim = loss.aim(&mut rec, weight, Goal::Features(&seen.features, Some(pixels.of_tile(norm))))?;
                    own.push(pixels);
                    features.push(seen);
                    aimed.push(Aimed { term, layer, family, aim });
                }
                Needs::Moments(centering) => {
                    let seen = looked_at(network, layer, centering);
                    let map = Window::new(network, &tiling, layer).whole;
                    for Region { paintings, guide } in regions {
                        let guide = guide.as_ref().map(|guide| guide.weights(map.width, map.height));
                        let pixels = own_pixels(seen, guide)?;
                        let guide = pixels.guide();
                        let mass = guide.mass;
                        if pixels.guide.is_some() && mass < SMALLEST_MASS {
                            continue;
                        }
                        own.push(pixels);
                        let of_each = paintings.iter().map(|(index, share)| (captures[*index].at(term), *share));
                        let moments = Moments::blend(&mut rec, &of_each.collect::<Vec<_>>())?;
                        let goal = LayerMoments { moments, lens: lens(network, layer, centering), guide: Some(guide) };
                        let weight = weight * mass / map.pixels() as f32;
                        let aim = loss.aim(&mut rec, weight, Goal::Moments(Box::new(goal)))?;
                        aimed.push(Aimed { term, layer: seen, family, aim });
                    }
                }
            }
        }
        let losses = gpu.tensor("losses", Shape::vector(aimed.len() as u32))?;
        rec.submit();
        let in_tiles = InTiles::record(gpu, network, tiling, Objective { terms: aimed, losses }, view, own, features)?;
        gpu.fence().wait(gpu).await;
        gpu.check()?; // an allocation that failed is told late
        Ok(in_tiles)
    }

    fn record(
        gpu: &Gpu,
        network: &Network,
        tiling: Tiling,
        objective: Objective,
        view: Tensor,
        own: Vec<OwnPixels>,
        photo: Vec<PhotoFeatures>,
    ) -> Result<InTiles> {
        let mut measuring = Measuring::new(&objective.terms, &objective.losses);
        let mut see = Recorder::new(gpu);
        network.forward(&mut see, &view, &mut Seeing(&mut measuring))?;
        let sums = measuring.sums();
        let mut conclude = Recorder::new(gpu);
        measuring.conclude(&mut conclude)?;
        let mut answer = Recorder::new(gpu);
        let d_view = network.gradient(&mut answer, &view, &mut Answering(&mut measuring))?;
        // What one of them leaves for the next is held until all are finished.
        let (see, conclude, answer) = (see.finish(), conclude.finish(), answer.finish());
        drop(measuring);
        Ok(InTiles { tiling, objective, view, d_view, own, photo, sums, see, conclude, answer })
    }

    /// The losses by their families.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// What it is seen in.
    pub fn tiling(&self) -> &Tiling {
        &self.tiling
    }

    /// How many passes there are over tiles: two of each.
    pub fn passes(&self) -> usize {
        2 * self.tiling.tiles.len()
    }

    /// One pass, counted from 0, of those that make the losses of `pixels` and their gradient. The last one returns the losses,
    /// one number per term, already weighted, and leaves the gradient in `d_pixels`. Until then `pixels` has to stay as it is, and
    /// each pass has to be taken once, to its end; 0 begins anew.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn pass(
        &self,
        gpu: &Gpu,
        number: usize,
        pixels: &Plane,
        d_pixels: &mut Plane,
    ) -> Result<Option<Vec<f32>>> {
        let count = self.tiling.tiles.len();
        let tile = &self.tiling.tiles[number % count];
        if number == 0 {
            self.sums.iter().chain([self.objective.losses()]).for_each(|tensor| gpu.clear(tensor));
            d_pixels.values.fill(0.0);
        }
        gpu.write(&self.view, &pixels.cut(tile.view));
        self.own.iter().for_each(|own| own.turn_to(gpu, tile));
        if number < count {
            self.see.submit(gpu);
            gpu.fence().wait(gpu).await;
            gpu.check()?;
            return Ok(None);
        }
        if number == count {
            self.conclude.submit(gpu);
        }
        self.photo.iter().for_each(|photo| photo.turn_to(gpu, number - count, tile));
        self.answer.submit(gpu);
        d_pixels.add(tile.view, &readback::read(gpu, &self.d_view).await?);
        let is_last = number + 1 == self.passes();
        if is_last { readback::read(gpu, self.objective.losses()).await.map(Some) } else { Ok(None) }
    }
}

impl PhotoFeatures {
    /// Brings the features of a tile's own pixels to the device.
    fn turn_to(&self, gpu: &Gpu, index: usize, tile: &Tile) {
        let lanes = self.window.view.blocks() as usize * 4;
        let mut own = self.tiles[index].chunks_exact(lanes);
        let features = self.window.fill(tile, lanes, |_, _, values| {
            values.copy_from_slice(own.next().expect("there are as many as were kept"));
        });
        gpu.write(&self.features, &features);
    }
}

/// The photo's features for all terms that need them, in their order, and their squared norms.
async fn of_photo(
    gpu: &Gpu,
    network: &Network,
    terms: &[Term],
    tiling: &Tiling,
    (view, photo): (&Tensor, &Plane),
    turns: &Turns,
) -> Result<Vec<(PhotoFeatures, f32)>> {
    let layers = || terms.iter().filter(|term| term.loss.needs() == Needs::Features).map(|term| term.layer);
    let mut features = Features::of(layers());
    let mut rec = Recorder::new(gpu);
    network.forward(&mut rec, view, &mut features)?;
    let program = rec.finish();
    let mut found = Vec::new();
    for layer in layers() {
        let window = Window::new(network, tiling, layer);
        // In a tensor of its own: the recording's share buffers that are as large as the largest map in them.
        let own = gpu.copy("photo's features", features.at(layer))?;
        found.push((PhotoFeatures { window, tiles: Vec::new(), features: own }, 0.0));
    }
    let mut norms = vec![0.0; found.len()];
    for tile in &tiling.tiles {
        gpu.write(view, &photo.cut(tile.view));
        program.submit(gpu);
        for (((own, _), norm), layer) in found.iter_mut().zip(&mut norms).zip(layers()) {
            let all = readback::read(gpu, features.at(layer)).await?;
            let lanes = own.window.view.blocks() as usize * 4;
            let (Area { x, y, width, height }, _) = own.window.own(tile);
            let row = |row: u32| (row * own.window.view.width + x) as usize * lanes;
            let kept: Vec<f32> =
                (y..y + height).flat_map(|y| &all[row(y)..row(y) + width as usize * lanes]).copied().collect();
            *norm += kept.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>();
            own.tiles.push(kept);
        }
        turns.end(tile.own.pixels()).await;
    }
    found.iter_mut().zip(norms).for_each(|((_, norm), sum)| *norm = sum as f32);
    Ok(found)
}

/// The moments of a painting, by the terms that need them.
struct PaintingMoments(Vec<(usize, Moments)>);

impl PaintingMoments {
    fn at(&self, term: usize) -> &Moments {
        let found = self.0.iter().find(|(own, _)| *own == term);
        &found.expect("every term that needs moments has some").1
    }
}

/// Sums over a painting's tiles.
struct Gathering {
    layers: Vec<Gathered>,
}

struct Gathered {
    term: usize,
    layer: usize,
    centering: Centering,
    pixels: OwnPixels,
    /// What they are about: behind a ReLU, zero is near enough.
    zero: Tensor,
    sums: Sums,
}

impl Observer for Gathering {
    fn interest(&self, layer: usize) -> Interest {
        if self.layers.iter().any(|own| own.layer == layer) { Interest::Rows } else { Interest::None }
    }

    fn down(&mut self, rec: &mut Recorder, layer: usize, rows: &ForwardRows) -> Result<()> {
        let rows = ForwardRows { part: Part { accumulate: true, ..rows.part }, ..*rows };
        for own in self.layers.iter_mut().filter(|own| own.layer == layer) {
            let guide = own.pixels.guide();
            statistics::add(rec, &mut own.sums, &rows, own.centering, &own.zero, Some(&guide))?;
        }
        Ok(())
    }
}

async fn moments_of(
    gpu: &Gpu,
    network: &Network,
    terms: &[Term],
    (pixels, painting): (u64, &Plane),
    turns: &Turns,
) -> Result<PaintingMoments> {
    let wanted = || {
        let of_term = |(term, own): (usize, &Term)| {
            let centering = own.loss.needs().centering()?;
            Some((term, looked_at(network, own.layer, centering), centering))
        };
        terms.iter().enumerate().filter_map(of_term)
    };
    let surroundings = network.surroundings(wanted().map(|(_, layer, _)| layer));
    let tiling = Tiling::new((painting.width, painting.height), pixels, surroundings);
    let (width, height) = tiling.view();
    let view = gpu.tensor("painting's view", Shape::new(height, width, 4))?;
    let gathered = wanted().map(|(term, layer, centering)| {
        let window = Window::new(network, &tiling, layer);
        let pixels = OwnPixels::new(gpu, window, None)?;
        let zero = gpu.tensor("zero", Shape::vector(window.whole.channels))?;
        let sums = Sums::weighed(window.view, pixels.mass);
        Ok(Gathered { term, layer, centering, pixels, zero, sums })
    });
    let mut gathering = Gathering { layers: gathered.collect::<Result<_>>()? };
    let mut rec = Recorder::new(gpu);
    network.forward(&mut rec, &view, &mut gathering)?;
    let program = rec.finish();
    gathering.layers.iter().flat_map(|own| own.sums.partials()).for_each(|sums| gpu.clear(&sums));
    for tile in &tiling.tiles {
        gpu.write(&view, &painting.cut(tile.view));
        gathering.layers.iter().for_each(|own| own.pixels.turn_to(gpu, tile));
        program.submit(gpu);
        gpu.fence().wait(gpu).await;
        turns.end(tile.own.pixels()).await;
    }
    let mut rec = Recorder::new(gpu);
    let moments = gathering.layers.iter().map(|own| {
        let moments = Moments { sigma: own.sums.second_moment(&mut rec)?, mu: own.sums.mean(&mut rec)? };
        if own.centering == Centering::Mean {
            recentre::record(&mut rec, &moments.mu, &own.zero, &moments.sigma);
        }
        Ok((own.term, moments))
    });
    let moments = moments.collect::<Result<_>>()?;
    rec.submit();
    Ok(PaintingMoments(moments))
}
