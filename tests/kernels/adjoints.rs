//! <K x, y> = <x, K^T y> for every linear kernel, wholly on the GPU: no twin could share a mistake here.

use crate::agreement::TOLERANCE;
use crate::workbench::{Workbench, noise, shape};
use scumble::choices::Pooling;
use scumble::gpu::{Recorder, Shape, Tensor};
use scumble::kernels::conv::{self, Window};
use scumble::kernels::strided_conv::{self, Stride};
use scumble::kernels::winograd::{self, Rows, Workspace};
use scumble::kernels::{colour, enlarge, pad, pool, reduce, weight_gradient};
use scumble::model::{Copies, Margin};
use scumble::reference::{Map, dot};

/// Runs `forward(rec, x, y)` from `from` to `to`, and `backward(rec, d_y, d_x)` back.
fn check(
    name: &str,
    [from, to]: [Shape; 2],
    forward: impl FnOnce(&Workbench, &mut Recorder, &Tensor, &Tensor),
    backward: impl FnOnce(&Workbench, &mut Recorder, &Tensor, &Tensor),
) {
    let bench = Workbench::open();
    let x = noise(1, from.height, from.width, from.channels);
    let y = noise(2, to.height, to.width, to.channels);
    let (kx, kty) = (bench.output(to, false), bench.output(from, false));
    bench.run(|rec| forward(&bench, rec, &bench.upload(&x), &kx.tensor));
    bench.run(|rec| backward(&bench, rec, &bench.upload(&y), &kty.tensor));
    let (kx, kty) = (bench.download(&kx.tensor), bench.download(&kty.tensor));
    let (left, right) = (dot::record(&kx, &y), dot::record(&x, &kty));
    // The sums cancel, so the bound is Cauchy and Schwarz's.
    let bound = TOLERANCE * (dot::record(&kx, &kx) * dot::record(&y, &y)).sqrt();
    println!("{name}: <Kx, y> {left}, <x, K^T y> {right}");
    let difference = (left - right).abs();
    assert!(difference <= bound, "{name}: <Kx, y> {left}, <x, K^T y> {right}, difference {difference:e} of {bound:e}");
}

#[test]
fn of_conv() {
    let from = Shape::new(17, 31, 5);
    for (kernel, pad) in [(3, 1), (7, 0), (5, 3), (1, 0)] {
        let window = Window { kernel, pad };
        let size = kernel as usize;
        let weights: Vec<f32> = noise(3, 9, 5, kernel * kernel).values.iter().map(|&weight| weight as f32).collect();
        check(
            &format!("conv, kernel {kernel}, pad {pad}"),
            [from, window.output(from, 9)],
            |bench, rec, x, y| {
                let packed = conv::pack(&weights, 9, 5, size);
                let packed = bench.gpu.upload("weights", conv::packed_shape(9, 5, size), &packed).unwrap();
                let bias = bench.vector(&[0.0; 9]);
                conv::forward(rec, x, conv::Weights { tiles: &packed, bias: &bias }, window, false, y, 0);
            },
            |bench, rec, d_y, d_x| {
                let packed = conv::pack_flipped(&weights, 9, 5, size);
                let packed = bench.gpu.upload("flipped", conv::packed_shape(5, 9, size), &packed).unwrap();
                let bias = bench.vector(&[0.0; 5]);
                conv::backward(rec, d_y, conv::Weights { tiles: &packed, bias: &bias }, window, d_x, 0, 0);
            },
        );
    }
}

#[test]
fn of_winograd() {
    let from = Shape::new(17, 31, 18);
    let weights = |bench: &Workbench| bench.winograd(&noise(3, 21, 18, 9).values, 21, 18);
    let room = |rec: &Recorder| Workspace::new(rec, [from.with_channels(21)], 1 << 20).unwrap();
    check(
        "winograd",
        [from, from.with_channels(21)],
        |bench, rec, x, y| {
            let (tiles, bias) = (weights(bench), bench.vector(&[0.0; 21]));
            let weights = winograd::Weights { tiles: &tiles, bias: &bias };
            winograd::forward(rec, x, weights, Rows::all(x.shape()), None, y, &room(rec));
        },
        |bench, rec, d_y, d_x| {
            let (tiles, bias) = (weights(bench), bench.vector(&[0.0; 18]));
            let weights = winograd::Weights { tiles: &tiles, bias: &bias };
            winograd::backward(rec, d_y, None, weights, Rows::all(d_x.shape()), d_x, false, &room(rec));
        },
    );
}

#[test]
fn of_pad() {
    for copies in [Copies::Replicate, Copies::Wrap] {
        let margin = Margin { radius: 3, copies };
        for from in [Shape::new(17, 31, 5), Shape::new(1, 2, 3)] {
            check(
                "pad",
                [from, pad::output(from, margin)],
                |_, rec, x, y| pad::forward(rec, x, margin, y),
                |_, rec, d_y, d_x| pad::backward(rec, d_y, margin, d_x, false),
            );
        }
    }
}

#[test]
fn of_average_pool() {
    let from = Shape::new(17, 31, 5);
    // The gradient of an average does not look at x.
    let any = Map::zeros(17, 31, 5);
    check(
        "pool",
        [from, pool::output(from)],
        |_, rec, x, y| pool::forward(rec, x, Pooling::Average, y),
        |bench, rec, d_y, d_x| pool::backward(rec, &bench.upload(&any), d_y, Pooling::Average, d_x, false),
    );
}

#[test]
fn of_colour() {
    let from = shape(&noise(0, 17, 31, 3));
    let matrix = [[0.3, 0.6, 0.1], [-0.2, 0.9, 0.4], [0.5, -0.7, 0.8]];
    check(
        "colour",
        [from, from],
        |_, rec, x, y| colour::forward(rec, x, y, &matrix, [0.0; 3], false),
        |_, rec, d_y, d_x| colour::backward(rec, d_y, d_x, &matrix, false),
    );
}

#[test]
fn of_strided_conv() {
    let from = Shape::new(17, 31, 5);
    let window = Stride { kernel: 3, stride: 2 };
    let values: Vec<f32> = noise(3, 9, 5, 9).values.iter().map(|&weight| weight as f32).collect();
    let weights = |bench: &Workbench| {
        bench.gpu.upload("weights", conv::packed_shape(9, 5, 3), &conv::pack(&values, 9, 5, 3)).unwrap()
    };
    check(
        "strided_conv",
        [from, window.output(from, 9)],
        |bench, rec, x, y| strided_conv::forward(rec, x, &weights(bench), window, y),
        |bench, rec, d_y, d_x| strided_conv::backward(rec, d_y, &weights(bench), window, d_x),
    );
}

/// A convolution is linear in its weights too: their gradient is the adjoint of the map from weights to outputs.
#[test]
fn of_conv_in_its_weights() {
    for stride in [1, 2] {
        let x = noise(3, 17, 31, 8);
        let window = Stride { kernel: 3, stride };
        let weights = conv::packed_shape(12, 8, 3);
        let from = Shape::new(1, weights.width, 4);
        let to = window.output(shape(&x), 12);
        check(
            &format!("conv in its weights, stride {stride}"),
            [from, to],
            |bench, rec, weights, y| strided_conv::forward(rec, &bench.upload(&x), weights, window, y),
            |bench, rec, d_y, d_weights| {
                let partials = bench.gpu.tensor("partials", Shape::new(3, from.width, 4)).unwrap();
                weight_gradient::record(rec, &bench.upload(&x), d_y, window, 3, &partials);
                reduce::record(rec, &partials, 3, 1.0, d_weights);
            },
        );
    }
}

#[test]
fn of_enlarging() {
    let from = Shape::new(7, 31, 5);
    check(
        "enlarge",
        [from, enlarge::output(from)],
        |_, rec, x, y| enlarge::forward(rec, x, y),
        |_, rec, d_y, d_x| enlarge::backward(rec, d_y, d_x),
    );
}
