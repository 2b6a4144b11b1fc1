//! This turns the photo and the paintings, seen tile by tile, into what targets are made of.

use super::super::loss::{Needs, Term};
use super::super::moments::{Centering, Moments, Sums};
use super::super::{looked_at, statistics};
use super::own_pixels::OwnPixels;
use super::window::Window;
use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor, readback};
use crate::kernels::{Part, recentre};
use crate::network::{Features, ForwardRows, Interest, Network, Observer};
use crate::tiles::{FeatureMap, Plane, Tiling, Turns};
use std::rc::Rc;

/// The photo's features in a layer, and their squared norm.
pub struct PhotoFeatures {
    pub layer: usize,
    pub map: Rc<FeatureMap>,
    pub norm: f32,
}

/// The photo's features in all layers whose terms need them, of at most so many pixels seen at once.
pub async fn of_photo(
    gpu: &Gpu,
    network: &Network,
    terms: &[Term],
    (pixels, photo): (u64, &Plane),
    turns: &Turns,
) -> Result<Vec<PhotoFeatures>> {
    let mut layers: Vec<usize> = Vec::new();
    for term in terms.iter().filter(|term| term.loss.needs() == Needs::Features) {
        if !layers.contains(&term.layer) {
            layers.push(term.layer);
        }
    }
    let stretch = network.whole();
    let tiling = Tiling::new((photo.width, photo.height), pixels, stretch.surroundings(layers.iter().copied()));
    let (width, height) = tiling.view();
    let view = gpu.tensor("photo's view", Shape::new(height, width, 4))?;
    let mut features = Features::of(layers.iter().copied());
    let mut rec = Recorder::new(gpu);
    network.forward(&mut rec, &view, &mut features)?;
    let program = rec.finish();
    let windows = layers.into_iter().map(|layer| (layer, Window::new(&stretch, &tiling, layer)));
    let mut found: Vec<_> = windows.map(|(layer, window)| (layer, window, window.zeros())).collect();
    for tile in &tiling.tiles {
        gpu.write(&view, &photo.cut(tile.view));
        program.submit(gpu);
        for (layer, window, map) in &mut found {
            window.keep(tile, &readback::read(gpu, features.at(*layer)).await?, map);
        }
        turns.end(tile.own.pixels()).await;
    }
    let norm = |map: &FeatureMap| map.values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>() as f32;
    Ok(found.into_iter().map(|(layer, _, map)| PhotoFeatures { layer, norm: norm(&map), map: Rc::new(map) }).collect())
}

/// The moments of a painting, by the terms that need them.
pub struct PaintingMoments(Vec<(usize, Moments)>);

impl PaintingMoments {
    pub fn at(&self, term: usize) -> &Moments {
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

/// The moments of a painting of which at most so many pixels are seen at once.
pub async fn moments_of(
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
    let stretch = network.whole();
    let surroundings = stretch.surroundings(wanted().map(|(_, layer, _)| layer));
    let tiling = Tiling::new((painting.width, painting.height), pixels, surroundings);
    let (width, height) = tiling.view();
    let view = gpu.tensor("painting's view", Shape::new(height, width, 4))?;
    let gathered = wanted().map(|(term, layer, centering)| {
        let window = Window::new(&stretch, &tiling, layer);
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
