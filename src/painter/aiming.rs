//! This turns the pictures that a print follows into the targets of one of its scales, tile by tile.

use super::budget::Needs;
use super::feature_model::FeatureModel;
use super::regions::regions;
use super::scale_run::{surroundings, wrap};
use crate::gpu::{Gpu, Shape};
use crate::image::{Picture, fit, resize};
use crate::model::Margin;
use crate::network::is_card;
use crate::objective::{Family, InTiles, Subjects, stages};
use crate::schedule::{Scale, painting_edge, shares};
use crate::settings::Settings;
use crate::tiles::{Plane, Turns};
use crate::{Error, Result};
use std::pin::Pin;
use std::rc::Rc;

/// The pictures that a print follows, at their own sizes.
pub struct Originals {
    /// What was painted takes the photo's place in the losses: the print shall be that picture, not nearer to the photo.
    pub painted: Picture,
    /// For its colours, and where a mask leaves it.
    pub photo: Rc<Picture>,
    /// Where it is painted.
    pub mask: Option<Rc<Picture>>,
    /// In whose manner.
    pub paintings: Vec<Rc<Picture>>,
    /// Where each of these goes.
    pub places: Vec<Option<Rc<Picture>>>,
}

/// The targets of a scale, while they are being found.
pub struct Aiming {
    work: Pin<Box<dyn Future<Output = Found>>>,
    turns: Turns,
    /// Of all its tiles.
    pixels: u64,
}

/// What was found.
pub struct Found {
    /// The losses with their targets.
    pub in_tiles: Result<InTiles>,
    /// How many bytes of the device's memory they may take.
    pub memory: u64,
    /// How many smaller tiles would take, if there are any.
    pub fewer: Option<u64>,
}

/// How many times as much the content of a print weighs: it is the painted picture, which is near the painting already. With less it
/// comes nearer to the painting than that picture was, and its layout goes astray.
const FAITHFULNESS: f32 = 12.0;

impl Aiming {
    /// Begins with the targets of a scale, where the network is cut into stages behind these layers, in tiles that take so many bytes of
    /// the device's memory; half of what was planned, where an allocation fails.
    pub fn new(
        gpu: &Gpu,
        model: &FeatureModel,
        originals: &Originals,
        settings: &Settings,
        scale: &Scale,
        cuts: &[usize],
        mut memory: u64,
    ) -> Aiming {
        let Scale { width, height, .. } = *scale;
        let mut photo = Plane::resized(&originals.painted, width, height);
        let fitted = |(index, painting): (usize, &Rc<Picture>)| {
            let (width, height) = fitted(painting, index, scale, settings);
            Plane::resized(painting, width, height)
        };
        let paintings: Vec<Plane> = originals.paintings.iter().enumerate().map(fitted).collect();
        let place = |place: &Rc<Picture>| resize(place, width, height);
        let places: Vec<_> = originals.places.iter().map(|own| own.as_ref().map(place)).collect();
        let mut regions = regions(&places, &shares(settings, places.len()), (width, height));
        let shape = |plane: &Plane| Shape::new(plane.height, plane.width, 4);
        let mut terms = model.terms(settings, shape(&photo), paintings.iter().map(shape));
        let of_content = terms.iter_mut().filter(|term| term.loss.family() == Family::Content);
        of_content.for_each(|term| term.weight *= FAITHFULNESS);
        if let Some(Margin { radius, .. }) = surroundings(shape(&photo), settings) {
            photo = photo.wrapped(radius);
            wrap(&mut regions, radius);
        }
        let (network, size) = (model.network().clone(), (photo.width, photo.height));
        let taps: Vec<usize> = terms.iter().map(|term| term.layer).collect();
        let around = network.whole().surroundings(taps.iter().copied());
        let needs = Needs::of(settings.model, network.features(), is_card(gpu));
        let (needs, cuts) = (needs.in_stages(cuts.len() + 1), cuts.to_vec());
        let longest = gpu.longest_array();
        let (gpu, turns) = (gpu.clone(), Turns::default());
        let own = turns.clone();
        let work = Box::pin(async move {
            loop {
                let pixels = match needs.look_pixels(around, memory, longest) {
                    Ok(pixels) => pixels,
                    Err(refused) => return Found { in_tiles: Err(refused), memory, fewer: None },
                };
                let seen = |stage| needs.view_positions(stage, memory, longest);
                let stages = stages(&network, &taps, size, &cuts, seen);
                let planned = needs.bytes(stages.iter().map(|stage| stage.tiling.pixels()));
                let fewer = needs.fewer_bytes(planned.min(memory), around);
                let subjects = Subjects { photo: &photo, paintings: &paintings, pixels, regions: &regions };
                let captured = InTiles::capture(&gpu, &network, &terms, stages, subjects, &own).await;
                let (Err(Error::OutOfMemory { .. }), Some(smaller)) = (&captured, fewer) else {
                    return Found { in_tiles: captured, memory, fewer };
                };
                memory = smaller;
                if let Err(lost) = gpu.recover().await {
                    return Found { in_tiles: Err(lost), memory, fewer };
                }
            }
        });
        Aiming { work, turns, pixels: pixels(originals, settings, scale) }
    }

    /// Looks at the next tile; after the last one, returns what was found.
    pub async fn turn(&mut self) -> Option<Found> {
        self.turns.take(&mut self.work).await
    }

    /// Which share of it is done, 0..=1.
    pub fn fraction(&self) -> f64 {
        (self.turns.pixels() as f64 / self.pixels as f64).min(1.0)
    }
}

/// How many pixels are looked at for the targets of a scale.
pub fn pixels(originals: &Originals, settings: &Settings, scale: &Scale) -> u64 {
    let of = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    let paintings = originals.paintings.iter().enumerate();
    of((scale.width, scale.height))
        + paintings.map(|(index, painting)| of(fitted(painting, index, scale, settings))).sum::<u64>()
}

/// The size at which the `index`-th painting is looked at.
fn fitted(painting: &Picture, index: usize, scale: &Scale, settings: &Settings) -> (u32, u32) {
    fit(painting.width, painting.height, painting_edge(scale, settings, index))
}
