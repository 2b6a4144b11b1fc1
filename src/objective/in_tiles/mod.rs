//! The whole loss of a picture that is seen tile by tile, and its gradient: the same, up to rounding, as if it were seen at once.
//!
//! The first passes sum the statistics of all tiles' own pixels. With these the loss is known, and its gradient to the features of
//! every pixel. The other passes see each tile again and take it back to the pixels, of which those around the tile's own get
//! their part. What all tiles' views have of one pixel adds up to its gradient.
//!
//! The network goes through them in [stages](stages), each of which has tiles of its own.

mod at_work;
mod own_pixels;
mod stage;
mod targets;
mod window;

pub use stage::{Stage, stages};

use super::guide::Region;
use super::loss::{Goal, Needs, Term};
use super::moments::Moments;
use super::observer::{Aimed, Answering, Measuring, Seeing};
use super::{Objective, SMALLEST_MASS, looked_at, of_region};
use crate::Result;
use crate::gpu::{Gpu, Program, Recorder, Shape, Tensor, readback};
use crate::network::Network;
use crate::tiles::{Plane, Turns};
use at_work::{AtWork, Prepared};
use own_pixels::{OwnPixels, Shown};
use targets::{PhotoFeatures, moments_of, of_photo};
use window::Window;

/// The loss of a picture in tiles, with its targets.
pub struct InTiles {
    objective: Objective,
    stages: Vec<AtWork>,
    /// Down through the stages, and up again.
    passes: Vec<Pass>,
    first_up: usize,
    /// What the passes down add to.
    sums: Vec<Tensor>,
    conclude: Program,
}

/// What the targets are made of.
pub struct Subjects<'p> {
    /// As large as the picture.
    pub photo: &'p Plane,
    /// As large as their strokes shall be.
    pub paintings: &'p [Plane],
    /// How many pixels of these are seen at once.
    pub pixels: u64,
    /// The regions of the picture, and the paintings of each.
    pub regions: &'p [Region],
}

/// A look at one tile.
#[derive(Debug, Clone, Copy)]
struct Pass {
    stage: usize,
    tile: usize,
    /// Whether it goes up again.
    is_up: bool,
    /// Operations.
    work: f64,
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
        stages: Vec<Stage>,
        Subjects { photo, paintings, pixels, regions }: Subjects<'_>,
        turns: &Turns,
    ) -> Result<InTiles> {
        let of_photo = of_photo(gpu, network, terms, (pixels, photo), turns).await?;
        let mut captures = Vec::new();
        for painting in paintings {
            captures.push(moments_of(gpu, network, terms, (pixels, painting), turns).await?);
        }
        let mut prepared: Vec<_> = stages.into_iter().map(|stage| Prepared::new(network, stage)).collect();
        let mut rec = Recorder::new(gpu);
        let mut aimed = Vec::new();
        for (term, Term { layer, loss, weight }) in terms.iter().enumerate() {
            let (layer, weight, family) = (*layer, *weight, loss.family());
            let own = prepared.iter_mut().find(|own| own.stage.layers.contains(&layer));
            let Prepared { stage, own, photo, .. } = own.expect("every layer is in a stage");
            let stretch = stage.stretch(network);
            let window = |layer: usize| Window::new(&stretch, &stage.tiling, layer);
            match loss.needs() {
                Needs::Nothing => {
                    let pixels = OwnPixels::new(gpu, window(layer), None)?;
                    let aim = loss.aim(&mut rec, weight, Goal::Nothing(Some(pixels.of_tile(0.0))))?;
                    own.push(pixels);
                    aimed.push(Aimed { term, layer, family, aim });
                }
                Needs::Features => {
                    let whole = of_photo.iter().find(|own| own.layer == layer);
                    let PhotoFeatures { map, norm, .. } = whole.expect("every term that needs features has some");
                    let window = window(layer);
                    let pixels = OwnPixels::new(gpu, window, None)?;
                    let shown = Shown::new(gpu, window, network.dtype(window.view), map.clone())?;
                    let goal = Goal::Features(&shown.features, Some(pixels.of_tile(*norm)));
                    let aim = loss.aim(&mut rec, weight, goal)?;
                    own.push(pixels);
                    photo.push(shown);
                    aimed.push(Aimed { term, layer, family, aim });
                }
                Needs::Moments(centering) => {
                    let seen = looked_at(network, layer, centering);
                    let map = window(layer).whole;
                    let seen_in = window(seen);
                    for Region { paintings, guide } in regions {
                        let guide = guide.as_ref().map(|guide| guide.weights(map.width, map.height));
                        let pixels = OwnPixels::new(gpu, seen_in, guide)?;
                        let (guide, mass) = (pixels.guide(), pixels.mass);
                        if pixels.is_guided() && mass < SMALLEST_MASS {
                            continue;
                        }
                        own.push(pixels);
                        let of_each = paintings.iter().map(|(index, share)| (captures[*index].at(term), *share));
                        let moments = Moments::blend(&mut rec, &of_each.collect::<Vec<_>>())?;
                        let guide = (Some(guide), mass / map.pixels() as f32);
                        aimed.push(of_region(&mut rec, network, (term, &terms[term]), moments, guide)?);
                    }
                }
            }
        }
        let losses = gpu.tensor("losses", Shape::vector(aimed.len() as u32))?;
        rec.submit();
        let in_tiles = InTiles::record(gpu, network, prepared, Objective { terms: aimed, losses })?;
        gpu.fence().wait(gpu).await;
        gpu.check()?; // an allocation that failed is told late
        Ok(in_tiles)
    }

    fn record(gpu: &Gpu, network: &Network, prepared: Vec<Prepared>, objective: Objective) -> Result<InTiles> {
        let mut measuring = Measuring::new(&objective.terms, &objective.losses);
        let mut rec = Recorder::new(gpu);
        let (mut down, mut up) = (Vec::new(), Vec::new());
        for own in &prepared {
            down.push(own.down(&mut rec, network, &mut Seeing(&mut measuring))?);
            rec.end_program();
        }
        let sums = measuring.sums();
        measuring.conclude(&mut rec)?;
        for own in prepared.iter().rev() {
            rec.end_program();
            up.push(own.up(&mut rec, network, &mut Answering(&mut measuring))?);
        }
        drop(measuring);
        let mut programs = rec.finish_all();
        let answers = programs.split_off(prepared.len() + 1);
        let conclude = programs.pop().expect("it stands behind those that see");
        let (see, answer) = (programs.into_iter().zip(down), answers.into_iter().zip(up).rev());
        let ways = prepared.into_iter().zip(see.zip(answer));
        let stages: Vec<AtWork> = ways.map(|(own, (see, answer))| own.at_work(see, answer)).collect();
        let passes = |stage: usize, is_up| {
            let own = stages[stage].stage();
            let (width, height) = own.tiling.view();
            let once = own.stretch(network).operations(Shape::new(height, width, 4)) / 2.0;
            let work = if is_up { 2.0 * once } else { once };
            (0..own.tiling.tiles.len()).map(move |tile| Pass { stage, tile, is_up, work })
        };
        let down: Vec<Pass> = (0..stages.len()).flat_map(|stage| passes(stage, false)).collect();
        let up = (0..stages.len()).rev().flat_map(|stage| passes(stage, true));
        let (first_up, passes) = (down.len(), down.iter().copied().chain(up).collect());
        Ok(InTiles { objective, passes, first_up, stages, sums, conclude })
    }

    /// The losses by their families.
    pub fn objective(&self) -> &Objective {
        &self.objective
    }

    /// Its stages, the one that sees the picture first.
    pub fn stages(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().map(AtWork::stage)
    }

    /// How many passes there are over tiles: two of each.
    pub fn passes(&self) -> usize {
        self.passes.len()
    }

    /// Which share of all work is done after so many passes, 0..=1.
    pub fn done(&self, passes: usize) -> f64 {
        let work = |passes: &[Pass]| passes.iter().map(|pass| pass.work).sum::<f64>();
        work(&self.passes[..passes]) / work(&self.passes)
    }

    /// One pass, counted from 0, of those that make the losses of `pixels` and their gradient. The last one returns the losses,
    /// one number per term, already weighted, and leaves the gradient in `d_pixels`. Until then `pixels` has to stay as it is, and
    /// each pass has to be taken once, to its end; 0 begins anew.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn pass(
        &mut self,
        gpu: &Gpu,
        number: usize,
        pixels: &Plane,
        d_pixels: &mut Plane,
    ) -> Result<Option<Vec<f32>>> {
        let Pass { stage, tile, is_up, .. } = self.passes[number];
        if number == 0 {
            self.sums.iter().chain([self.objective.losses()]).for_each(|tensor| gpu.clear(tensor));
        }
        if number == self.first_up {
            self.conclude.submit(gpu);
            d_pixels.values.fill(0.0);
            self.stages.iter_mut().flat_map(|stage| &mut stage.handed).for_each(|handed| handed.d_map.values.fill(0.0));
        }
        let (before, own) = self.stages.split_at_mut(stage);
        let (given, own) = (before.last_mut().and_then(|stage| stage.handed.as_mut()), &mut own[0]);
        let tile = own.stage().tiling.tiles[tile];
        let view = match &given {
            None => pixels.cut(tile.view),
            Some(given) => given.map.cut(tile.view),
        };
        if !is_up {
            own.see(gpu, &tile, &view).await?;
            return Ok(None);
        }
        let d_view = own.answer(gpu, &tile, &view).await?;
        match given {
            None => d_pixels.add(tile.view, &d_view),
            Some(given) => given.d_map.add(tile.view, &d_view),
        }
        let is_last = number + 1 == self.passes();
        if is_last { readback::read(gpu, self.objective.losses()).await.map(Some) } else { Ok(None) }
    }
}
