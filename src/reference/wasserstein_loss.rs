//! The Wasserstein distance of one layer's moments, and the gradient to them.

use super::moments_loss::Pair;
use super::{Map, square_matmul};

/// A second moment below this counts as this: a black painting has none.
const SMALLEST: f64 = 1e-6;

/// L = weight (|mu - mu_t|^2 + tr(S + T - 2 (T^1/2 S T^1/2)^1/2)) / m for the covariances S of the moments and T of the target
/// (Dowson & Landau 1982); m is tr T + |mu_t|^2 where that is wanted, or 1. The gradients come as those of
/// [`moments_loss`](super::moments_loss::record()).
pub fn record(moments: &Pair, target: &Pair, mass: f64, weight: f64, relative: bool) -> (f64, Pair) {
    let b = power(&target.sigma, 0.5);
    let m = times(&times(&b, &moments.sigma), &b);
    let between = power(&m, 0.5);
    let transport = times(&times(&b, &power(&m, -0.5)), &b);
    let mu = moments.mu.combine(&target.mu, |a, b| a - b);
    let square = |x: &Map| x.values.iter().map(|x| x * x).sum::<f64>();
    let moment = (trace(&target.sigma) + square(&target.mu)).max(SMALLEST);
    let scale = if relative { weight / moment } else { weight };
    let loss = scale * (square(&mu) + trace(&moments.sigma) + trace(&target.sigma) - 2.0 * trace(&between));
    let d_sigma = Map::from_fn(m.height, m.width, 1, |row, column, _| {
        let identity = if row == column { 1.0 } else { 0.0 };
        2.0 / mass * scale * (identity - transport.at(row, column, 0))
    });
    let d_mu = mu.combine(&mu, |difference, _| 1.0 / mass * (2.0 * scale * difference));
    (loss, Pair { sigma: d_sigma, mu: d_mu })
}

fn times(a: &Map, b: &Map) -> Map {
    square_matmul::record(a, b, 1.0, 0.0)
}

fn trace(x: &Map) -> f64 {
    (0..x.height).map(|i| x.at(i, i, 0)).sum()
}

/// A power of a symmetric, positive definite matrix, by Jacobi's rotations to its eigenvalues.
pub fn power(x: &Map, exponent: f64) -> Map {
    let n = x.height;
    let (mut a, mut v) = (x.clone(), Map::from_fn(n, n, 1, |row, column, _| f64::from(u8::from(row == column))));
    for _ in 0..SWEEPS {
        for p in 0..n {
            for q in p + 1..n {
                let apart = a.at(p, q, 0);
                if apart == 0.0 {
                    continue;
                }
                let angle = 0.5 * (2.0 * apart).atan2(a.at(q, q, 0) - a.at(p, p, 0));
                let (sin, cos) = angle.sin_cos();
                for k in 0..n {
                    let (kp, kq) = (a.at(k, p, 0), a.at(k, q, 0));
                    (*a.at_mut(k, p, 0), *a.at_mut(k, q, 0)) = (cos * kp - sin * kq, sin * kp + cos * kq);
                    let (kp, kq) = (v.at(k, p, 0), v.at(k, q, 0));
                    (*v.at_mut(k, p, 0), *v.at_mut(k, q, 0)) = (cos * kp - sin * kq, sin * kp + cos * kq);
                }
                for k in 0..n {
                    let (pk, qk) = (a.at(p, k, 0), a.at(q, k, 0));
                    (*a.at_mut(p, k, 0), *a.at_mut(q, k, 0)) = (cos * pk - sin * qk, sin * pk + cos * qk);
                }
            }
        }
    }
    Map::from_fn(n, n, 1, |row, column, _| {
        (0..n).map(|k| v.at(row, k, 0) * a.at(k, k, 0).powf(exponent) * v.at(column, k, 0)).sum()
    })
}

/// Jacobi's method doubles its digits with every sweep once it is near.
const SWEEPS: usize = 12;
