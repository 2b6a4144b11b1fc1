//! The common part of all style losses: it sums a layer's moments row by row, lets the loss compare them, and takes the gradient
//! back to the rows.

use super::guide::LayerGuide;
use super::lens::Lens;
use super::loss::{Aim, Goal, LayerMoments, Slot, Walk};
use super::moments::{Centering, Moments, Sums, squared_norm};
use crate::Result;
use crate::gpu::{DType, Recorder, Shape, Tensor};
use crate::kernels::moments_loss::Pair;
use crate::kernels::{Part, batched_gemm, guide, moments_bias, recentre};
use crate::network::{BackwardRows, ForwardRows, Interest};

/// A style loss with its target: what is compared once a layer's moments are known.
pub(super) trait Comparison {
    /// Records the loss of these moments into its slot, and returns its gradients to them.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    fn compare(&self, rec: &mut Recorder, own: &Moments, measured: &Measured) -> Result<Gradients>;
}

/// How moments were measured, and where their loss goes.
#[derive(Clone, Copy)]
pub(super) struct Measured<'s> {
    /// Over how many pixels, or pixels with weights of that sum.
    pub mass: f32,
    /// How many times too large gradients are stored.
    pub gradient_scale: f32,
    /// Where the loss goes.
    pub slot: &'s Slot<'s>,
}

/// Gradients to moments.
pub(super) struct Gradients {
    /// To the covariance.
    pub sigma: Tensor,
    /// To the mean.
    pub mu: Tensor,
}

impl Gradients {
    /// Tensors for the gradients to such moments.
    pub fn tensors(rec: &Recorder, moments: &Moments) -> Result<Gradients> {
        let sigma = rec.tensor("d_sigma", moments.sigma.shape())?;
        Ok(Gradients { sigma, mu: rec.tensor("d_mu", moments.mu.shape())? })
    }

    /// As kernels take them.
    pub fn pair(&self) -> Pair<'_> {
        Pair { sigma: &self.sigma, mu: &self.mu }
    }
}

/// Records the squared norms of the matrix and of the mean, in a tensor that stays.
pub(super) fn norms(rec: &mut Recorder, moments: &Moments) -> Result<Tensor> {
    let norms = rec.gpu().tensor("norms", Shape::vector(2))?;
    squared_norm(rec, &moments.sigma, &norms, 0)?;
    squared_norm(rec, &moments.mu, &norms, 1)?;
    Ok(norms)
}

/// A comparison at work in a layer.
pub(super) struct Statistics<C> {
    comparison: C,
    centering: Centering,
    /// The painting's mean in the layer itself: rows are summed about it.
    point: Tensor,
    lens: Option<Lens>,
    guide: Option<LayerGuide>,
}

/// A comparison on its way down and up.
struct Summing<'t, C> {
    target: &'t Statistics<C>,
    state: State,
}

/// How far it is.
#[derive(Default)]
enum State {
    /// No row was seen yet.
    #[default]
    Ahead,
    /// Some were.
    Summing(Sums, DType),
    /// All were: the loss is known, and with it the gradient, d_x = matrix x + bias.
    Known { matrix: Tensor, bias: Tensor },
}

impl<C: Comparison + 'static> Statistics<C> {
    /// A comparison with what `target` makes of the paintings' moments, as a lens shows them.
    pub fn aim(
        rec: &mut Recorder,
        goal: Goal,
        centering: Centering,
        target: impl FnOnce(&mut Recorder, Moments) -> Result<C>,
    ) -> Result<Box<dyn Aim>> {
        let Goal::Moments(goal) = goal else { unreachable!("it needs moments") };
        let LayerMoments { moments, lens, guide } = *goal;
        let point = moments.mu.clone();
        let moments = seen(rec, lens.as_ref(), moments)?;
        let comparison = target(rec, moments)?;
        Ok(Box::new(Statistics { comparison, centering, point, lens, guide }))
    }

    /// Over how many pixels statistics are averaged.
    fn mass(&self, map: Shape) -> f32 {
        self.guide.as_ref().map_or(map.pixels() as f32, |guide| guide.mass)
    }

    /// Records the loss of what was summed, and its gradient to features that are stored as `dtype` says.
    fn compare(&self, rec: &mut Recorder, sums: &Sums, dtype: DType, slot: &Slot) -> Result<State> {
        let layer = Moments { sigma: sums.second_moment(rec)?, mu: sums.mean(rec)? };
        if self.centering == Centering::Mean {
            recentre::record(rec, &layer.mu, &self.point, &layer.sigma);
        }
        let mean = layer.mu.clone();
        let own = seen(rec, self.lens.as_ref(), layer)?;
        let measured = Measured { mass: sums.mass(), gradient_scale: dtype.gradient_scale(), slot };
        let Gradients { sigma, mu } = self.comparison.compare(rec, &own, &measured)?;
        let (matrix, d_mu) = match &self.lens {
            Some(lens) => lens.gradients(rec, &sigma, &mu)?,
            None => (sigma, mu),
        };
        let bias = rec.tensor("d_bias", mean.shape())?;
        moments_bias::record(rec, &matrix, &d_mu, &mean, &bias);
        Ok(State::Known { matrix, bias })
    }
}

impl<C: Comparison + 'static> Aim for Statistics<C> {
    fn interest(&self) -> Interest {
        Interest::Rows
    }

    fn walk(&self) -> Box<dyn Walk + '_> {
        Box::new(Summing { target: self, state: State::Ahead })
    }
}

impl<C: Comparison + 'static> Walk for Summing<'_, C> {
    fn see(&mut self, rec: &mut Recorder, rows: &ForwardRows) -> Result<()> {
        let mut sums = match std::mem::take(&mut self.state) {
            State::Summing(sums, _) => sums,
            State::Ahead | State::Known { .. } => Sums::weighed(rows.map, self.target.mass(rows.map)),
        };
        let Statistics { centering, point, guide, .. } = self.target;
        // About the painting's mean, which is known beforehand, and near the picture's own soon enough.
        add(rec, &mut sums, rows, *centering, point, guide.as_ref())?;
        self.state = State::Summing(sums, rows.part.x.dtype());
        Ok(())
    }

    fn conclude(&mut self, rec: &mut Recorder, slot: &Slot) -> Result<()> {
        let State::Summing(sums, dtype) = &self.state else { unreachable!("there are rows before the last") };
        self.state = self.target.compare(rec, sums, *dtype, slot)?;
        Ok(())
    }

    fn sums(&self) -> Vec<Tensor> {
        match &self.state {
            State::Summing(sums, _) => sums.partials(),
            State::Ahead | State::Known { .. } => Vec::new(),
        }
    }

    fn up(&self, rec: &mut Recorder, rows: &BackwardRows, _slot: &Slot) -> Result<()> {
        let State::Known { matrix, bias } = &self.state else { unreachable!("a walk goes down before it goes up") };
        let BackwardRows { x, d_x, accumulate, start } = *rows;
        let Some(guide) = &self.target.guide else {
            batched_gemm::pointwise(rec, x, matrix, bias, d_x, accumulate);
            return Ok(());
        };
        let everywhere = rec.map("d_unguided", d_x.shape(), d_x.dtype())?;
        batched_gemm::pointwise(rec, x, matrix, bias, &everywhere, false);
        let zero = rec.gpu().tensor("zero", self.target.point.shape())?;
        let weights = guide::Weights { w: &guide.weights, start, root: false };
        guide::record(rec, &Part { accumulate, ..Part::whole(&everywhere) }, &zero, weights, d_x);
        Ok(())
    }

    fn done(&mut self) {
        self.state = State::Ahead;
    }
}

/// Adds rows to sums about a point, as a guide lets them count.
pub(super) fn add(
    rec: &mut Recorder,
    sums: &mut Sums,
    rows: &ForwardRows,
    centering: Centering,
    point: &Tensor,
    guide: Option<&LayerGuide>,
) -> Result<()> {
    let centred = centering == Centering::Mean;
    let Some(guide) = guide else {
        if centred {
            sums.add_mean(rec, &rows.part)?;
        }
        return sums.add_covariance(rec, &rows.part, point);
    };
    let zero = rec.gpu().tensor("zero", point.shape())?;
    let accumulate = rows.part.accumulate;
    if centred {
        let weighed = guided(rec, rows, &zero, guide, false)?;
        sums.add_mean(rec, &Part { accumulate, ..Part::whole(&weighed) })?;
    }
    let weighed = guided(rec, rows, point, guide, true)?;
    sums.add_covariance(rec, &Part { accumulate, ..Part::whole(&weighed) }, &zero)
}

/// A layer's moments as a lens shows them.
fn seen(rec: &mut Recorder, lens: Option<&Lens>, layer: Moments) -> Result<Moments> {
    match lens {
        Some(lens) => lens.moments(rec, &layer),
        None => Ok(layer),
    }
}

/// Records rows about a point as a guide lets them count; `root` where products of two will be summed.
fn guided(rec: &mut Recorder, rows: &ForwardRows, point: &Tensor, guide: &LayerGuide, root: bool) -> Result<Tensor> {
    let Part { x, pixels, .. } = rows.part;
    let y = rec.map("guided", Shape::new(1, pixels, x.shape().channels), x.dtype())?;
    let weights = guide::Weights { w: &guide.weights, start: rows.start, root };
    guide::record(rec, &Part { accumulate: false, ..rows.part }, point, weights, &y);
    Ok(y)
}
