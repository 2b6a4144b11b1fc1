//! This turns a feature map into its mean and its centred covariance (or its Gram matrix), on the device.

use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::moments_loss::Pair;
use crate::kernels::{Part, blend, covariance, dot, mean, reduce, sums_for, total};

/// The statistics of one layer.
#[derive(Clone)]
pub struct Moments {
    /// C x C, in 4x4 tiles.
    pub sigma: Tensor,
    /// C. Zeros for a Gram matrix.
    pub mu: Tensor,
}

/// Which second moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centering {
    /// About the mean: a covariance.
    Mean,
    /// About zero: the Gram matrix, divided by the number of positions.
    None,
}

/// Chunks have to leave enough work for each invocation ...
const PIXELS_PER_CHUNK: u32 = 128;
/// ... and their sums have to stay small against the features: so many bytes for each pixel, within bounds.
const PARTIALS_PER_PIXEL: u64 = 32;
const PARTIALS: std::ops::RangeInclusive<u64> = (1 << 19)..=(8 << 20);

/// Sums over a map's pixels, part after part, that become its moments.
pub struct Sums {
    channels: u32,
    pixels: u32,
    /// The divisor of the sums: the number of pixels, or the sum of their weights.
    mass: f32,
    mu: Option<Tensor>,
    sigma: Option<Tensor>,
}

impl Sums {
    /// For such a map.
    pub fn new(map: Shape) -> Sums {
        Sums::weighed(map, map.pixels() as f32)
    }

    /// For such a map whose pixels have weights with this sum.
    pub fn weighed(map: Shape, mass: f32) -> Sums {
        Sums { channels: map.channels, pixels: map.pixels(), mass, mu: None, sigma: None }
    }

    /// The number of pixels, or the sum of their weights.
    pub fn mass(&self) -> f32 {
        self.mass
    }

    /// The tensors that parts are added to.
    pub fn partials(&self) -> Vec<Tensor> {
        self.mu.iter().chain(&self.sigma).cloned().collect()
    }

    /// How many partial sums there are for values of so many bytes.
    fn chunks(&self, bytes: u64) -> u32 {
        let room = (u64::from(self.pixels) * PARTIALS_PER_PIXEL).clamp(*PARTIALS.start(), *PARTIALS.end());
        let fitting = (room / bytes).max(1) as u32;
        self.pixels.div_ceil(PIXELS_PER_CHUNK).min(fitting)
    }

    /// Adds a part to the sum of the pixels.
    ///
    /// # Errors
    /// Where the device cannot hold the partial sums.
    pub fn add_mean(&mut self, rec: &mut Recorder, part: &Part) -> Result<()> {
        let chunks = self.chunks(Shape::vector(self.channels).bytes());
        let shape = Shape::new(1, chunks, self.channels);
        let partials = begun(rec, self.mu.take(), "mu chunks", shape, part)?;
        mean::record(rec, part, chunks, &partials);
        self.mu = Some(partials);
        Ok(())
    }

    /// Adds a part to the sum of the products about `point`.
    ///
    /// # Errors
    /// Where the device cannot hold the partial sums.
    pub fn add_covariance(&mut self, rec: &mut Recorder, part: &Part, point: &Tensor) -> Result<()> {
        let matrix = Shape::matrix(self.channels);
        let chunks = self.chunks(matrix.bytes());
        let shape = Shape::new(chunks, matrix.width, self.channels);
        let partials = begun(rec, self.sigma.take(), "sigma chunks", shape, part)?;
        covariance::record(rec, part, point, chunks, &partials);
        self.sigma = Some(partials);
        Ok(())
    }

    /// The mean of all parts; zeros, if none was added.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn mean(&self, rec: &mut Recorder) -> Result<Tensor> {
        let mu = rec.gpu().tensor("mu", Shape::vector(self.channels))?;
        self.reduce(rec, self.mu.as_ref(), mu)
    }

    /// The second moment of all parts, about whatever point it was added.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn second_moment(&self, rec: &mut Recorder) -> Result<Tensor> {
        let sigma = rec.gpu().tensor("sigma", Shape::matrix(self.channels))?;
        self.reduce(rec, self.sigma.as_ref(), sigma)
    }

    fn reduce(&self, rec: &mut Recorder, partials: Option<&Tensor>, y: Tensor) -> Result<Tensor> {
        if let Some(partials) = partials {
            let chunks = (partials.shape().bytes() / y.shape().bytes()) as u32;
            reduce::record(rec, partials, chunks, 1.0 / self.mass, &y);
        }
        Ok(y)
    }
}

/// A tensor of partial sums, if there is none yet. Where the first part is to be added as well, it goes on from one submission
/// to the next.
fn begun(rec: &Recorder, sums: Option<Tensor>, label: &str, shape: Shape, part: &Part) -> Result<Tensor> {
    match sums {
        Some(sums) => Ok(sums),
        None if part.accumulate => rec.gpu().tensor(label, shape),
        None => rec.tensor(label, shape),
    }
}

impl Moments {
    /// As kernels take them.
    pub fn pair(&self) -> Pair<'_> {
        Pair { sigma: &self.sigma, mu: &self.mu }
    }

    /// Records the computation of the moments of a whole map: the mean, and about it the covariance.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn record(rec: &mut Recorder, x: &Tensor, centering: Centering) -> Result<Moments> {
        let part = Part::whole(x);
        let mut sums = Sums::new(x.shape());
        if centering == Centering::Mean {
            sums.add_mean(rec, &part)?;
        }
        let mu = sums.mean(rec)?;
        sums.add_covariance(rec, &part, &mu)?;
        Ok(Moments { sigma: sums.second_moment(rec)?, mu })
    }

    /// Records the average of several layers' moments, each with its share.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn blend(rec: &mut Recorder, all: &[(&Moments, f32)]) -> Result<Moments> {
        let [(first, _), others @ ..] = all else { unreachable!("a style has at least one painting") };
        if others.is_empty() {
            return Ok((*first).clone());
        }
        let mut average = |of: fn(&Moments) -> &Tensor| {
            let y = rec.gpu().tensor("blend", of(first).shape())?;
            for (moments, share) in all {
                blend::record(rec, of(moments), *share, &y);
            }
            Ok(y)
        };
        Ok(Moments { sigma: average(|moments| &moments.sigma)?, mu: average(|moments| &moments.mu)? })
    }
}

/// Records `|x|^2` into a slot of `y`.
///
/// # Errors
/// Where the device cannot hold the partial sums.
pub fn squared_norm(rec: &mut Recorder, x: &Tensor, y: &Tensor, slot: u32) -> Result<()> {
    let partials = sums(rec, x.shape().vectors())?;
    dot::record(rec, x, x, &partials);
    total::record(rec, &partials, y, slot, false);
    Ok(())
}

/// A tensor for the partial sums of a walk over `vectors`.
///
/// # Errors
/// Where the device cannot hold it.
pub fn sums(rec: &Recorder, vectors: u32) -> Result<Tensor> {
    rec.tensor("sums", Shape::new(1, sums_for(vectors) / 4, 4))
}
