//! Square roots of matrices on the device, by products alone.
//!
//! How much noise they bear was measured (`tests/kernels/margins.rs`), as a part of the matrix' Frobenius norm, in the matrix or
//! after each product alike: with products of f32, which leave 1e-7, the root is off by 1e-5 of its norm, and both grow together;
//! with noise of 1e-5 the root is off by 1e-3 and its inverse by a seventh. Between 3e-5 and 1e-4 some eigenvalues are less than
//! minus the [`FLOOR`], and each round takes these farther away: the root has no meaning, with 1e-3 no finite numbers either.

use super::moments::squared_norm;
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::ridge;
use crate::kernels::square_matmul::{self, Finish, PLAIN};

/// The root of a matrix, and its inverse.
pub struct Roots {
    /// m^1/2.
    pub root: Tensor,
    /// m^-1/2.
    pub inverse: Tensor,
}

/// The smallest eigenvalue of a root, relative to the largest, that is reached.
const SMALLEST: f64 = 1.0 / 500.0;
/// The floor that is added to all eigenvalues, in units of the matrix' norm: rounding makes some of those
/// that should be zero negative, and these would grow without end.
pub const FLOOR: f32 = (SMALLEST * SMALLEST) as f32;
/// How near to 1 everything is before the last round, which squares the distance.
const NEAR: f64 = 1e-3;

/// Records the roots of a positive semidefinite matrix, and a little more on its diagonal: the coupled Newton-Schulz iteration (Higham 2008, eq. 6.35), stretched
/// (Chen & Chow 2014) so that small eigenvalues grow as fast as they can,
///   t = a (3 - a^2 z y) / 2, y <- y t, z <- t z
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
    ridge::record(rec, m, &norm, (1.0, -0.5), (FLOOR, 0.0), &y);
    let stretches = stretches();
    let (&first, later) = stretches.split_first().expect("it begins far from 1");
    // The first round, where z is 1.
    let mut z = rec.tensor("inverse root", shape)?;
    ridge::record(rec, &y, &norm, (-0.5 * first.powi(3), 0.0), (1.5 * first, 0.0), &z);
    y = product(rec, &y, &z, PLAIN)?;
    for (round, &a) in (1..).zip(later) {
        // The division by |m| at the beginning is undone at the end.
        let last = |power| Finish { norm: (round == later.len()).then_some((&norm, power)), ..PLAIN };
        let t = product(rec, &z, &y, Finish { factor: -0.5 * a.powi(3), diagonal: 1.5 * a, norm: None })?;
        y = product(rec, &y, &t, last(0.25))?;
        z = product(rec, &t, &z, last(-0.25))?;
    }
    Ok(Roots { root: y, inverse: z })
}

/// By how much each round is stretched: as far as the smallest eigenvalue l gains by it while the largest stays below 1,
///   a = (3 / (1 + l + l^2))^1/2, l <- a l (3 - a^2 l^2) / 2,
/// and a plain round at last.
fn stretches() -> Vec<f32> {
    let mut smallest = SMALLEST;
    let mut all = Vec::new();
    while 1.0 - smallest > NEAR {
        let a = (3.0 / (1.0 + smallest + smallest * smallest)).sqrt();
        smallest *= a * (3.0 - a * a * smallest * smallest) / 2.0;
        all.push(a as f32);
    }
    all.push(1.0);
    all
}

/// Records a product into a tensor of its own.
///
/// # Errors
/// Where the device cannot hold it.
pub fn product(rec: &mut Recorder, a: &Tensor, b: &Tensor, finish: Finish) -> Result<Tensor> {
    let y = rec.tensor("product", a.shape())?;
    square_matmul::record(rec, a, b, finish, &y);
    Ok(y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_rounds_take_all_eigenvalues_to_one() {
        let stretches = stretches();
        assert_eq!(stretches.len(), 10);
        for start in [SMALLEST, 0.01, 0.1, 0.5, 1.0] {
            let round = |x: f64, &a: &f32| f64::from(a) * x * (3.0 - (f64::from(a) * x).powi(2)) / 2.0;
            let end = stretches.iter().fold(start, round);
            assert!((end - 1.0).abs() < 1e-5, "{start} ends at {end}");
        }
    }
}
