//! Square roots of matrices on the device, by products alone.

use super::moments::squared_norm;
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::matrix_product::{self, Finish, PLAIN};
use crate::kernels::ridge;

/// The root of a matrix, and its inverse.
pub struct Roots {
    /// m^1/2.
    pub root: Tensor,
    /// m^-1/2.
    pub inverse: Tensor,
}

/// A round takes what is small of the root's eigenvalues, relative to the largest, one and a half times nearer: sixteen reach
/// those above 1/657.
const ROUNDS: u32 = 16;

/// Records the roots of a positive definite matrix: the coupled Newton-Schulz iteration (Higham 2008, eq. 6.35)
///   t = (3 - z y) / 2, y <- y t, z <- t z
/// from y = m / |m| and z = 1. All of them are polynomials of m, and symmetric but for rounding; who makes them exactly so
/// loses what keeps the iteration stable.
///
/// # Errors
/// Where the device cannot hold what lies between.
pub fn roots(rec: &mut Recorder, m: &Tensor) -> Result<Roots> {
    let shape = m.shape();
    let norm = rec.tensor("squared norm", Shape::vector(1))?;
    squared_norm(rec, m, &norm, 0)?;
    let mut y = rec.tensor("root", shape)?;
    ridge::record(rec, m, &norm, (1.0, -0.5), (0.0, 0.0), &y);
    // The first round, where z is 1.
    let mut z = rec.tensor("inverse root", shape)?;
    ridge::record(rec, &y, &norm, (-0.5, 0.0), (1.5, 0.0), &z);
    y = product(rec, &y, &z, PLAIN)?;
    for round in 1..ROUNDS {
        // What was divided by |m| at first is put right at last.
        let last = |power| Finish { norm: (round + 1 == ROUNDS).then_some((&norm, power)), ..PLAIN };
        let t = product(rec, &z, &y, Finish { factor: -0.5, diagonal: 1.5, norm: None })?;
        y = product(rec, &y, &t, last(0.25))?;
        z = product(rec, &t, &z, last(-0.25))?;
    }
    Ok(Roots { root: y, inverse: z })
}

/// Records a product into a tensor of its own.
///
/// # Errors
/// Where the device cannot hold it.
pub fn product(rec: &mut Recorder, a: &Tensor, b: &Tensor, finish: Finish) -> Result<Tensor> {
    let y = rec.tensor("product", a.shape())?;
    matrix_product::record(rec, a, b, finish, &y);
    Ok(y)
}
