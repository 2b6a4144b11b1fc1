//! adam and the four kernels of L-BFGS, over many steps.

use crate::agreement::{agree, agree_within};
use crate::workbench::{Workbench, noise, picture, shape};
use scumble::choices::Method;
use scumble::gpu::{Kernel, Recorder, Shape, Tensor};
use scumble::kernels::{adam, lbfgs};
use scumble::optimizer::{Lbfgs, Optimizer, Pace};
use scumble::reference::{Map, adam as adam_twin, lbfgs as lbfgs_twin};

/// Alpha is a value like any other to the optimisers, only without a gradient.
pub fn without_alpha(mut map: Map) -> Map {
    map.each(|_, _, channel, value| *value *= f64::from(u8::from(channel < 3)));
    map
}

pub fn opaque(mut map: Map) -> Map {
    map.each(|_, _, channel, value| *value = if channel < 3 { *value } else { 1.0 });
    map
}

/// The decay of Adam's average.
pub const DECAY: f64 = 0.95f32 as f64;

pub fn twin_params(bounded: bool) -> adam_twin::Params {
    let [rate, beta1, beta2, epsilon] = [0.03f32, 0.9, 0.99, 1e-8].map(f64::from);
    adam_twin::Params { rate, beta1, beta2, epsilon, bounded }
}

/// The same for the kernel's step `t` over so many vectors, of a loss in two terms.
pub fn adam_params(twin: &adam_twin::Params, vectors: u32, t: u32) -> adam::Params {
    let correction = |beta: f64| (1.0 - beta.powi(t as i32)) as f32;
    adam::Params {
        vectors,
        rate: twin.rate as f32,
        beta1: twin.beta1 as f32,
        beta2: twin.beta2 as f32,
        correction1: correction(twin.beta1),
        correction2: correction(twin.beta2),
        epsilon: twin.epsilon as f32,
        share: ((1.0 - DECAY) / (1.0 - DECAY.powi(t as i32))) as f32,
        step: t,
        terms: 2,
    }
}

#[test]
fn adam_with_its_moments() {
    adam_follows_its_twin(&adam::KERNEL, true);
}

#[test]
fn adam_of_parameters_has_no_bounds() {
    adam_follows_its_twin(&adam::UNBOUNDED, false);
}

fn adam_follows_its_twin(kernel: &Kernel, bounded: bool) {
    let bench = Workbench::open();
    let twin_params = twin_params(bounded);
    for (height, width) in [(1, 1), (3, 5), (7, 251)] {
        let x = opaque(picture(1, height, width, 4));
        let mut twin = adam_twin::State::new(x.values.clone(), DECAY);
        let [m, v, average] = [0; 3].map(|_| bench.upload(&Map::zeros(x.height, x.width, 4)));
        let x_gpu = bench.upload(&x);
        let (alarm, losses) = (bench.vector(&[0.0]), bench.vector(&[0.25, 0.75]));
        for t in 1..=6 {
            let g = without_alpha(noise(10 + t, height, width, 4));
            adam_twin::record(&g.values, 1.0, &mut twin, &twin_params);
            let params = adam_params(&twin_params, height * width, t);
            let g = bench.upload(&g);
            let state = adam::State { x: &x_gpu, m: &m, v: &v, average: &average, alarm: &alarm };
            bench.run(|rec| {
                adam::record(rec, kernel, &g, &losses, &state, &params);
            });
            let case = format!("{}, {height}x{width}, step {t}", kernel.name);
            for (name, gpu, twin) in [
                ("adam x", &x_gpu, &twin.x),
                ("adam m", &m, &twin.m),
                ("adam v", &v, &twin.v),
                ("adam average", &average, &twin.average.values()),
            ] {
                agree(name, &case, &bench.download(gpu), &Map { values: twin.clone(), ..x.clone() });
            }
        }
    }
}

/// f(x) = 1/2 sum of a (x - t)^2 with curvatures from 0.2 to 5, some targets beyond 0..1, and alpha left out.
pub struct Quadratic {
    a: Map,
    t: Map,
}

impl Quadratic {
    pub fn new(height: u32, width: u32) -> Quadratic {
        let a = noise(20, height, width, 4);
        let t = noise(21, height, width, 4);
        Quadratic { a: without_alpha(a.combine(&a, |a, _| 5f64.powf(a))), t: t.combine(&t, |t, _| 0.5 + 0.6 * t) }
    }

    pub fn loss(&self, x: &Map) -> f64 {
        let terms = self.a.combine(&x.combine(&self.t, |x, t| (x - t) * (x - t)), |a, square| 0.5 * a * square);
        terms.values.iter().sum()
    }

    pub fn gradient(&self, x: &Map) -> Map {
        self.a.combine(&x.combine(&self.t, |x, t| x - t), |a, difference| a * difference)
    }
}

const STEPS: u32 = 15;

/// Looser than for one kernel: each step divides by differences of nearly equal pixels and gradients, so an error of f32
/// comes back amplified in the next, and 15 steps run freely beside each other. Seen: 1e-5.
pub const LBFGS_TOLERANCE: f64 = 1e-4;

/// The loss in two terms, as an objective has several.
pub fn write_loss(bench: &Workbench, losses: &Tensor, loss: f64) {
    bench.gpu.write(losses, &[0.25 * loss as f32, 0.75 * loss as f32, f32::NAN, f32::NAN]);
}

/// The quantities of [`lbfgs::record`] on the device, beside the plain recursion. Long first steps fail and are taken back.
#[test]
fn lbfgs_kernels_follow_the_plain_recursion() {
    let bench = Workbench::open();
    let cases = [(3, 5, 4, 0.05, 0.3), (7, 251, 10, 0.05, 0.1), (17, 31, 3, 2.0, 2.0), (1, 2, 2, 0.01, 0.02)];
    for (height, width, history, first, longest) in cases {
        let quadratic = Quadratic::new(height, width);
        let mut twin_x = opaque(picture(22, height, width, 4));
        let elements = height * width * 3;
        let mut twin =
            lbfgs_twin::State::new(history as usize, f64::from(first), f64::from(longest), elements as usize);

        let pixels = shape(&twin_x);
        let x = bench.upload(&twin_x);
        let [g, best, free] = [0; 3].map(|_| bench.gpu.tensor("pixels", pixels).unwrap());
        let [losses, region, alarm] =
            [2, 3, 1].map(|numbers| bench.gpu.tensor("numbers", Shape::vector(numbers)).unwrap());
        let [basis, products, coefficients] =
            lbfgs::shapes(pixels, history).map(|shape| bench.gpu.tensor("lbfgs", shape).unwrap());
        let state = lbfgs::State {
            x: &x,
            best: &best,
            free: &free,
            basis: &basis,
            products: &products,
            coefficients: &coefficients,
            region: &region,
            alarm: &alarm,
        };
        let mut rec = Recorder::new(&bench.gpu);
        let limits = lbfgs::Limits { history, elements, first, longest };
        let uniforms = lbfgs::record(&mut rec, &g, &losses, &state, limits);
        let program = rec.finish();

        for step in 1..=STEPS {
            let (loss, gradient) = (quadratic.loss(&twin_x), quadratic.gradient(&twin_x));
            lbfgs_twin::record(&mut twin_x.values, loss, &gradient.values, &mut twin);

            let found = bench.download(&x);
            write(&bench, &g, &quadratic.gradient(&found));
            write_loss(&bench, &losses, quadratic.loss(&found));
            uniforms.write(&bench.gpu, step, 1.0);
            program.submit(&bench.gpu);

            let case = format!("{height}x{width}, history {history}, first {first}, step {step}");
            agree_within(LBFGS_TOLERANCE, "lbfgs x", &case, &bench.download(&x), &twin_x);
            let twin_best = Map { values: twin.best.as_ref().unwrap().x.clone(), ..twin_x.clone() };
            agree_within(LBFGS_TOLERANCE, "lbfgs best", &case, &bench.download(&best), &twin_best);
        }
    }
}

/// The optimiser around the kernels: which slot, how many pairs; with its own history and limits.
#[test]
fn lbfgs_keeps_its_history() {
    let bench = Workbench::open();
    let (height, width) = (5, 7);
    let quadratic = Quadratic::new(height, width);
    let mut twin_x = opaque(picture(23, height, width, 4));
    let [first, longest] = [Lbfgs::FIRST, Lbfgs::LONGEST].map(f64::from);
    let mut twin = lbfgs_twin::State::new(Lbfgs::HISTORY as usize, first, longest, (height * width * 3) as usize);

    let g = bench.gpu.tensor("g", shape(&twin_x)).unwrap();
    let losses = bench.gpu.tensor("losses", Shape::vector(2)).unwrap();
    let mut optimizer = Optimizer::new(&bench.gpu, Method::Lbfgs, bench.upload(&twin_x)).unwrap();
    let mut rec = Recorder::new(&bench.gpu);
    optimizer.record(&mut rec, &g, &losses);
    let program = rec.finish();
    for step in 1..=STEPS {
        let (loss, gradient) = (quadratic.loss(&twin_x), quadratic.gradient(&twin_x));
        lbfgs_twin::record(&mut twin_x.values, loss, &gradient.values, &mut twin);

        let found = bench.download(optimizer.pixels());
        write(&bench, &g, &quadratic.gradient(&found));
        write_loss(&bench, &losses, quadratic.loss(&found));
        optimizer.advance(&bench.gpu, Pace { rate: 0.0, decay: 0.9, caution: 1.0 });
        program.submit(&bench.gpu);
        let case = format!("step {step}");
        agree_within(LBFGS_TOLERANCE, "Lbfgs x", &case, &bench.download(optimizer.pixels()), &twin_x);
        let best = Map { values: twin.best.as_ref().unwrap().x.clone(), ..twin_x.clone() };
        agree_within(LBFGS_TOLERANCE, "Lbfgs best", &case, &bench.download(optimizer.shown()), &best);
    }
}

/// The optimiser around adam: bias corrections, pace and average.
#[test]
fn adam_keeps_its_age() {
    let bench = Workbench::open();
    let (height, width) = (5, 7);
    let x = opaque(picture(24, height, width, 4));
    let params = adam_twin::Params { rate: f64::from(0.05f32), beta1: 0.9, beta2: 0.99, epsilon: 1e-8, bounded: true };
    let mut twin = adam_twin::State::new(x.values.clone(), 0.9);
    let g = bench.gpu.tensor("g", shape(&x)).unwrap();
    let losses = bench.gpu.tensor("losses", Shape::vector(2)).unwrap();
    let mut optimizer = Optimizer::new(&bench.gpu, Method::Adam, bench.upload(&x)).unwrap();
    let mut rec = Recorder::new(&bench.gpu);
    optimizer.record(&mut rec, &g, &losses);
    let program = rec.finish();
    for t in 1..=6 {
        let gradient = without_alpha(noise(30 + t, height, width, 4));
        adam_twin::record(&gradient.values, 1.0, &mut twin, &params);
        write(&bench, &g, &gradient);
        optimizer.advance(&bench.gpu, Pace { rate: 0.05, decay: 0.9, caution: 1.0 });
        program.submit(&bench.gpu);
        let as_map = |values: Vec<f64>| Map { values, ..x.clone() };
        let case = format!("step {t}");
        agree("Adam x", &case, &bench.download(optimizer.pixels()), &as_map(twin.x.clone()));
        agree("Adam average", &case, &bench.download(optimizer.shown()), &as_map(twin.average.values()));
    }
}

pub fn write(bench: &Workbench, tensor: &Tensor, map: &Map) {
    let values: Vec<f32> = map.values.iter().map(|&value| value as f32).collect();
    bench.gpu.write(tensor, &values);
}
