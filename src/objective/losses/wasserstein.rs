//! The squared Wasserstein distance of normal distributions (Dowson & Landau 1982): what it would take to carry one to the
//! other. With the painting's covariance T, its root B, and the picture's covariance S,
//!   d = |dm|^2 + tr S + tr T - 2 tr (B S B)^1/2.
//!
//! Absolute, it is divided by C. Relative, it is divided by the painting's second moment.
//!
//! A root that was lost to noise (see `objective/root.rs`) shows in the distance, which then lies outside of what is
//! possible. For that step the layer only compares means, and its loss is the largest that there can be.

use super::super::loss::{Aim, Family, Goal, Loss, Needs, Units};
use super::super::moments::{Centering, Moments};
use super::super::root::{self, Roots};
use super::super::statistics::{Comparison, Gradients, Measured, Statistics, norms};
use crate::Result;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor};
use crate::kernels::moments_loss::{Pair, Slot};
use crate::kernels::square_matmul::{self, PLAIN};
use crate::kernels::{kernel, ridge};
use bytemuck::{Pod, Zeroable};

/// The loss.
#[derive(Debug, Clone, Copy)]
pub struct Wasserstein(
    /// Its units.
    pub Units,
);

/// Covariances have eigenvalues near zero, whose inverse roots are noise. So both are compared with this much more, in units
/// of the painting's norm, on the diagonal: where they are equal, they stay so.
const RIDGE: f32 = 2e-3;

/// The distance of two distributions that are near is about a quarter of what their covariances differ by; times this, one
/// content weight serves either loss.
const AS_COVARIANCE: f32 = 4.0;

impl Loss for Wasserstein {
    fn family(&self) -> Family {
        Family::Style
    }

    fn needs(&self) -> Needs {
        Needs::Moments(Centering::Mean)
    }

    fn unit(&self, growth: f32) -> f32 {
        self.0.of_file(growth, 2)
    }

    fn aim(&self, rec: &mut Recorder, weight: f32, goal: Goal) -> Result<Box<dyn Aim>> {
        let units = self.0;
        Statistics::aim(rec, goal, Centering::Mean, |rec, moments| Target::new(rec, moments, units, weight))
    }
}

/// The painting's moments, and the root of its covariance.
struct Target {
    moments: Moments,
    norms: Tensor,
    root: Tensor,
    units: Units,
    weight: f32,
}

impl Target {
    fn new(rec: &mut Recorder, moments: Moments, units: Units, weight: f32) -> Result<Target> {
        let norms = norms(rec, &moments)?;
        let sigma = rec.gpu().tensor("sigma", moments.sigma.shape())?;
        ridge::record(rec, &moments.sigma, &norms, (1.0, 0.0), (RIDGE, 0.5), &sigma);
        // In a buffer of its own: the recording's are shared, and as large as the largest map that was in them.
        let root = rec.gpu().tensor("root", sigma.shape())?;
        let found = root::roots(rec, &sigma)?.root;
        ridge::record(rec, &found, &norms, (1.0, 0.0), (0.0, 0.0), &root);
        Ok(Target { moments: Moments { sigma, mu: moments.mu }, norms, root, units, weight })
    }

    /// The distance's weight, and whether it is relative to the painting's second moment.
    fn weight(&self, channels: u32) -> (f32, bool) {
        match self.units {
            Units::Relative => (AS_COVARIANCE * self.weight, true),
            Units::Absolute => (self.weight / channels as f32, false),
        }
    }
}

impl Comparison for Target {
    fn compare(&self, rec: &mut Recorder, own: &Moments, measured: &Measured) -> Result<Gradients> {
        let d = Gradients::tensors(rec, own)?;
        let weight = self.weight(own.mu.shape().channels);
        let sigma = rec.tensor("sigma", own.sigma.shape())?;
        ridge::record(rec, &own.sigma, &self.norms, (1.0, 0.0), (RIDGE, 0.5), &sigma);
        let between = between(rec, &sigma, &self.root, &d.sigma)?;
        let own = Moments { sigma, mu: own.mu.clone() };
        let Measured { mass, gradient_scale, slot } = *measured;
        let (own, target) = (own.pair(), self.moments.pair());
        record(rec, &own, &target, &between, mass, weight, gradient_scale, &d.pair(), slot);
        Ok(d)
    }
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

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    blocks: u32,
    channels: u32,
    mass: f32,
    slot: u32,
    weight: f32,
    relative: u32,
    gradient_scale: f32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!(
    "wasserstein_loss",
    [256, 1, 1],
    Params,
    [Read, Read, Read, Read, Read, Write, Write, Write],
    ["workgroup_sum", "diagonal", "finite"]
);

/// Writes the loss, `relative` to the target's second moment or not, into its slot; `root` is (B S B)^1/2 for the picture's
/// covariance S and the root B of the target's, and `d.sigma` holds B (B S B)^-1/2 B. Into `d` goes the gradient,
/// `gradient_scale` times what it is to features of so many positions, or positions with weights of that sum.
#[allow(clippy::too_many_arguments)] // all of them tensors of one equation
pub fn record(
    rec: &mut Recorder,
    moments: &Pair,
    target: &Pair,
    root: &Tensor,
    mass: f32,
    (weight, relative): (f32, bool),
    gradient_scale: f32,
    d: &Pair,
    loss: &Slot,
) {
    let shape = moments.sigma.shape();
    let Shape { channels, .. } = shape;
    let (blocks, relative) = (shape.blocks(), relative.into());
    let params = Params { blocks, channels, mass, slot: loss.slot, weight, relative, gradient_scale };
    let tensors = [moments.sigma, moments.mu, target.sigma, target.mu, root, d.sigma, d.mu, loss.losses];
    rec.dispatch(&KERNEL, &params, &tensors, Grid::over(&KERNEL, [1, 1, 1]));
}
