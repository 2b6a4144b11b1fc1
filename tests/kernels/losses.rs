//! The losses and their gradients: moments_loss, moments_bias, content, variation.

use crate::agreement::{agree, agree_number};
use crate::workbench::{Workbench, noise, picture, shape};
use scumble::gpu::{Shape, Tensor};
use scumble::kernels::{moments_bias, moments_loss, sums_for};
use scumble::objective::losses::{content, variation};
use scumble::random::uniform;
use scumble::reference::moments_loss::{Pair, Weights, squared_norm};
use scumble::reference::{self, Map};

const CHANNELS: [u32; 6] = [1, 3, 4, 5, 17, 64];

fn pair(seed: u32, channels: u32) -> Pair {
    Pair { sigma: noise(seed, channels, channels, 1), mu: noise(seed + 1, 1, 1, channels) }
}

#[test]
fn moments() {
    let bench = Workbench::open();
    for channels in CHANNELS {
        let zero = Map::zeros(channels as usize, channels as usize, 1);
        let flat = Pair { sigma: zero, mu: pair(3, channels).mu };
        for (target_name, target) in [("a target", pair(3, channels)), ("a flat target", flat)] {
            for relative in [true, false] {
                let own = pair(1, channels);
                let weights = Weights { covariance: 0.75, mean: if relative { 1.5 } else { 0.0 }, relative };
                let (loss, gradient) = reference::moments_loss::record(&own, &target, 35.0, weights);

                let norms = bench.vector(&[squared_norm(&target.sigma), squared_norm(&target.mu)]);
                let [own, target] = [&own, &target].map(|p| (bench.matrices(&p.sigma), bench.upload(&p.mu)));
                let d_sigma = bench.stale_matrices(1, channels as usize);
                let d_mu = bench.stale(Shape::vector(channels));
                let losses = bench.vector(&[1.0, 2.0, 3.0]);
                let weights = moments_loss::Weights {
                    covariance: weights.covariance as f32,
                    mean: weights.mean as f32,
                    relative,
                };
                bench.run(|rec| {
                    moments_loss::record(
                        rec,
                        &moments_loss::Pair { sigma: &own.0, mu: &own.1 },
                        &moments_loss::Pair { sigma: &target.0, mu: &target.1 },
                        &norms,
                        35.0,
                        weights,
                        1.0,
                        &moments_loss::Pair { sigma: &d_sigma, mu: &d_mu },
                        &moments_loss::Slot { losses: &losses, slot: 1 },
                    );
                });
                let case = format!("{channels} channels, relative {relative}, {target_name}");
                let [first, written, last, _] = bench.raw(&losses)[..] else { panic!("four slots") };
                assert_eq!((first, last), (1.0, 3.0), "moments_loss, {case}: slots of other losses");
                agree_number("moments_loss", &case, f64::from(written), loss);
                agree("moments_loss d_sigma", &case, &bench.download_matrices(&d_sigma), &gradient.sigma);
                agree("moments_loss d_mu", &case, &bench.download(&d_mu), &gradient.mu);
            }
        }
    }
}

#[test]
fn moments_bias() {
    let bench = Workbench::open();
    for channels in CHANNELS {
        let (d, mu) = (pair(5, channels), noise(7, 1, 1, channels));
        let expected = reference::moments_bias::record(&d.sigma, &d.mu.values, &mu.values);
        let (d_sigma, d_mu, mu) = (bench.matrices(&d.sigma), bench.upload(&d.mu), bench.upload(&mu));
        let bias = bench.stale(Shape::vector(channels));
        bench.run(|rec| moments_bias::record(rec, &d_sigma, &d_mu, &mu, &bias));
        agree("moments_bias", &format!("{channels} channels"), &bench.download(&bias), &Map::vector(expected));
    }
}

/// Room for the partial sums of a walk over `vectors`.
fn partials(bench: &Workbench, vectors: u32) -> Tensor {
    bench.stale(Shape::new(1, sums_for(vectors) / 4, 4))
}

fn sum(bench: &Workbench, partials: &Tensor) -> f64 {
    reference::total::record(&bench.download(partials).values)
}

#[test]
fn content() {
    let bench = Workbench::open();
    for [height, width, channels] in [[1, 1, 1], [3, 5, 3], [5, 7, 17], [17, 31, 64], [7, 251, 1], [270, 271, 1]] {
        let (x, photo) = (noise(8, height, width, channels), noise(9, height, width, channels));
        // The target's squared norm, or its number of values times their variance (0 for a single value).
        let n = photo.pixels() as f64;
        let mean = photo.values.iter().sum::<f64>() / n;
        let variance = photo.values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        let mut norms = vec![("square", squared_norm(&photo), 1.0)];
        if channels == 1 {
            norms.push(("variance", variance, n));
        }
        for (norm_name, norm, norm_scale) in norms {
            let target = reference::losses::Photo { features: &photo, norm: norm * norm_scale };
            let (loss, gradient) = reference::losses::content(&x, &target, 0.8);
            for accumulate in [false, true] {
                let d_x = bench.output(shape(&x), accumulate);
                let (x, features, norm) = (bench.upload(&x), bench.upload(&photo), bench.vector(&[norm]));
                let norm_scale = norm_scale as f32;
                let target = content::Photo { features: &features, own: None, norm: &norm, norm_scale };
                let partials = partials(&bench, x.shape().vectors());
                bench.run(|rec| {
                    content::record(rec, &x, &target, 0.8, &d_x.tensor, accumulate, &partials);
                });
                let case = format!("{height}x{width}x{channels}, {norm_name}");
                agree_number("content_loss", &case, sum(&bench, &partials), loss);
                bench.check("content_loss d_x", &case, &d_x, &gradient);
            }
        }
    }
}

/// Every pixel is one of two tiles' own: a number for each, and the same for the other tile.
fn tiles(pixels: u32) -> [Vec<f64>; 2] {
    let own: Vec<f64> = (0..pixels).map(|pixel| f64::from(u32::from(uniform(17, 0, pixel) < 0.4))).collect();
    let others = own.iter().map(|own| 1.0 - own).collect();
    [own, others]
}

#[test]
fn losses_of_two_tiles_are_the_whole() {
    let bench = Workbench::open();
    for [height, width, channels] in [[1, 1, 1], [3, 5, 3], [17, 31, 24], [270, 271, 1]] {
        let case = format!("{height}x{width}x{channels}");
        let (x, photo) = (noise(8, height, width, channels), noise(9, height, width, channels));
        let norm = squared_norm(&photo);
        let (loss, gradient) =
            reference::losses::content(&x, &reference::losses::Photo { features: &photo, norm }, 0.8);
        let d_x = bench.output(shape(&x), false);
        let (x, features, norm) = (bench.upload(&x), bench.upload(&photo), bench.vector(&[norm]));
        let found = tiles(height * width).map(|own| {
            let (own, partials) = (bench.vector(&own), partials(&bench, x.shape().vectors()));
            let target = content::Photo { features: &features, own: Some(&own), norm: &norm, norm_scale: 1.0 };
            bench.run(|rec| content::record(rec, &x, &target, 0.8, &d_x.tensor, false, &partials));
            (bench.download(&d_x.tensor), sum(&bench, &partials))
        });
        let [(d_first, first), (d_second, second)] = found;
        agree_number("content_loss of tiles", &case, first + second, loss);
        agree("content_loss of tiles d_x", &case, &d_first.combine(&d_second, |a, b| a + b), &gradient);

        let x = picture(10, height, width, 4);
        let (loss, gradient) = reference::losses::variation(&x, 2.5);
        let d_x = bench.output(shape(&x), false);
        let x = bench.upload(&x);
        let found = tiles(height * width).map(|own| {
            let (own, partials) = (bench.vector(&own), partials(&bench, x.shape().pixels()));
            let tile = Some((&own, x.shape()));
            bench.run(|rec| variation::record(rec, &x, 2.5, tile, &d_x.tensor, false, &partials));
            (bench.download(&d_x.tensor), sum(&bench, &partials))
        });
        let [(d_first, first), (d_second, second)] = found;
        agree_number("tv_loss of tiles", &case, first + second, loss);
        agree("tv_loss of tiles d_x", &case, &d_first.combine(&d_second, |a, b| a + b), &gradient);
    }
}

#[test]
fn total_variation() {
    let bench = Workbench::open();
    for (height, width) in [(1, 1), (1, 7), (5, 1), (2, 2), (3, 5), (17, 31), (7, 251), (270, 271)] {
        let x = picture(10, height, width, 4);
        let (loss, gradient) = reference::losses::variation(&x, 2.5);
        for accumulate in [false, true] {
            let (x, d_x) = (bench.upload(&x), bench.output(shape(&x), accumulate));
            let partials = partials(&bench, x.shape().pixels());
            bench.run(|rec| variation::record(rec, &x, 2.5, None, &d_x.tensor, accumulate, &partials));
            let case = format!("{height}x{width}");
            agree_number("tv_loss", &case, sum(&bench, &partials), loss);
            bench.check("tv_loss d_x", &case, &d_x, &gradient);
        }
    }
}
