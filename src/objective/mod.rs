//! This turns features into losses, and losses into gradients of features.
//!
//! A term knows its target; a tap and a weight are put around it; the sum knows nothing else.

pub mod capture;
pub mod guide;
pub mod lens;
pub mod moments;
mod observer;
pub mod root;
mod style;
mod target;
mod term;

pub use term::{Family, Measure, Term};

use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::network::{Features, Network};
use capture::Capture;
use guide::Region;
use lens::Lens;
use moments::{Centering, Moments};
use observer::Measuring;
use style::StyleTarget;
use target::{ContentTarget, Target};

/// The whole loss of a picture, with its targets.
pub struct Objective {
    terms: Vec<(Term, Target)>,
    losses: Tensor,
}

/// Statistics of fewer positions say nothing: of one, the covariance is zero.
pub const SMALLEST_MASS: f32 = 4.0;

impl Objective {
    /// Captures the targets from the photo and the paintings, of which each region of the picture has some.
    ///
    /// A region's style counts by how much of the picture it is. Statistics of several paintings are averaged by their shares.
    /// For Gram matrices that is the same as averaging the losses: the two differ by a number that the picture does not change.
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
        let of = |family: Family| terms.iter().filter(move |term| term.measure.family() == family);
        let mut features = Features::of(of(Family::Content).map(|term| term.layer));
        network.forward(rec, photo, &mut features)?;
        // What is linear in a layer is seen in that layer's statistics; Gram matrices would need the mean beside them.
        let lens = |term: &Term| {
            network.linear(term.layer).map(Lens::new).filter(|_| term.measure.centering() == Centering::Mean)
        };
        let looks_at = |term: &Term| lens(term).map_or(term.layer, |lens| lens.layer());
        let style: Vec<_> = of(Family::Style).map(|term| (looks_at(term), term.measure.centering())).collect();
        let mut captures = Vec::new();
        for painting in paintings {
            let mut capture = Capture::of(style.iter().copied());
            network.forward(rec, painting, &mut capture)?;
            captures.push(capture);
        }
        let shapes = network.shapes(photo.shape());
        let mut targets = Vec::new();
        for term in terms {
            match term.measure.family() {
                Family::Content => {
                    let target = ContentTarget::new(rec, term, features.at(term.layer))?;
                    targets.push((term.clone(), Target::Features(target)));
                }
                Family::Style => {
                    let map = shapes[term.layer];
                    for Region { paintings, guide } in regions {
                        let guide = guide.as_ref().map(|guide| guide.at(rec.gpu(), map)).transpose()?;
                        let mass = guide.as_ref().map_or(map.pixels() as f32, |guide| guide.mass);
                        if guide.is_some() && mass < SMALLEST_MASS {
                            continue;
                        }
                        let (layer, centering) = (looks_at(term), term.measure.centering());
                        let of_each = paintings
                            .iter()
                            .map(|(index, share)| (captures[*index].of_layer(layer, centering), *share));
                        let blended = Moments::blend(rec, &of_each.collect::<Vec<_>>())?;
                        let target = StyleTarget::new(rec, blended, term.measure, lens(term), guide)?;
                        let weight = term.weight * mass / map.pixels() as f32;
                        targets.push((Term { layer, weight, ..term.clone() }, Target::Moments(Box::new(target))));
                    }
                }
                Family::Variation => targets.push((term.clone(), Target::Nothing)),
            }
        }
        let losses = rec.gpu().tensor("losses", Shape::vector(targets.len() as u32))?;
        Ok(Objective { terms: targets, losses })
    }

    /// The losses of a step, one number per term, already weighted.
    pub fn losses(&self) -> &Tensor {
        &self.losses
    }

    /// Adds up the losses of each family.
    pub fn sum(&self, losses: &[f32], family: Family) -> f32 {
        let own = self.terms.iter().zip(losses).filter(|((term, _), _)| term.measure.family() == family);
        own.map(|(_, loss)| loss).sum()
    }

    /// Records all losses of `pixels`, and returns their gradient to the pixels.
    ///
    /// # Errors
    /// Where the device cannot hold what lies between.
    pub fn record(&self, rec: &mut Recorder, network: &Network, pixels: &Tensor) -> Result<Tensor> {
        network.gradient(rec, pixels, &mut Measuring::new(&self.terms, &self.losses))
    }
}
