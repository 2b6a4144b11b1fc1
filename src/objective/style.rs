//! This turns a layer's moments, measured as its rows go by, into a loss, and into what its gradient is made of.

use super::Measure;
use super::moments::{About, Moments, Sums, squared_norm};
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::{moments_bias, moments_loss, product, recentre};
use crate::network::Sight;

/// What a style term compares with.
pub(super) struct StyleTarget {
    moments: Moments,
    norms: Tensor,
    measure: Measure,
}

impl StyleTarget {
    pub fn new(rec: &mut Recorder, moments: Moments, measure: Measure) -> Result<StyleTarget> {
        let norms = rec.gpu().tensor("norms", Shape::vector(2))?;
        squared_norm(rec, &moments.sigma, &norms, 0)?;
        squared_norm(rec, &moments.mu, &norms, 1)?;
        Ok(StyleTarget { moments, norms, measure })
    }

    /// Gatys' layer weight and the mean over the matrix; or, relative, `weight` for each moment.
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
            _ => Sums::new(sight.part.x.shape().channels, sight.pixels),
        };
        // About the painting's mean: it is known beforehand, and near the picture's own soon enough.
        let StyleTarget { moments, norms, measure } = target;
        let about = measure.about();
        if about == About::Mean {
            sums.add_mean(rec, &sight.part)?;
        }
        sums.add_covariance(rec, &sight.part, &moments.mu)?;
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
        moments_loss::record(
            rec,
            &moments_loss::Pair { sigma: &own.sigma, mu: &own.mu },
            &moments_loss::Pair { sigma: &moments.sigma, mu: &moments.mu },
            norms,
            sight.pixels,
            target.weights(weight, channels),
            sight.part.x.element().gradient_scale(),
            &moments_loss::Pair { sigma: &matrix, mu: &d_mu },
            loss,
        );
        moments_bias::record(rec, &matrix, &d_mu, &own.mu, &bias);
        *self = Style::Known { matrix, bias };
        Ok(())
    }

    /// Adds the gradient to rows `x`.
    pub fn up(&self, rec: &mut Recorder, x: &Tensor, d_x: &Tensor, accumulate: bool) {
        match self {
            Style::Known { matrix, bias } => product::pointwise(rec, x, matrix, bias, d_x, accumulate),
            _ => unreachable!("a walk goes down before it goes up"),
        }
    }
}
