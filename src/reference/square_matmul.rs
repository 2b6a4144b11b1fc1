//! Products of square matrices.

use super::Map;

/// y = factor a b + diagonal I.
pub fn record(a: &Map, b: &Map, factor: f64, diagonal: f64) -> Map {
    Map::from_fn(a.height, b.width, 1, |row, column, _| {
        let sum: f64 = (0..a.width).map(|k| a.at(row, k, 0) * b.at(k, column, 0)).sum();
        factor * sum + if row == column { diagonal } else { 0.0 }
    })
}

/// A plain product.
pub fn times(a: &Map, b: &Map) -> Map {
    record(a, b, 1.0, 0.0)
}

/// The sum of the diagonal.
pub fn trace(x: &Map) -> f64 {
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
