//! This turns features into losses, and losses into gradients of features.
//!
//! A term knows its target; a tap and a weight are put around it; the sum knows nothing else.

pub mod moments;

use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};
use crate::kernels::{content_loss, conv, moments_bias, moments_loss, total, tv_loss};
use crate::network::{Features, Gradients};
use moments::{About, Moments, squared_norm, sums};

/// Which of the three curves a term belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Keeps the photo.
    Content,
    /// Brings the painting.
    Style,
    /// Keeps the picture smooth.
    Variation,
}

/// What a term compares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// Squared difference to the photo's features, divided by their own square.
    Content,
    /// The same, divided by the variance of the photo's features instead.
    StandardisedContent,
    /// Mean and centred covariance against the painting's, each relative to its own squared norm.
    MeanCovariance,
    /// Gram matrix against the painting's (Gatys, Ecker, Bethge 2016), with their layer weight 1e3 / C^2.
    Gram,
    /// Total variation of the pixels.
    Variation,
}

impl Measure {
    /// The curve it belongs to.
    pub fn family(&self) -> Family {
        match self {
            Measure::Content | Measure::StandardisedContent => Family::Content,
            Measure::MeanCovariance | Measure::Gram => Family::Style,
            Measure::Variation => Family::Variation,
        }
    }
}

/// One summand of the loss: a measure at a layer, with a weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The tapped layer of the table.
    pub layer: usize,
    /// What is compared there.
    pub measure: Measure,
    /// How much it counts.
    pub weight: f32,
}

/// The whole loss of a picture, with its targets.
pub struct Objective {
    terms: Vec<(Term, Target)>,
    losses: Tensor,
}

enum Target {
    Features { features: Tensor, norm: Tensor, norm_scale: f32 },
    Moments { moments: Moments, norms: Tensor, about: About },
    Nothing,
}

impl Objective {
    /// Captures the targets from the features of the photo and of the painting.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn capture(rec: &mut Recorder, terms: &[Term], photo: &Features, painting: &Features) -> Result<Objective> {
        let losses = rec.gpu().tensor("losses", Shape::vector(terms.len() as u32))?;
        let terms = terms
            .iter()
            .map(|term| Ok((term.clone(), Target::capture(rec, term, photo, painting)?)))
            .collect::<Result<_>>()?;
        Ok(Objective { terms, losses })
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

    /// Records all losses of `features` and their gradients.
    ///
    /// # Errors
    /// Where the device cannot hold the gradients.
    pub fn record(&self, rec: &mut Recorder, features: &Features, gradients: &mut Gradients) -> Result<()> {
        for (slot, (term, target)) in self.terms.iter().enumerate() {
            let slot = slot as u32;
            let x = features.at(term.layer);
            let (d_x, accumulate) = gradients.slot(rec, term.layer, x.shape())?;
            match target {
                Target::Features { features, norm, norm_scale } => {
                    let target = content_loss::Target { features, norm, norm_scale: *norm_scale };
                    let partials = sums(rec, x.shape().vectors())?;
                    content_loss::record(rec, x, &target, term.weight, &d_x, accumulate, &partials);
                    total::record(rec, &partials, &self.losses, slot);
                }
                Target::Moments { moments, norms, about } => {
                    let loss = moments_loss::Slot { losses: &self.losses, slot };
                    let target = Style { moments, norms, about: *about, weight: term.weight };
                    target.record(rec, x, &loss, &d_x, accumulate)?;
                }
                Target::Nothing => {
                    let partials = sums(rec, x.shape().pixels())?;
                    tv_loss::record(rec, x, term.weight, &d_x, accumulate, &partials);
                    total::record(rec, &partials, &self.losses, slot);
                }
            }
        }
        Ok(())
    }
}

impl Target {
    fn capture(rec: &mut Recorder, term: &Term, photo: &Features, painting: &Features) -> Result<Target> {
        let gpu = rec.gpu();
        match term.measure {
            Measure::Content => {
                let features = photo.at(term.layer).clone();
                let norm = gpu.tensor("norm", Shape::vector(1))?;
                squared_norm(rec, &features, &norm, 0)?;
                Ok(Target::Features { features, norm, norm_scale: 1.0 })
            }
            Measure::StandardisedContent => {
                let features = photo.at(term.layer).clone();
                // One channel: the first number of its covariance is the variance.
                let variance = Moments::record(rec, &features, About::Mean)?.sigma;
                let norm_scale = features.shape().pixels() as f32;
                Ok(Target::Features { features, norm: variance, norm_scale })
            }
            Measure::MeanCovariance => Target::moments(rec, painting.at(term.layer), About::Mean),
            Measure::Gram => Target::moments(rec, painting.at(term.layer), About::Zero),
            Measure::Variation => Ok(Target::Nothing),
        }
    }

    fn moments(rec: &mut Recorder, x: &Tensor, about: About) -> Result<Target> {
        let moments = Moments::record(rec, x, about)?;
        let norms = rec.gpu().tensor("norms", Shape::vector(2))?;
        squared_norm(rec, &moments.sigma, &norms, 0)?;
        squared_norm(rec, &moments.mu, &norms, 1)?;
        Ok(Target::Moments { moments, norms, about })
    }
}

/// A style term at work.
struct Style<'t> {
    moments: &'t Moments,
    norms: &'t Tensor,
    about: About,
    weight: f32,
}

impl Style<'_> {
    fn record(
        &self,
        rec: &mut Recorder,
        x: &Tensor,
        loss: &moments_loss::Slot,
        d_x: &Tensor,
        accumulate: bool,
    ) -> Result<()> {
        let gpu: &Gpu = rec.gpu();
        let Shape { channels, .. } = x.shape();
        let own = Moments::record(rec, x, self.about)?;
        let d_sigma = gpu.tensor("d_sigma", Shape::matrix(channels))?;
        let d_mu = gpu.tensor("d_mu", Shape::vector(channels))?;
        let bias = gpu.tensor("d_bias", Shape::vector(channels))?;
        moments_loss::record(
            rec,
            &moments_loss::Pair { sigma: &own.sigma, mu: &own.mu },
            &moments_loss::Pair { sigma: &self.moments.sigma, mu: &self.moments.mu },
            self.norms,
            x.shape().pixels(),
            self.weights(channels),
            &moments_loss::Pair { sigma: &d_sigma, mu: &d_mu },
            loss,
        );
        moments_bias::record(rec, &d_sigma, &d_mu, &own.mu, &bias);
        conv::pointwise(rec, x, &d_sigma, &bias, d_x, accumulate);
        Ok(())
    }

    fn weights(&self, channels: u32) -> moments_loss::Weights {
        match self.about {
            About::Mean => moments_loss::Weights { covariance: self.weight, mean: self.weight, relative: true },
            About::Zero => {
                // Gatys' layer weight, and the mean over the matrix.
                let entries = (channels * channels) as f32;
                moments_loss::Weights { covariance: self.weight * 1e3 / entries / entries, mean: 0.0, relative: false }
            }
        }
    }
}
