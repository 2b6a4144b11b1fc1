//! This turns a layer's moments, measured as its rows go by, into a loss, and into what its gradient is made of.

use super::Measure;
use super::guide::LayerGuide;
use super::moments::{About, Moments, Sums, squared_norm};
use super::root::{self, Roots};
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::matrix_product::PLAIN;
use crate::kernels::{
    Part, guide, matrix_product, moments_bias, moments_loss, product, recentre, ridge, wasserstein_loss,
};
use crate::network::{Sight, Slope};

/// What a style term compares with.
pub(super) struct StyleTarget {
    moments: Moments,
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

/// Of two near distributions, what a quarter of the difference of covariances is of the distance: so one content weight serves
/// either loss.
const AS_COVARIANCE: f32 = 4.0;

impl StyleTarget {
    pub fn new(
        rec: &mut Recorder,
        mut moments: Moments,
        measure: Measure,
        guide: Option<LayerGuide>,
    ) -> Result<StyleTarget> {
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
        Ok(StyleTarget { moments, norms, measure, root, guide })
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
    fn mass(&self, sight: &Sight) -> f32 {
        self.guide.as_ref().map_or(sight.map.pixels() as f32, |guide| guide.mass)
    }

    /// What a Wasserstein distance counts, and whether relative to the painting's second moment.
    fn transport_weight(&self, weight: f32, channels: u32) -> (f32, bool) {
        match self.measure {
            Measure::RelativeWasserstein => (AS_COVARIANCE * weight, true),
            _ => (weight / channels as f32, false),
        }
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
        sight: &Sight,
        loss: &moments_loss::Slot,
    ) -> Result<()> {
        let mut sums = match std::mem::take(self) {
            Style::Summing(sums) => sums,
            _ => Sums::weighed(sight.map, target.mass(sight)),
        };
        // About the painting's mean: it is known beforehand, and near the picture's own soon enough.
        let StyleTarget { moments, norms, measure, root, guide } = target;
        let about = measure.about();
        match guide {
            None => {
                if about == About::Mean {
                    sums.add_mean(rec, &sight.part)?;
                }
                sums.add_covariance(rec, &sight.part, &moments.mu)?;
            }
            Some(guide) => {
                let zero = rec.gpu().tensor("zero", moments.mu.shape())?;
                if about == About::Mean {
                    let weighed = guided(rec, sight, &zero, guide, false)?;
                    sums.add_mean(rec, &Part { accumulate: sight.part.accumulate, ..Part::whole(&weighed) })?;
                }
                let weighed = guided(rec, sight, &moments.mu, guide, true)?;
                sums.add_covariance(rec, &Part { accumulate: sight.part.accumulate, ..Part::whole(&weighed) }, &zero)?;
            }
        }
        if !sight.last {
            *self = Style::Summing(sums);
            return Ok(());
        }
        let own = Moments { sigma: sums.second_moment(rec)?, mu: sums.mean(rec)? };
        if about == About::Mean {
            recentre::record(rec, &own.mu, &moments.mu, &own.sigma);
        }
        let channels = sight.part.x.shape().channels;
        let matrix = rec.tensor("d_sigma", Shape::matrix(channels))?;
        let d_mu = rec.tensor("d_mu", Shape::vector(channels))?;
        let bias = rec.tensor("d_bias", Shape::vector(channels))?;
        let of_target = moments_loss::Pair { sigma: &moments.sigma, mu: &moments.mu };
        let gradient_scale = sight.part.x.element().gradient_scale();
        let d = moments_loss::Pair { sigma: &matrix, mu: &d_mu };
        match root {
            None => {
                let of_own = moments_loss::Pair { sigma: &own.sigma, mu: &own.mu };
                let weights = target.weights(weight, channels);
                moments_loss::record(
                    rec,
                    &of_own,
                    &of_target,
                    norms,
                    target.mass(sight),
                    weights,
                    gradient_scale,
                    &d,
                    loss,
                );
            }
            Some(root) => {
                let sigma = rec.tensor("sigma", own.sigma.shape())?;
                ridge::record(rec, &own.sigma, norms, (1.0, 0.0), (RIDGE, 0.5), &sigma);
                let between = between(rec, &sigma, root, &matrix)?;
                let of_own = moments_loss::Pair { sigma: &sigma, mu: &own.mu };
                wasserstein_loss::record(
                    rec,
                    &of_own,
                    &of_target,
                    &between,
                    target.mass(sight),
                    target.transport_weight(weight, channels),
                    gradient_scale,
                    &d,
                    loss,
                );
            }
        }
        moments_bias::record(rec, &matrix, &d_mu, &own.mu, &bias);
        *self = Style::Known { matrix, bias };
        Ok(())
    }

    /// Adds the gradient to rows.
    pub fn up(&self, rec: &mut Recorder, target: &StyleTarget, slope: &Slope) -> Result<()> {
        let Style::Known { matrix, bias } = self else { unreachable!("a walk goes down before it goes up") };
        let Slope { x, d_x, accumulate, start } = *slope;
        let Some(guide) = &target.guide else {
            product::pointwise(rec, x, matrix, bias, d_x, accumulate);
            return Ok(());
        };
        let everywhere = rec.map("d_unguided", d_x.shape(), d_x.element())?;
        product::pointwise(rec, x, matrix, bias, &everywhere, false);
        let zero = rec.gpu().tensor("zero", target.moments.mu.shape())?;
        let weights = guide::Weights { w: &guide.weights, start, root: false };
        guide::record(rec, &Part { accumulate, ..Part::whole(&everywhere) }, &zero, weights, d_x);
        Ok(())
    }
}

/// Records rows about a point as a guide lets them count; `root` where products of two will be summed.
fn guided(rec: &mut Recorder, sight: &Sight, point: &Tensor, guide: &LayerGuide, root: bool) -> Result<Tensor> {
    let Part { x, pixels, .. } = sight.part;
    let y = rec.map("guided", Shape::new(1, pixels, x.shape().channels), x.element())?;
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
    matrix_product::record(rec, &half, b, PLAIN, transport);
    Ok(root)
}
