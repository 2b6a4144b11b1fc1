//! This turns features into losses, and losses into gradients of features.
//!
//! A term knows its target; a tap and a weight are put around it; the sum knows nothing else.

pub mod capture;
pub mod guide;
mod in_tiles;
pub mod lens;
mod loss;
pub mod losses;
pub mod moments;
mod observer;
pub mod root;
mod statistics;

pub use in_tiles::{InTiles, Stage, Subjects, stages};
pub use loss::{Family, Loss, Needs, Term, Units};

use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::network::{Features, Network};
use capture::Capture;
use guide::{LayerGuide, Region};
use lens::Lens;
use loss::{Goal, LayerMoments};
use moments::{Centering, Moments};
use observer::Measuring;

pub use observer::Aimed;

/// The whole loss of a picture, with its targets.
pub struct Objective {
    terms: Vec<Aimed>,
    losses: Tensor,
}

/// Statistics of fewer positions say nothing: of one, the covariance is zero.
pub const SMALLEST_MASS: f32 = 4.0;

impl Objective {
    /// Captures the targets from the photo and the paintings, of which each region of the picture has some.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn capture(
        rec: &mut Recorder,
        network: &Network,
        terms: &[Term],
        photo: &Tensor,
        paintings: &[Tensor],
        regions: &[Region],
    ) -> Result<Objective> {
        let of_photo = Objective::of_photo(rec, network, terms, photo)?;
        Ok(Objective::of_paintings(rec, network, terms, photo.shape(), paintings, regions)?.and(of_photo))
    }

    /// The losses that compare with the photo alone.
    ///
    /// # Errors
    /// Where the device cannot hold its features.
    pub fn of_photo(rec: &mut Recorder, network: &Network, terms: &[Term], photo: &Tensor) -> Result<Vec<Aimed>> {
        let own = || terms.iter().enumerate().filter(|(_, term)| term.loss.needs() == Needs::Features);
        let mut features = Features::of(own().map(|(_, term)| term.layer));
        network.forward(rec, photo, &mut features)?;
        let aimed = own().map(|(term, Term { layer, loss, weight })| {
            let aim = loss.aim(rec, *weight, Goal::Features(features.at(*layer), None))?;
            Ok(Aimed { term, layer: *layer, family: loss.family(), aim })
        });
        aimed.collect()
    }

    /// The losses that do not look at the photo, for pictures of shape `pixels`.
    ///
    /// A region's style counts by how much of the picture it is. Statistics of several paintings are averaged by their shares.
    /// For Gram matrices that is the same as averaging the losses: the two differ by a number that the picture does not change.
    ///
    /// # Errors
    /// Where the device cannot hold the statistics.
    pub fn of_paintings(
        rec: &mut Recorder,
        network: &Network,
        terms: &[Term],
        pixels: Shape,
        paintings: &[Tensor],
        regions: &[Region],
    ) -> Result<Objective> {
        let of_moments: Vec<_> =
            terms.iter().filter_map(|term| Some((term.layer, term.loss.needs().centering()?))).collect();
        let mut captures = Vec::new();
        for painting in paintings {
            let seen = of_moments.iter().map(|&(layer, centering)| (looked_at(network, layer, centering), centering));
            let mut capture = Capture::of(seen);
            network.forward(rec, painting, &mut capture)?;
            captures.push(capture);
        }
        let shapes = network.shapes(pixels);
        let mut targets = Vec::new();
        for (term, Term { layer, loss, weight }) in terms.iter().enumerate() {
            let (layer, weight, family) = (*layer, *weight, loss.family());
            match loss.needs() {
                Needs::Features => {}
                Needs::Nothing => {
                    let aim = loss.aim(rec, weight, Goal::Nothing(None))?;
                    targets.push(Aimed { term, layer, family, aim });
                }
                Needs::Moments(centering) => {
                    let map = shapes[layer];
                    for Region { paintings, guide } in regions {
                        let guide = guide.as_ref().map(|guide| guide.at(rec.gpu(), map)).transpose()?;
                        let mass = guide.as_ref().map_or(map.pixels() as f32, |guide| guide.mass);
                        if guide.is_some() && mass < SMALLEST_MASS {
                            continue;
                        }
                        let seen = looked_at(network, layer, centering);
                        let of_each =
                            paintings.iter().map(|(index, share)| (captures[*index].of_layer(seen, centering), *share));
                        let moments = Moments::blend(rec, &of_each.collect::<Vec<_>>())?;
                        let share = mass / map.pixels() as f32;
                        targets.push(of_region(rec, network, (term, &terms[term]), moments, (guide, share))?);
                    }
                }
            }
        }
        let of_photo = terms.iter().filter(|term| term.loss.needs() == Needs::Features).count();
        let losses = rec.gpu().tensor("losses", Shape::vector((targets.len() + of_photo) as u32))?;
        Ok(Objective { terms: targets, losses })
    }

    /// With the losses that compare with a photo, in the order of the terms.
    #[must_use]
    pub fn and(mut self, of_photo: Vec<Aimed>) -> Objective {
        for aimed in of_photo {
            let place = self.terms.iter().position(|own| own.term > aimed.term).unwrap_or(self.terms.len());
            self.terms.insert(place, aimed);
        }
        self
    }

    /// The losses of a step, one number per term, already weighted.
    pub fn losses(&self) -> &Tensor {
        &self.losses
    }

    /// Adds up the losses of each family.
    pub fn sum(&self, losses: &[f32], family: Family) -> f32 {
        let own = self.terms.iter().zip(losses).filter(|(term, _)| term.family == family);
        // From 0, because the sum of no numbers is -0.
        own.fold(0.0, |sum, (_, loss)| sum + loss)
    }

    /// Records all losses of `pixels`, and returns their gradient to the pixels.
    ///
    /// # Errors
    /// Where the device cannot hold what lies between.
    pub fn record(&self, rec: &mut Recorder, network: &Network, pixels: &Tensor) -> Result<Tensor> {
        network.gradient(rec, pixels, &mut Measuring::new(&self.terms, &self.losses))
    }
}

/// A term that compares a region's statistics with these. It counts by the region's share of the picture.
fn of_region(
    rec: &mut Recorder,
    network: &Network,
    (term, Term { layer, loss, weight }): (usize, &Term),
    moments: Moments,
    (guide, share): (Option<LayerGuide>, f32),
) -> Result<Aimed> {
    let centering = loss.needs().centering().expect("it compares statistics");
    let goal = LayerMoments { moments, lens: lens(network, *layer, centering), guide };
    let aim = loss.aim(rec, weight * share, Goal::Moments(Box::new(goal)))?;
    Ok(Aimed { term, layer: looked_at(network, *layer, centering), family: loss.family(), aim })
}

/// A linear layer's statistics follow from those of its input; Gram matrices would need the mean as well.
fn lens(network: &Network, layer: usize, centering: Centering) -> Option<Lens> {
    match centering {
        Centering::Mean => network.linear(layer).map(Lens::new),
        Centering::None => None,
    }
}

/// The layer whose statistics are measured.
fn looked_at(network: &Network, layer: usize, centering: Centering) -> usize {
    lens(network, layer, centering).map_or(layer, |lens| lens.layer())
}
