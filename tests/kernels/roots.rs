//! Square roots of matrices and what they are for: square_matmul, ridge, wasserstein_loss.

use crate::agreement::{agree, agree_number, agree_within};
use crate::workbench::{Workbench, noise};
use scumble::gpu::Shape;
use scumble::kernels::square_matmul::{self, Finish, PLAIN};
use scumble::kernels::{GemmVariant, moments_loss, ridge};
use scumble::objective::losses::wasserstein;
use scumble::objective::root::{FLOOR, roots};
use scumble::reference::moments_loss::{Pair, squared_norm};
use scumble::reference::{self, Map};

const CHANNELS: [u32; 7] = [1, 3, 4, 5, 17, 36, 64];

/// A covariance whose smallest eigenvalue is not too small: noise, and as much again on the diagonal.
fn covariance(seed: u32, channels: u32) -> Map {
    let x = noise(seed, channels, channels, 1);
    let transposed = Map::from_fn(x.width, x.height, 1, |row, column, _| x.at(column, row, 0));
    reference::square_matmul::record(&x, &transposed, 1.0 / f64::from(channels), 0.2)
}

#[test]
fn products() {
    let bench = Workbench::open();
    for channels in CHANNELS {
        let (a, b) = (noise(1, channels, channels, 1), noise(2, channels, channels, 1));
        let norm = bench.vector(&[9.0]);
        let half = Finish { factor: -0.5, diagonal: 1.5, norm: Some((&norm, 0.5)) };
        for (name, finish, factor, diagonal) in [("plain", PLAIN, 1.0, 0.0), ("finished", half, -1.5, 1.5)] {
            for variant in GemmVariant::ALL {
                variant.prefer(&bench.gpu);
                let y = bench.stale_matrices(1, channels as usize);
                let [a_gpu, b_gpu] = [&a, &b].map(|x| bench.matrices(x));
                bench.run(|rec| square_matmul::record(rec, &a_gpu, &b_gpu, finish, &y));
                let twin = reference::square_matmul::record(&a, &b, factor, diagonal);
                let case = format!("{channels} channels, {name}, {variant:?}");
                agree("square_matmul", &case, &bench.download_matrices(&y), &twin);
            }
        }
    }
}

#[test]
fn ridges() {
    let bench = Workbench::open();
    for channels in CHANNELS {
        let x = noise(4, channels, channels, 1);
        let (y, x_gpu, norm) = (bench.stale_matrices(1, channels as usize), bench.matrices(&x), bench.vector(&[16.0]));
        bench.run(|rec| ridge::record(rec, &x_gpu, &norm, (3.0, -0.5), (0.25, 0.5), &y));
        let twin = reference::ridge::record(&x, 0.75, 1.0);
        agree("ridge", &format!("{channels} channels"), &bench.download_matrices(&y), &twin);
    }
}

/// A covariance as pictures have: of few positions, so that most eigenvalues are only what was added, 1 in 10 000.
fn thin_covariance(seed: u32, channels: u32) -> Map {
    let x = noise(seed, channels, 8, 1);
    let transposed = Map::from_fn(x.width, x.height, 1, |row, column, _| x.at(column, row, 0));
    let product = reference::square_matmul::record(&x, &transposed, 1.0, 0.0);
    reference::ridge::record(&product, 1.0, 1e-4 * squared_norm(&product).sqrt())
}

/// Ten rounds of products of f32 lose digits where eigenvalues are far apart, and more in the inverse.
const TOLERANCE_OF_ROOTS: f64 = 1e-3;

#[test]
fn roots_are_those_of_the_eigenvalues() {
    let bench = Workbench::open();
    let thick = CHANNELS.map(|channels| (channels, covariance(5, channels)));
    let thin = [36, 64, 96].map(|channels| (channels, thin_covariance(5, channels)));
    for (channels, x) in thick.into_iter().chain(thin) {
        let x_gpu = bench.matrices(&x);
        let mut found = None;
        bench.run(|rec| found = Some(roots(rec, &x_gpu).unwrap()));
        let found = found.unwrap();
        for (name, root, exponent) in [("root", &found.root, 0.5), ("inverse root", &found.inverse, -0.5)] {
            let floored = reference::ridge::record(&x, 1.0, f64::from(FLOOR) * squared_norm(&x).sqrt());
            let twin = reference::square_matmul::power(&floored, exponent);
            let root = bench.download_matrices(root);
            agree_within(TOLERANCE_OF_ROOTS, name, &format!("{channels} channels"), &root, &twin);
        }
    }
}

/// Of a picture that has much where the painting has nothing: what is below the floor is lost, and nothing else.
#[test]
fn eigenvalues_of_zero_do_no_harm() {
    let bench = Workbench::open();
    for channels in [5, 64, 96] {
        let x = noise(11, channels, 3, 1);
        let transposed = Map::from_fn(x.width, x.height, 1, |row, column, _| x.at(column, row, 0));
        let x = reference::square_matmul::record(&x, &transposed, 1.0, 0.0);
        let floored = reference::ridge::record(&x, 1.0, f64::from(FLOOR) * squared_norm(&x).sqrt());
        let x = bench.matrices(&x);
        let mut found = None;
        bench.run(|rec| found = Some(roots(rec, &x).unwrap()));
        let found = found.unwrap();
        let y = bench.stale_matrices(1, channels as usize);
        bench.run(|rec| square_matmul::record(rec, &found.root, &found.root, PLAIN, &y));
        let y = bench.download_matrices(&y);
        agree_within(1e-4, "root times root", &format!("{channels} channels, of rank 3"), &y, &floored);
    }
}

#[test]
fn wasserstein() {
    let bench = Workbench::open();
    for (channels, relative) in CHANNELS.into_iter().flat_map(|channels| [(channels, true), (channels, false)]) {
        let pair = |seed| Pair { sigma: covariance(seed, channels), mu: noise(seed + 1, 1, 1, channels) };
        let (own, target) = (pair(6), pair(8));
        let (loss, gradient) = reference::losses::wasserstein(&own, &target, 35.0, 0.75, relative);

        let power = reference::square_matmul::power;
        let times = |a: &Map, b: &Map| reference::square_matmul::record(a, b, 1.0, 0.0);
        let b = power(&target.sigma, 0.5);
        let m = times(&times(&b, &own.sigma), &b);
        let root = bench.matrices(&power(&m, 0.5));
        let d_sigma = bench.matrices(&times(&times(&b, &power(&m, -0.5)), &b));
        let d_mu = bench.stale(Shape::vector(channels));
        let losses = bench.vector(&[1.0, 2.0, 3.0]);
        let [own, target] = [&own, &target].map(|p| (bench.matrices(&p.sigma), bench.upload(&p.mu)));
        bench.run(|rec| {
            wasserstein::record(
                rec,
                &moments_loss::Pair { sigma: &own.0, mu: &own.1 },
                &moments_loss::Pair { sigma: &target.0, mu: &target.1 },
                &root,
                35.0,
                (0.75, relative),
                1.0,
                &moments_loss::Pair { sigma: &d_sigma, mu: &d_mu },
                &moments_loss::Slot { losses: &losses, slot: 1 },
            );
        });
        let case = format!("{channels} channels, relative {relative}");
        let [first, written, last, _] = bench.raw(&losses)[..] else { panic!("four slots") };
        assert_eq!((first, last), (1.0, 3.0), "wasserstein_loss, {case}: slots of other losses");
        agree_number("wasserstein_loss", &case, f64::from(written), loss);
        agree("wasserstein_loss d_sigma", &case, &bench.download_matrices(&d_sigma), &gradient.sigma);
        agree("wasserstein_loss d_mu", &case, &bench.download(&d_mu), &gradient.mu);
        assert!(squared_norm(&gradient.sigma) > 0.0, "{case}: a gradient of nothing agrees with everything");
    }
}
