//! The twins' gradients against finite differences of the twins' losses, all in f64: the first link of the chain.
//!
//! A tiny network with everything that the real ones have: colours, padding, convolutions with ReLU, pooling, a linear
//! map that only a loss looks at, and every kind of loss.

use scumble::choices::Pooling;
use scumble::model::{Copies, Margin};
use scumble::random::{normal, uniform};
use scumble::reference::conv::Filters;
use scumble::reference::losses::{self, Photo};
use scumble::reference::moments_loss::{Pair, Weights, squared_norm};
use scumble::reference::{
    Map, colour, conv, covariance, dot, guide, mean, moments_bias, moments_loss, pad, pool, reduce, relu_backward,
    ridge,
};

const INPUT: ([[f32; 3]; 3], [f32; 3]) = ([[0.0, 0.5, 4.0], [0.0, 4.0, 0.0], [3.0, 0.0, 0.0]], [-2.0, -1.8, -1.5]);

const PAD1: Margin = Margin { radius: 1, copies: Copies::Replicate };

/// The summands of the loss.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Term {
    /// At relu2, divided by the target's square.
    Content,
    /// At relu1.
    MeanCovariance,
    /// At relu2.
    Gram,
    /// At relu1, where a guide lets it count.
    Guided,
    /// At relu1, of covariances with a little more on the diagonal.
    Wasserstein,
    /// At tap.
    LinearMeanCovariance,
    /// At the pixels.
    Variation,
}

const TERMS: [Term; 7] = [
    Term::Content,
    Term::MeanCovariance,
    Term::Gram,
    Term::Guided,
    Term::Wasserstein,
    Term::LinearMeanCovariance,
    Term::Variation,
];

/// pixels - input - pad1 - relu1 - pool1 - relu2
///                             +- tap
struct Network {
    pooling: Pooling,
    filters: [(Filters, Vec<f64>); 3],
}

/// The outputs of all layers, or the gradients to them.
#[derive(Clone)]
struct Layers {
    pixels: Map,
    input: Map,
    relu1: Map,
    pool1: Map,
    relu2: Map,
    tap: Map,
}

impl Network {
    fn new(pooling: Pooling) -> Network {
        let filters = |seed, outputs: usize, inputs: usize, kernel: usize| {
            let entries = inputs * kernel * kernel;
            let value = |index| normal(seed, 0, index) / (entries as f64).sqrt();
            let values = (0..(outputs * entries) as u32).map(value).collect();
            let bias = (0..outputs as u32).map(|index| 0.2 * normal(seed, 2, index)).collect();
            (Filters { outputs, inputs, kernel, values }, bias)
        };
        Network { pooling, filters: [filters(1, 5, 3, 3), filters(2, 6, 5, 3), filters(3, 4, 5, 1)] }
    }

    fn forward(&self, pixels: &Map) -> Layers {
        let [first, second, linear] = &self.filters;
        let input = colour::forward(pixels, &INPUT.0, INPUT.1);
        let relu1 = conv::forward(&pad::forward(&input, PAD1), &first.0, &first.1, 0, true);
        let pool1 = pool::forward(&relu1, self.pooling);
        let relu2 = conv::forward(&pool1, &second.0, &second.1, 1, true);
        let tap = conv::forward(&relu1, &linear.0, &linear.1, 0, false);
        Layers { pixels: pixels.clone(), input, relu1, pool1, relu2, tap }
    }

    /// The gradient to the pixels. `d` holds what the losses say about each layer.
    fn backward(&self, x: &Layers, mut d: Layers) -> Map {
        let [first, second, linear] = &self.filters;
        d.pool1 = d.pool1.plus(&conv::backward(&relu_backward::record(&x.relu2, &d.relu2), &second.0, 1));
        d.relu1 = d.relu1.plus(&pool::backward(&x.relu1, &d.pool1, self.pooling));
        d.relu1 = d.relu1.plus(&conv::backward(&d.tap, &linear.0, 0));
        let d_pad1 = conv::backward(&relu_backward::record(&x.relu1, &d.relu1), &first.0, 0);
        d.input = d.input.plus(&pad::backward(&d_pad1, PAD1));
        d.pixels.plus(&colour::backward(&d.input, &INPUT.0))
    }
}

impl Layers {
    fn zeros(&self) -> Layers {
        let zeros = |map: &Map| Map::zeros(map.height, map.width, map.channels);
        Layers {
            pixels: zeros(&self.pixels),
            input: zeros(&self.input),
            relu1: zeros(&self.relu1),
            pool1: zeros(&self.pool1),
            relu2: zeros(&self.relu2),
            tap: zeros(&self.tap),
        }
    }
}

/// Mean and covariance about it, or zero and the Gram matrix.
fn moments(x: &Map, centred: bool) -> Pair {
    let share = 1.0 / x.pixels() as f64;
    let mean = reduce::record(&mean::record(x, 1).values, 1, share);
    let mu = if centred { mean } else { vec![0.0; x.channels] };
    let sums = covariance::record(x, &mu, 1);
    Pair { sigma: Map { values: reduce::record(&sums.values, 1, share), ..sums }, mu: Map::vector(mu) }
}

/// The loss of a layer's moments, and its gradient to the layer.
fn style(x: &Map, target: &Map, centred: bool, weights: Weights) -> (f64, Map) {
    let own = moments(x, centred);
    let (loss, d) = moments_loss::record(&own, &moments(target, centred), x.pixels() as f64, weights);
    let bias = moments_bias::record(&d.sigma, &d.mu.values, &own.mu.values);
    (loss, conv::pointwise(x, &d.sigma, &bias))
}

/// The loss of a layer's moments under a guide, as the engine takes them, about the target's mean first.
fn guided(x: &Map, target: &Map) -> (f64, Map) {
    let target = moments(target, true);
    let guide: Vec<f64> = (0..x.pixels()).map(|n| uniform(30, 0, n as u32)).collect();
    let mass: f64 = guide.iter().sum();
    let zero = vec![0.0; x.channels];
    let mean = reduce::record(&mean::record(&guide::record(x, &zero, &guide), 1).values, 1, 1.0 / mass);
    let roots: Vec<f64> = guide.iter().map(|w| w.sqrt()).collect();
    let sums = covariance::record(&guide::record(x, &target.mu.values, &roots), &zero, 1);
    let apart = Map::vector(mean.iter().zip(&target.mu.values).map(|(a, b)| a - b).collect());
    let sigma = Map { values: reduce::record(&sums.values, 1, 1.0 / mass), ..sums };
    let sigma = sigma.combine(&covariance::record(&apart, &zero, 1), |about, moved| about - moved);
    let own = Pair { sigma, mu: Map::vector(mean) };
    let (loss, d) = moments_loss::record(&own, &target, mass, RELATIVE);
    let bias = moments_bias::record(&d.sigma, &d.mu.values, &own.mu.values);
    (loss, guide::record(&conv::pointwise(x, &d.sigma, &bias), &zero, &guide))
}

const RELATIVE: Weights = Weights { covariance: 0.7, mean: 0.4, relative: true };
const ABSOLUTE: Weights = Weights { covariance: 0.3, mean: 0.0, relative: false };

/// The sum of `terms` at the features `x`, and its gradients to the layers.
fn losses(terms: &[Term], x: &Layers, photo: &Layers, painting: &Layers) -> (f64, Layers) {
    let (mut sum, mut d) = (0.0, x.zeros());
    for term in terms {
        let d = match term {
            Term::Content | Term::Gram => &mut d.relu2,
            Term::MeanCovariance | Term::Guided | Term::Wasserstein => &mut d.relu1,
            Term::LinearMeanCovariance => &mut d.tap,
            Term::Variation => &mut d.pixels,
        };
        let (loss, own) = match term {
            Term::Content => {
                let target = Photo { features: &photo.relu2, norm: squared_norm(&photo.relu2) };
                losses::content(&x.relu2, &target, 0.9)
            }
            Term::MeanCovariance => style(&x.relu1, &painting.relu1, true, RELATIVE),
            Term::Gram => style(&x.relu2, &painting.relu2, false, ABSOLUTE),
            Term::Guided => guided(&x.relu1, &painting.relu1),
            Term::Wasserstein => {
                let raised = |moments: Pair| Pair { sigma: ridge::record(&moments.sigma, 1.0, 1e-2), ..moments };
                let own = raised(moments(&x.relu1, true));
                let target = raised(moments(&painting.relu1, true));
                let (loss, d) = losses::wasserstein(&own, &target, x.relu1.pixels() as f64, 0.8, true);
                let bias = moments_bias::record(&d.sigma, &d.mu.values, &own.mu.values);
                (loss, conv::pointwise(&x.relu1, &d.sigma, &bias))
            }
            Term::LinearMeanCovariance => style(&x.tap, &painting.tap, true, RELATIVE),
            Term::Variation => losses::variation(&x.pixels, 2.0),
        };
        sum += loss;
        *d = d.plus(&own);
    }
    (sum, d)
}

fn picture(seed: u32, height: usize, width: usize) -> Map {
    Map::from_fn(height, width, 3, |row, column, channel| uniform(seed, channel as u32, (row * width + column) as u32))
}

/// Half the distance of the two pictures that are compared: short enough that hardly any ReLU changes its mind on the way,
/// long enough that the difference of two losses keeps ten digits.
const STEP: f64 = 1e-6;
const TOLERANCE: f64 = 1e-6;

/// Central differences along random directions against <gradient, direction>.
fn check(pooling: Pooling, terms: &[Term]) {
    let network = Network::new(pooling);
    let (pixels, photo) = (picture(10, 13, 11), network.forward(&picture(11, 13, 11)));
    let painting = network.forward(&picture(12, 9, 15));
    let loss = |pixels: &Map| losses(terms, &network.forward(pixels), &photo, &painting).0;
    let x = network.forward(&pixels);
    let gradient = network.backward(&x, losses(terms, &x, &photo, &painting).1);
    for seed in 20..25 {
        let direction = Map::from_fn(13, 11, 3, |row, column, channel| {
            normal(seed, 2 * channel as u32, (row * 11 + column) as u32)
        });
        let moved = |by: f64| loss(&pixels.combine(&direction, |x, direction| x + by * direction));
        let difference = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
        let slope = dot::record(&gradient, &direction);
        let error = (slope - difference).abs() / difference.abs();
        println!(
            "{pooling:?} {terms:?}, direction {seed}: gradient {slope}, difference {difference}, error {error:.1e}"
        );
        assert!(
            error < TOLERANCE,
            "{pooling:?} {terms:?}, direction {seed}: the gradient says {slope}, the losses differ by {difference}, \
             relative error {error:e}, tolerance {TOLERANCE:e}"
        );
    }
}

#[test]
fn each_term_alone() {
    for term in TERMS {
        check(Pooling::Average, &[term]);
    }
}

#[test]
fn all_terms_together() {
    check(Pooling::Average, &TERMS);
}

#[test]
fn all_terms_with_max_pooling() {
    check(Pooling::Max, &TERMS);
}

#[test]
fn all_terms_with_l2_pooling() {
    check(Pooling::L2, &TERMS);
}
