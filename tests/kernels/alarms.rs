//! What the optimisers' kernels do with numbers that are not finite: adam, lbfgs_history, lbfgs_step.

use crate::agreement::{agree, agree_within};
use crate::optimizers::{
    DECAY, LBFGS_TOLERANCE, Quadratic, adam_params, opaque, twin_params, without_alpha, write, write_loss,
};
use crate::workbench::{Workbench, noise, picture, shape};
use pollster::block_on;
use scumble::choices::Method;
use scumble::gpu::{Kernel, Recorder, Shape, Tensor, readback};
use scumble::kernels::adam;
use scumble::optimizer::{Lbfgs, Optimizer, Pace, alarm_of};
use scumble::reference::{Map, adam as adam_twin, lbfgs as lbfgs_twin};

/// Too large for its square.
const LARGE: f64 = 1e30;

fn alarm(bench: &Workbench, tensor: &Tensor) -> u32 {
    alarm_of(&block_on(readback::read(&bench.gpu, tensor)).unwrap()).0
}

#[test]
fn adam_leaves_out_what_is_not_finite_and_stops() {
    adam_follows_its_twin(&adam::KERNEL, true);
}

#[test]
fn adam_of_parameters_leaves_it_out_and_goes_on() {
    adam_follows_its_twin(&adam::UNBOUNDED, false);
}

fn adam_follows_its_twin(kernel: &Kernel, bounded: bool) {
    let bench = Workbench::open();
    let params = twin_params(bounded);
    let (height, width) = (7, 251);
    let x = opaque(picture(1, height, width, 4));
    // What step 3 says of some numbers, and the loss of step 5.
    for (bad, loss) in [(f64::NAN, 1.0), (f64::NEG_INFINITY, f64::NAN), (LARGE, f64::INFINITY), (0.1, f64::NAN)] {
        let mut twin = adam_twin::State::new(x.values.clone(), DECAY);
        let [m, v, average] = [0; 3].map(|_| bench.upload(&Map::zeros(x.height, x.width, 4)));
        let (x_gpu, raised) = (bench.upload(&x), bench.vector(&[0.0]));
        for t in 1..=6 {
            let loss = if t == 5 { loss } else { 1.0 };
            let mut g = without_alpha(noise(10 + t, height, width, 4));
            if t == 3 {
                g.each(|row, column, channel, value| *value = if row + column + channel == 90 { bad } else { *value });
            }
            adam_twin::record(&g.values, loss, &mut twin, &params);
            let own = adam_params(&params, height * width, t);
            let (g, losses) = (bench.upload(&g), bench.vector(&[0.25 * loss, 0.75 * loss]));
            let state = adam::State { x: &x_gpu, m: &m, v: &v, average: &average, alarm: &raised };
            bench.run(|rec| {
                adam::record(rec, kernel, &g, &losses, &state, &own);
            });
            let case = format!("{} with {bad} and a loss of {loss}, step {t}", kernel.name);
            for (name, gpu, twin) in [
                ("adam x", &x_gpu, &twin.x),
                ("adam m", &m, &twin.m),
                ("adam v", &v, &twin.v),
                ("adam average", &average, &twin.average.values()),
            ] {
                agree(name, &case, &bench.download(gpu), &Map { values: twin.clone(), ..x.clone() });
            }
            assert_eq!(alarm(&bench, &raised), twin.alarm as u32, "alarm, {case}");
        }
        let expected = if bounded && bad != 0.1 || loss == 1.0 { 3 } else { 5 };
        assert_eq!(twin.alarm, expected, "{} with {bad} and {loss}", kernel.name);
    }
}

/// What goes wrong at an evaluation.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    Loss(f64),
    Gradient(f64),
    /// In the pixels that are evaluated.
    Pixel,
    /// Finite gradients whose inner product is not.
    Length,
}

#[test]
fn lbfgs_keeps_its_best_and_begins_anew() {
    use Trouble::{Gradient, Length, Loss, Pixel};
    let bench = Workbench::open();
    let (height, width) = (5, 7);
    let quadratic = Quadratic::new(height, width);
    let start = opaque(picture(23, height, width, 4));
    let infinite = f64::INFINITY;
    for trouble in [Loss(f64::NAN), Loss(infinite), Gradient(f64::NAN), Gradient(-infinite), Pixel, Length] {
        for at in [1, 2, 9] {
            let g = bench.gpu.tensor("g", shape(&start)).unwrap();
            let losses = bench.gpu.tensor("losses", Shape::vector(2)).unwrap();
            let mut optimizer = Optimizer::new(&bench.gpu, Method::Lbfgs, bench.upload(&start)).unwrap();
            let mut rec = Recorder::new(&bench.gpu);
            optimizer.record(&mut rec, &g, &losses);
            let program = rec.finish();
            let evaluate = |optimizer: &mut Optimizer, trouble: Option<Trouble>, caution: f32| {
                let x = bench.download(optimizer.pixels());
                let (mut gradient, mut loss) = (quadratic.gradient(&x), quadratic.loss(&x));
                let change = |map: &mut Map, bad: f64| map.values[4] = bad;
                match trouble {
                    None => {}
                    Some(Loss(bad)) => loss = bad,
                    Some(Gradient(bad)) => change(&mut gradient, bad),
                    Some(Length) => gradient.values.iter_mut().for_each(|value| *value *= LARGE),
                    Some(Pixel) => {
                        let mut x = x.clone();
                        change(&mut x, f64::NAN);
                        write(&bench, optimizer.pixels(), &x);
                    }
                }
                write(&bench, &g, &gradient);
                write_loss(&bench, &losses, loss);
                optimizer.advance(&bench.gpu, Pace { rate: 0.0, decay: 0.0, caution });
                program.submit(&bench.gpu);
            };
            let case = format!("{trouble:?} at evaluation {at}");
            for _ in 1..at {
                evaluate(&mut optimizer, None, 1.0);
            }
            assert_eq!(alarm(&bench, optimizer.alarm()), 0, "before {case}");
            evaluate(&mut optimizer, Some(trouble), 1.0);
            assert_ne!(alarm(&bench, optimizer.alarm()), 0, "{case}");
            let best = bench.download(optimizer.shown());
            assert!(quadratic.loss(&best) <= quadratic.loss(&start), "{case}");
            for _ in 0..3 {
                evaluate(&mut optimizer, None, 1.0);
                assert_eq!(bench.download(optimizer.shown()).values, best.values, "{case}: nothing moves");
            }
            optimizer.go_back(&bench.gpu);
            assert_eq!(bench.download(optimizer.pixels()).values, best.values, "{case}: it begins at its best");

            let [first, longest] = [Lbfgs::FIRST, Lbfgs::LONGEST].map(|limit| 0.5 * f64::from(limit));
            let elements = (height * width * 3) as usize;
            let mut twin = lbfgs_twin::State::new(Lbfgs::HISTORY as usize, first, longest, elements);
            let mut twin_x = best;
            for step in 1..=5 {
                let (loss, gradient) = (quadratic.loss(&twin_x), quadratic.gradient(&twin_x));
                lbfgs_twin::record(&mut twin_x.values, loss, &gradient.values, &mut twin);
                evaluate(&mut optimizer, None, 0.5);
                let case = format!("step {step} after {case}");
                agree_within(LBFGS_TOLERANCE, "Lbfgs x", &case, &bench.download(optimizer.pixels()), &twin_x);
            }
            assert_eq!(alarm(&bench, optimizer.alarm()), 0, "after {case}");
        }
    }
}

/// The twin of the alarm itself: an evaluation without a loss changes nothing, one without a gradient is judged.
#[test]
fn lbfgs_judges_what_it_can() {
    let bench = Workbench::open();
    let (height, width) = (5, 7);
    let quadratic = Quadratic::new(height, width);
    for (loss_is_lost, gradient_is_lost) in [(true, false), (false, true)] {
        let mut twin_x = opaque(picture(23, height, width, 4));
        let [first, longest] = [Lbfgs::FIRST, Lbfgs::LONGEST].map(f64::from);
        let elements = (height * width * 3) as usize;
        let mut twin = lbfgs_twin::State::new(Lbfgs::HISTORY as usize, first, longest, elements);
        let g = bench.gpu.tensor("g", shape(&twin_x)).unwrap();
        let losses = bench.gpu.tensor("losses", Shape::vector(2)).unwrap();
        let mut optimizer = Optimizer::new(&bench.gpu, Method::Lbfgs, bench.upload(&twin_x)).unwrap();
        let mut rec = Recorder::new(&bench.gpu);
        optimizer.record(&mut rec, &g, &losses);
        let program = rec.finish();
        for step in 1..=7 {
            let (mut loss, mut gradient) = (quadratic.loss(&twin_x), quadratic.gradient(&twin_x));
            if step == 5 && loss_is_lost {
                loss = f64::NAN;
            }
            if step == 5 && gradient_is_lost {
                gradient.values[4] = f64::NAN;
            }
            write(&bench, &g, &gradient);
            write_loss(&bench, &losses, loss);
            lbfgs_twin::record(&mut twin_x.values, loss, &gradient.values, &mut twin);
            optimizer.advance(&bench.gpu, Pace { rate: 0.0, decay: 0.0, caution: 1.0 });
            program.submit(&bench.gpu);
            let case = format!("step {step}, lost: loss {loss_is_lost}, gradient {gradient_is_lost}");
            let best = Map { values: twin.best.as_ref().unwrap().x.clone(), ..twin_x.clone() };
            agree_within(LBFGS_TOLERANCE, "Lbfgs best", &case, &bench.download(optimizer.shown()), &best);
            assert_eq!(alarm(&bench, optimizer.alarm()) != 0, twin.alarm, "alarm, {case}");
        }
        assert!(twin.alarm);
    }
}
