//! This turns a layer's moments, measured as its rows go by, into a loss, and into what its gradient is made of.

use super::guide::LayerGuide;
use super::lens::Lens;
use super::moments::{Centering, Moments, Sums, squared_norm};
use super::root::{self, Roots};
use super::term::Measure;
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::square_matmul::PLAIN;
use crate::kernels::{
    Part, batched_gemm, guide, moments_bias, moments_loss, recentre, ridge, square_matmul, wasserstein_loss,
};
use crate::network::{BackwardRows, ForwardRows};

/// What a style term compares with.
pub(super) struct StyleTarget {
    moments: Moments,
    /// The painting's mean in the layer itself: rows are summed about it.
    point: Tensor,
    /// What the layer's statistics are seen through before they are compared.
    lens: Option<Lens>,
    norms: Tensor,
    measure: Measure,
    /// Of the covariance, for the Wasserstein distance.
    root: Option<Tensor>,
    /// Where in the picture it is compared; everywhere, if there is none.
    guide: Option<LayerGuide>,
}

/// Covariances have eigenvalues near zero, whose inverse roots are noise. So both are compared with this much more, in units
/// of the painting's norm, on the diagonal: where they are equal, they stay so.
const RIDGE: f32 = 2e-3;

/// The distance of two distributions that are near is about a quarter of what their covariances differ by; times this, one
/// content weight serves either loss.
const AS_COVARIANCE: f32 = 4.0;

impl StyleTarget {
    pub fn new(
        rec: &mut Recorder,
        layer: Moments,
        measure: Measure,
        lens: Option<Lens>,
        guide: Option<LayerGuide>,
    ) -> Result<StyleTarget> {
        let point = layer.mu.clone();
        let mut moments = seen(rec, lens.as_ref(), layer)?;
        let norms = rec.gpu().tensor("norms", Shape::vector(2))?;
        squared_norm(rec, &moments.sigma, &norms, 0)?;
        squared_norm(rec, &moments.mu, &norms, 1)?;
        let mut root = None;
        if matches!(measure, Measure::Wasserstein | Measure::RelativeWasserstein) {
            let sigma = rec.gpu().tensor("sigma", moments.sigma.shape())?;
            ridge::record(rec, &moments.sigma, &norms, (1.0, 0.0), (RIDGE, 0.5), &sigma);
            moments.sigma = sigma;
            // In a buffer of its own: the recording's are shared, and as large as the largest map that was in them.
            let kept = rec.gpu().tensor("root", moments.sigma.shape())?;
            let found = root::roots(rec, &moments.sigma)?.root;
            ridge::record(rec, &found, &norms, (1.0, 0.0), (0.0, 0.0), &kept);
            root = Some(kept);
        }
        Ok(StyleTarget { moments, point, lens, norms, measure, root, guide })
    }

    /// What each moment counts; of Gram matrices, Gatys' layer weight and the mean over the matrix.
    fn weights(&self, weight: f32, channels: u32) -> moments_loss::Weights {
        match self.measure {
            Measure::MeanCovariance => moments_loss::Weights { covariance: weight, mean: weight, relative: true },
            Measure::RelativeGram => moments_loss::Weights { covariance: weight, mean: 0.0, relative: true },
            _ => {
                let entries = (channels * channels) as f32;
                moments_loss::Weights { covariance: weight * 1e3 / entries / entries, mean: 0.0, relative: false }
            }
        }
    }

    /// Over how many pixels statistics are averaged.
    fn mass(&self, sight: &ForwardRows) -> f32 {
        self.guide.as_ref().map_or(sight.map.pixels() as f32, |guide| guide.mass)
    }

    /// What a Wasserstein distance counts, and whether relative to the painting's second moment.
    fn transport_weight(&self, weight: f32, channels: u32) -> (f32, bool) {
        match self.measure {
            Measure::RelativeWasserstein => (AS_COVARIANCE * weight, true),
            _ => (weight / channels as f32, false),
        }
    }

    /// Adds rows to the sums: about the painting's mean, which is known beforehand, and near the picture's own soon enough.
    fn add(&self, rec: &mut Recorder, sums: &mut Sums, sight: &ForwardRows) -> Result<()> {
        let (mean, centred) = (&self.point, self.measure.centering() == Centering::Mean);
        let Some(guide) = &self.guide else {
            if centred {
                sums.add_mean(rec, &sight.part)?;
            }
            return sums.add_covariance(rec, &sight.part, mean);
        };
        let zero = rec.gpu().tensor("zero", mean.shape())?;
        let accumulate = sight.part.accumulate;
        if centred {
            let weighed = guided(rec, sight, &zero, guide, false)?;
            sums.add_mean(rec, &Part { accumulate, ..Part::whole(&weighed) })?;
        }
        let weighed = guided(rec, sight, mean, guide, true)?;
        sums.add_covariance(rec, &Part { accumulate, ..Part::whole(&weighed) }, &zero)
    }

    /// Records the loss of what was summed, and its gradient.
    fn compare(
        &self,
        rec: &mut Recorder,
        sums: &Sums,
        weight: f32,
        sight: &ForwardRows,
        loss: &moments_loss::Slot,
    ) -> Result<Style> {
        let layer = Moments { sigma: sums.second_moment(rec)?, mu: sums.mean(rec)? };
        if self.measure.centering() == Centering::Mean {
            recentre::record(rec, &layer.mu, &self.point, &layer.sigma);
        }
        let mean = layer.mu.clone();
        let own = seen(rec, self.lens.as_ref(), layer)?;
        let channels = sight.map.channels;
        let matrix = rec.tensor("d_sigma", Shape::matrix(channels))?;
        let d_mu = rec.tensor("d_mu", Shape::vector(channels))?;
        let d = moments_loss::Pair { sigma: &matrix, mu: &d_mu };
        let target = moments_loss::Pair { sigma: &self.moments.sigma, mu: &self.moments.mu };
        let (mass, scale) = (self.mass(sight), sight.part.x.dtype().gradient_scale());
        match &self.root {
            None => {
                let own = moments_loss::Pair { sigma: &own.sigma, mu: &own.mu };
                let weights = self.weights(weight, channels);
                moments_loss::record(rec, &own, &target, &self.norms, mass, weights, scale, &d, loss);
            }
            Some(root) => {
                let sigma = rec.tensor("sigma", own.sigma.shape())?;
                ridge::record(rec, &own.sigma, &self.norms, (1.0, 0.0), (RIDGE, 0.5), &sigma);
                let between = between(rec, &sigma, root, &matrix)?;
                let own = moments_loss::Pair { sigma: &sigma, mu: &own.mu };
                let weight = self.transport_weight(weight, channels);
                wasserstein_loss::record(rec, &own, &target, &between, mass, weight, scale, &d, loss);
            }
        }
        let (matrix, d_mu) = match &self.lens {
            Some(lens) => lens.gradients(rec, &matrix, &d_mu)?,
            None => (matrix, d_mu),
        };
        let bias = rec.tensor("d_bias", Shape::vector(channels))?;
        moments_bias::record(rec, &matrix, &d_mu, &mean, &bias);
        Ok(Style::Known { matrix, bias })
    }
}

/// A layer's moments as a lens shows them.
fn seen(rec: &mut Recorder, lens: Option<&Lens>, layer: Moments) -> Result<Moments> {
    match lens {
        Some(lens) => lens.moments(rec, &layer),
        None => Ok(layer),
    }
}

/// A style term on its way down and up.
#[derive(Default)]
pub(super) enum Style {
    /// No row was seen yet.
    #[default]
    Ahead,
    /// Some were.
    Summing(Sums),
    /// All were: the loss is known, and with it the gradient, d_x = matrix x + bias.
    Known { matrix: Tensor, bias: Tensor },
}

impl Style {
    /// Sees rows; after the last, records the loss into its slot.
    pub fn down(
        &mut self,
        rec: &mut Recorder,
        target: &StyleTarget,
        weight: f32,
        sight: &ForwardRows,
        loss: &moments_loss::Slot,
    ) -> Result<()> {
        let mut sums = match std::mem::take(self) {
            Style::Summing(sums) => sums,
            _ => Sums::weighed(sight.map, target.mass(sight)),
        };
        target.add(rec, &mut sums, sight)?;
        *self = if sight.last { target.compare(rec, &sums, weight, sight, loss)? } else { Style::Summing(sums) };
        Ok(())
    }

    /// Adds the gradient to rows.
    pub fn up(&self, rec: &mut Recorder, target: &StyleTarget, slope: &BackwardRows) -> Result<()> {
        let Style::Known { matrix, bias } = self else { unreachable!("a walk goes down before it goes up") };
        let BackwardRows { x, d_x, accumulate, start } = *slope;
        let Some(guide) = &target.guide else {
            batched_gemm::pointwise(rec, x, matrix, bias, d_x, accumulate);
            return Ok(());
        };
        let everywhere = rec.map("d_unguided", d_x.shape(), d_x.dtype())?;
        batched_gemm::pointwise(rec, x, matrix, bias, &everywhere, false);
        let zero = rec.gpu().tensor("zero", target.moments.mu.shape())?;
        let weights = guide::Weights { w: &guide.weights, start, root: false };
        guide::record(rec, &Part { accumulate, ..Part::whole(&everywhere) }, &zero, weights, d_x);
        Ok(())
    }
}

/// Records rows about a point as a guide lets them count; `root` where products of two will be summed.
fn guided(rec: &mut Recorder, sight: &ForwardRows, point: &Tensor, guide: &LayerGuide, root: bool) -> Result<Tensor> {
    let Part { x, pixels, .. } = sight.part;
    let y = rec.map("guided", Shape::new(1, pixels, x.shape().channels), x.dtype())?;
    let weights = guide::Weights { w: &guide.weights, start: sight.start, root };
    guide::record(rec, &Part { accumulate: false, ..sight.part }, point, weights, &y);
    Ok(y)
}

/// Records, for the root B of the painting's covariance, (B sigma B)^1/2, which it returns, and B (B sigma B)^-1/2 B, which
/// carries features of covariance sigma to the painting's.
fn between(rec: &mut Recorder, sigma: &Tensor, b: &Tensor, transport: &Tensor) -> Result<Tensor> {
    let half = root::product(rec, b, sigma, PLAIN)?;
    let m = root::product(rec, &half, b, PLAIN)?;
    let Roots { root, inverse } = root::roots(rec, &m)?;
    let half = root::product(rec, b, &inverse, PLAIN)?;
    square_matmul::record(rec, &half, b, PLAIN, transport);
    Ok(root)
}
