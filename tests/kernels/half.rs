//! Every kernel that can store in 16 bits, against the same twins: inputs that f16 holds exactly, outputs rounded to it.

use crate::agreement::agree_within;
use crate::workbench::{Workbench, noise, shape};
use scumble::choices::Pooling;
use scumble::gpu::{DType, Shape, Tensor};
use scumble::kernels::conv::Window;
use scumble::kernels::winograd::{Mask, Rows, Workspace};
use scumble::kernels::{Part, batched_gemm, conv, covariance, dot, mean, pool, relu_backward, sums_for, winograd};
use scumble::objective::losses::content::{self, Photo};
use scumble::reference::{self as twins, Map};

/// Half a unit in the last of f16's eleven digits, and as much again where an output is added to.
const TOLERANCE: f64 = 1e-3;
const SIZES: [[u32; 3]; 4] = [[1, 1, 5], [3, 5, 8], [17, 31, 20], [7, 251, 17]];

fn check(bench: &Workbench, kernel: &str, case: &str, found: &Tensor, twin: &Map) {
    agree_within(TOLERANCE, &format!("{kernel}, half"), case, &bench.download(found), twin);
}

fn filters(inputs: u32, outputs: u32, kernel: u32) -> twins::conv::Filters {
    let values = noise(1, outputs, inputs, kernel * kernel).values;
    twins::conv::Filters { outputs: outputs as usize, inputs: inputs as usize, kernel: kernel as usize, values }
}

fn floats(filters: &twins::conv::Filters) -> Vec<f32> {
    filters.values.iter().map(|&weight| weight as f32).collect()
}

fn scaled(map: &Map, by: f64) -> Map {
    map.combine(map, |value, _| value * by)
}

/// From a picture, between features, and back to a picture, where the scale of gradients comes off.
#[test]
fn convolutions() {
    let bench = Workbench::open();
    for (inputs, outputs) in [(3, 20), (12, 17)] {
        let (x, filters) = (noise(2, 17, 31, inputs), filters(inputs, outputs, 5));
        let (i, o) = (inputs as usize, outputs as usize);
        let (weights, window) = (floats(&filters), Window { kernel: 5, pad: 2 });
        let bias = noise(3, 1, 1, outputs).values;
        let expected = twins::conv::forward(&x, &filters, &bias, 2, true);
        let tiles = bench.gpu.upload("weights", conv::packed_shape(o, i, 5), &conv::pack(&weights, o, i, 5)).unwrap();
        let (y, bias) = (bench.stale_half(shape(&expected)), bench.vector(&bias));
        let upload = |map: &Map| if inputs == 3 { bench.upload(map) } else { bench.upload_half(map) };
        let x_gpu = upload(&x);
        let own = conv::Weights { tiles: &tiles, bias: &bias };
        bench.run(|rec| conv::forward(rec, &x_gpu, own, window, true, &y, 0));
        let case = format!("{inputs} to {outputs} channels");
        check(&bench, "conv forward", &case, &y, &expected);

        let d_y = noise(4, 17, 31, outputs);
        let flipped = conv::pack_flipped(&weights, o, i, 5);
        let flipped = bench.gpu.upload("flipped", conv::packed_shape(i, o, 5), &flipped).unwrap();
        let zeros = bench.vector(&vec![0.0; i]);
        let d_x = if inputs == 3 { bench.stale(shape(&x)) } else { bench.stale_half(shape(&x)) };
        let own = conv::Weights { tiles: &flipped, bias: &zeros };
        let d_y_gpu = bench.upload_half(&d_y);
        bench.run(|rec| assert_eq!(conv::backward(rec, &d_y_gpu, own, window, &d_x, 0, 0), 17));
        let scale = if inputs == 3 { 1.0 / f64::from(DType::F16.gradient_scale()) } else { 1.0 };
        check(&bench, "conv backward", &case, &d_x, &scaled(&twins::conv::backward(&d_y, &filters, 2), scale));
    }
}

#[test]
fn winograd_through_relu_and_pool() {
    let bench = Workbench::open();
    let (x, filters) = (noise(2, 17, 31, 20), filters(20, 24, 3));
    let tiles = bench.winograd(&filters.values, 24, 20);
    for pool in [None, Some(Pooling::Average), Some(Pooling::Max)] {
        let bias = noise(3, 1, 1, 24).values;
        let relu = twins::conv::forward(&x, &filters, &bias, 1, true);
        let expected = pool.map_or(relu.clone(), |pooling| twins::pool::forward(&relu, pooling));
        let d_y = noise(4, expected.height as u32, expected.width as u32, 24);
        let d_relu = pool.map_or(d_y.clone(), |pooling| twins::pool::backward(&relu, &d_y, pooling));
        let d_expected = twins::conv::backward(&twins::relu_backward::record(&relu, &d_relu), &filters, 1);

        let (y, d_x) = (bench.stale_half(shape(&expected)), bench.stale_half(shape(&x)));
        let (x_gpu, d_y_gpu) = (bench.upload_half(&x), bench.upload_half(&d_y));
        let (bias, zeros) = (bench.vector(&bias), bench.vector(&[0.0; 20]));
        bench.run(|rec| {
            let room = Workspace::new(rec, [shape(&relu)], 1 << 20).unwrap();
            let mask = Mask::new(rec, shape(&relu), pool).unwrap();
            let rows = Rows::all(shape(&x));
            let forward = winograd::Weights { tiles: &tiles, bias: &bias };
            winograd::forward(rec, &x_gpu, forward, rows, Some(&mask), &y, &room);
            let backward = winograd::Weights { tiles: &tiles, bias: &zeros };
            winograd::backward(rec, &d_y_gpu, Some(&mask), backward, rows, &d_x, false, &room);
        });
        check(&bench, "winograd forward", &format!("pool {pool:?}"), &y, &expected);
        check(&bench, "winograd backward", &format!("pool {pool:?}"), &d_x, &d_expected);
    }
}

#[test]
fn between_positions() {
    let bench = Workbench::open();
    for [height, width, channels] in SIZES {
        let case = format!("{height}x{width}x{channels}");
        let (x, d) = (noise(5, height, width, channels), noise(6, height, width, channels));
        let (x_gpu, d_gpu) = (bench.upload_half(&x), bench.upload_half(&d));
        let matrix = noise(7, channels, channels, 1);
        let bias = noise(8, 1, 1, channels).values;
        let expected = twins::conv::pointwise(&x, &matrix, &bias).plus(&d);
        let (matrix, bias) = (bench.matrices(&matrix), bench.vector(&bias));
        bench.run(|rec| batched_gemm::pointwise(rec, &x_gpu, &matrix, &bias, &d_gpu, true));
        check(&bench, "pointwise", &case, &d_gpu, &expected);

        let relu = x.combine(&x, |x, _| x.max(0.0));
        let (relu_gpu, d_gpu) = (bench.upload_half(&relu), bench.upload_half(&d));
        bench.run(|rec| relu_backward::record(rec, &relu_gpu, &d_gpu));
        check(&bench, "relu_backward", &case, &d_gpu, &twins::relu_backward::record(&relu, &d));

        for pooling in [Pooling::Average, Pooling::Max, Pooling::L2] {
            if height < 2 {
                continue;
            }
            let expected = twins::pool::forward(&x, pooling);
            let (y, d_x) = (bench.stale_half(shape(&expected)), bench.stale_half(shape(&x)));
            let d_y = noise(9, expected.height as u32, expected.width as u32, channels);
            let d_y_gpu = bench.upload_half(&d_y);
            bench.run(|rec| {
                pool::forward(rec, &x_gpu, pooling, &y);
                pool::backward(rec, &x_gpu, &d_y_gpu, pooling, &d_x, false);
            });
            check(&bench, "pool_forward", &case, &y, &expected);
            check(&bench, "pool_backward", &case, &d_x, &twins::pool::backward(&x, &d_y, pooling));
        }
    }
}

/// What sums over a map leaves f32, and the content's gradient comes scaled.
#[test]
fn sums_and_losses() {
    let bench = Workbench::open();
    for [height, width, channels] in SIZES {
        let case = format!("{height}x{width}x{channels}");
        // Positive numbers: a sum that cancels has no relative error to speak of.
        let positive =
            |seed| noise(seed, height, width, channels).combine(&noise(seed, height, width, channels), |x, _| x.abs());
        let (x, photo) = (positive(5), positive(6));
        let (x_gpu, photo_gpu) = (bench.upload_half(&x), bench.upload_half(&photo));
        let mu = bench.vector(&vec![0.0; channels as usize]);
        let (means, products) = (bench.stale(Shape::vector(channels)), bench.stale_matrices(1, channels as usize));
        let dots = bench.stale(Shape::new(1, sums_for(x_gpu.shape().vectors()) / 4, 4));
        let sums = bench.stale(dots.shape());
        let (norm, d_x) = (bench.vector(&[1.0]), bench.stale_half(shape(&x)));
        bench.run(|rec| {
            mean::record(rec, &Part::whole(&x_gpu), 1, &means);
            covariance::record(rec, &Part::whole(&x_gpu), &mu, 1, &products);
            dot::record(rec, &x_gpu, &photo_gpu, &dots);
            let target = Photo { features: &photo_gpu, own: None, norm: &norm, norm_scale: 1.0 };
            // As small as gradients are.
            let weight = 0.5 / DType::F16.gradient_scale();
            content::record(rec, &x_gpu, &target, weight, &d_x, false, &sums);
        });
        check(&bench, "mean", &case, &means, &twins::mean::record(&x, 1));
        let expected = twins::covariance::record(&x, &vec![0.0; channels as usize], 1);
        agree_within(TOLERANCE, "covariance, half", &case, &bench.download_matrices(&products), &expected);
        let product = twins::total::record(&bench.download(&dots).values);
        let expected = twins::dot::record(&x, &photo);
        assert!((product / expected - 1.0).abs() < TOLERANCE, "dot, half, {case}: {product}, expected {expected}");
        check(&bench, "content_loss d_x", &case, &d_x, &x.combine(&photo, |x, photo| x - photo));
    }
}
