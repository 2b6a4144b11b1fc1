//! How much noise the rounds of the Wasserstein loss bear, and what happens beyond.

use crate::workbench::{Workbench, noise};
use scumble::gpu::Shape;
use scumble::kernels::moments_loss::{Pair, Slot};
use scumble::kernels::square_matmul::PLAIN;
use scumble::objective::losses::wasserstein;
use scumble::objective::root::{FLOOR, product, roots};
use scumble::reference::moments_loss::squared_norm;
use scumble::reference::square_matmul::{power, times};
use scumble::reference::{Map, ridge};

/// A covariance as of eight positions: most of its eigenvalues are zero.
fn thin(channels: u32) -> Map {
    let x = noise(5, channels, 8, 1);
    times(&x, &Map::from_fn(x.width, x.height, 1, |row, column, _| x.at(column, row, 0)))
}

/// With symmetric noise whose Frobenius norm is so much of the matrix' own.
fn spoilt(x: &Map, share: f64) -> Map {
    let any = noise(77, x.height as u32, x.width as u32, 1);
    let symmetric = Map::from_fn(x.height, x.width, 1, |row, column, _| any.at(row.max(column), row.min(column), 0));
    let scale = share * (squared_norm(x) / squared_norm(&symmetric)).sqrt();
    x.combine(&symmetric, |x, noise| x + scale * noise)
}

/// The root and its inverse, as the device finds them.
fn found(bench: &Workbench, x: &Map) -> [Map; 2] {
    let x = bench.matrices(x);
    let mut found = None;
    bench.run(|rec| found = Some(roots(rec, &x).unwrap()));
    let found = found.unwrap();
    [&found.root, &found.inverse].map(|matrix| bench.download_matrices(matrix))
}

fn off(found: &Map, exact: &Map) -> f64 {
    (squared_norm(&found.combine(exact, |found, exact| found - exact)) / squared_norm(exact)).sqrt()
}

/// Noise, and how far root and inverse may then be off. Seen: half of it.
const MARGIN: [(f64, [f64; 2]); 4] =
    [(0.0, [3e-5, 3e-3]), (1e-7, [5e-5, 5e-3]), (1e-6, [3e-4, 3e-2]), (1e-5, [3e-3, 0.3])];

#[test]
fn roots_bear_a_hundred_times_their_own_noise() {
    let bench = Workbench::open();
    for channels in [64, 96] {
        let x = thin(channels);
        let floored = ridge::record(&x, 1.0, f64::from(FLOOR) * squared_norm(&x).sqrt());
        let exact = [0.5, -0.5].map(|exponent| power(&floored, exponent));
        for (share, most) in MARGIN {
            let found = found(&bench, &spoilt(&x, share));
            for (which, most) in most.into_iter().enumerate() {
                let off = off(&found[which], &exact[which]);
                println!("{channels} channels, noise {share:.0e}, matrix {which}: off by {off:.1e}");
                assert!(off < most, "{channels} channels, noise {share}, matrix {which}: off by {off}");
            }
        }
        let lost = off(&found(&bench, &spoilt(&x, 1e-4))[0], &exact[0]);
        assert!(lost.is_nan() || lost > 100.0, "the margin is wider than is said: off by {lost}");
    }
}

/// Noise from a part of the rounding of f32 to a tenth of the matrix: the loss stays finite, and where the root was lost, it is
/// the largest that there can be, without a gradient of the covariance.
#[test]
fn a_lost_root_leaves_the_means() {
    let bench = Workbench::open();
    let channels = 64;
    let x = thin(channels);
    let (mu, mu_t) = (noise(1, 1, 1, channels), noise(2, 1, 1, channels));
    let trace = |x: &Map| (0..x.height).map(|at| x.at(at, at, 0)).sum::<f64>();
    let means = mu.combine(&mu_t, |a, b| (a - b) * (a - b)).values.iter().sum::<f64>();
    let mut lost = Vec::new();
    for exponent in -8..=-1 {
        let noisy = spoilt(&x, 10f64.powi(exponent));
        let (noisy, sigma) = (bench.matrices(&noisy), bench.matrices(&x));
        let (d_sigma, d_mu) = (bench.stale_matrices(1, channels as usize), bench.stale(Shape::vector(channels)));
        let (mu, mu_t, losses) = (bench.upload(&mu), bench.upload(&mu_t), bench.vector(&[0.0]));
        bench.run(|rec| {
            // Of equal matrices with roots B = S^1/2, (B S B)^1/2 is S.
            let b = roots(rec, &noisy).unwrap().root;
            let root = product(rec, &b, &b, PLAIN).unwrap();
            let (own, target) = (Pair { sigma: &sigma, mu: &mu }, Pair { sigma: &sigma, mu: &mu_t });
            let (d, slot) = (Pair { sigma: &d_sigma, mu: &d_mu }, Slot { losses: &losses, slot: 0 });
            wasserstein::record(rec, &own, &target, &root, 8.0, (1.0, false), 1.0, &d, &slot);
        });
        let loss = f64::from(bench.raw(&losses)[0]);
        let gradient = bench.download_matrices(&d_sigma);
        let most = means + 2.0 * trace(&x);
        println!(
            "noise 1e{exponent}: loss {loss:.4}, between 0 and {most:.4}; gradient {:.2e}",
            squared_norm(&gradient)
        );
        assert!(gradient.values.iter().chain(&bench.download(&d_mu).values).all(|value| value.is_finite()));
        if (loss / most - 1.0).abs() < 1e-4 {
            assert_eq!(squared_norm(&gradient), 0.0, "noise 1e{exponent}");
            lost.push(exponent);
        } else {
            assert!((loss - means).abs() < 0.02 * most, "noise 1e{exponent}: {loss} against {means}");
        }
    }
    assert_eq!(lost, [-4, -3, -2, -1]);
}
