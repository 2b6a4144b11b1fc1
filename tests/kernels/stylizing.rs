//! What only a network that is trained needs: strides, gradients to weights, normalisation, enlarging, clipping.

use crate::agreement::{agree, agree_number, agree_within};
use crate::workbench::{Workbench, noise, picture, shape};
use scumble::gpu::{Shape, Tensor};
use scumble::kernels::conv;
use scumble::kernels::instance_norm::{self, EPSILON, Norm, pair_shape};
use scumble::kernels::stability::{self, Painted};
use scumble::kernels::strided_conv::{self, Stride};
use scumble::kernels::{clip, dot, enlarge, flip, reduce, sigmoid, sum, sums_for, total, weight_gradient};
use scumble::reference::conv::Filters;
use scumble::reference::instance_norm::Learned;
use scumble::reference::{self, Map};

fn filters(outputs: u32, inputs: u32, kernel: u32) -> Filters {
    let values = noise(1, outputs, inputs, kernel * kernel).values;
    Filters { outputs: outputs as usize, inputs: inputs as usize, kernel: kernel as usize, values }
}

/// The weights as the shaders read them.
fn packed(filters: &Filters) -> Vec<f32> {
    let values: Vec<f32> = filters.values.iter().map(|&weight| weight as f32).collect();
    conv::pack(&values, filters.outputs, filters.inputs, filters.kernel)
}

fn upload(bench: &Workbench, filters: &Filters) -> Tensor {
    let shape = conv::packed_shape(filters.outputs, filters.inputs, filters.kernel);
    bench.gpu.upload("weights", shape, &packed(filters)).unwrap()
}

/// Height, width, input channels, output channels, kernel, stride.
const STRIDED: [[u32; 6]; 6] = [
    [3, 3, 1, 1, 3, 2],
    [6, 9, 4, 9, 3, 2],
    [18, 33, 5, 17, 3, 2],
    [11, 8, 3, 12, 5, 3],
    [9, 253, 16, 4, 3, 2],
    [7, 9, 6, 6, 1, 1],
];

#[test]
fn strided_conv_both_ways() {
    let bench = Workbench::open();
    for [height, width, inputs, outputs, kernel, stride] in STRIDED {
        let case = format!("{height}x{width}, {inputs} to {outputs} channels, kernel {kernel}, stride {stride}");
        let (x, filters) = (noise(2, height, width, inputs), filters(outputs, inputs, kernel));
        let expected = reference::strided_conv::forward(&x, &filters, stride as usize);
        let window = Stride { kernel, stride };
        let (x_gpu, weights) = (bench.upload(&x), upload(&bench, &filters));
        let y = bench.output(window.output(shape(&x), outputs), false);
        bench.run(|rec| strided_conv::forward(rec, &x_gpu, &weights, window, &y.tensor));
        bench.check("strided_conv", &case, &y, &expected);

        let d_y = noise(3, expected.height as u32, expected.width as u32, outputs);
        let expected = reference::strided_conv::backward(&d_y, &filters, stride as usize, (x.height, x.width));
        let d_x = bench.output(shape(&x), false);
        bench.run(|rec| strided_conv::backward(rec, &bench.upload(&d_y), &weights, window, &d_x.tensor));
        bench.check("strided_conv_back", &case, &d_x, &expected);
    }
}

#[test]
fn weight_gradients_add_up() {
    let bench = Workbench::open();
    let cases = [
        [3, 3, 1, 1, 3, 1],
        [5, 7, 5, 9, 3, 1],
        [18, 33, 12, 17, 3, 1],
        [18, 33, 4, 12, 3, 2],
        [16, 29, 3, 16, 9, 1],
        [13, 17, 16, 3, 9, 1],
    ];
    for [height, width, inputs, outputs, kernel, stride] in cases {
        let window = Stride { kernel, stride };
        let x = noise(2, height, width, inputs);
        let to = window.output(shape(&x), outputs);
        let d_y = noise(3, to.height, to.width, outputs);
        let expected = reference::strided_conv::weight_gradient(&x, &d_y, kernel as usize, stride as usize);
        let weights = conv::packed_shape(outputs as usize, inputs as usize, kernel as usize);
        // A fourth channel that a picture has beside its three is no channel of the input.
        let mut opaque = bench.upload(&x);
        if inputs == 3 {
            let values = (0..x.pixels()).flat_map(|n| [x.pixel(n), &[1.0]].concat()).map(|value| value as f32);
            opaque = bench.gpu.upload("opaque", shape(&x), &values.collect::<Vec<_>>()).unwrap();
        }
        for chunks in [1, weight_gradient::chunks(inputs, window, to), to.height] {
            let partials = bench.stale(Shape::new(chunks, weights.width, weights.channels));
            let before = noise(4, 1, weights.width, weights.channels);
            let gradient = bench.upload(&before);
            bench.run(|rec| {
                weight_gradient::record(rec, &opaque, &bench.upload(&d_y), window, chunks, &partials);
                reduce::add(rec, &partials, chunks, &gradient);
            });
            let twin: Vec<f64> = packed(&expected).into_iter().map(f64::from).collect();
            let twin = Map { values: twin, ..before.clone() }.plus(&before);
            let case =
                format!("{height}x{width}, {inputs} to {outputs}, kernel {kernel}, stride {stride}, {chunks} chunks");
            agree("weight_gradient", &case, &bench.download(&gradient), &twin);
        }
    }
}

#[test]
fn no_chunk_of_rows_is_empty() {
    for height in 1..200 {
        let window = Stride { kernel: 3, stride: 1 };
        let chunks = weight_gradient::chunks(16, window, Shape::new(height, 64, 16));
        assert!((chunks - 1) * height.div_ceil(chunks) < height, "{chunks} chunks of {height} rows");
    }
}

#[test]
fn flipped_weights_are_those_of_the_gradient() {
    let bench = Workbench::open();
    for (outputs, inputs, kernel) in [(1, 1, 1), (9, 5, 3), (16, 3, 9), (3, 16, 9)] {
        let filters = filters(outputs, inputs, kernel);
        let values: Vec<f32> = filters.values.iter().map(|&weight| weight as f32).collect();
        let flipped = bench.stale(conv::packed_shape(inputs as usize, outputs as usize, kernel as usize));
        bench.run(|rec| flip::record(rec, &upload(&bench, &filters), outputs, inputs, &flipped));
        let expected = conv::pack_flipped(&values, outputs as usize, inputs as usize, kernel as usize);
        assert_eq!(bench.raw(&flipped), expected, "{inputs} to {outputs} channels, kernel {kernel}");
    }
}

/// The gradient of a normalisation is a difference of terms that nearly cancel.
const NORM_TOLERANCE: f64 = 1e-4;

#[test]
fn instance_norm_both_ways() {
    let bench = Workbench::open();
    let epsilon = f64::from(EPSILON);
    for (height, width, channels) in [(1, 2, 4), (3, 5, 8), (17, 31, 4), (7, 251, 12)] {
        // A channel far from zero would lose its variance in a difference of squares.
        let x = noise(1, height, width, channels);
        let x =
            Map::from_fn(x.height, x.width, x.channels, |v, u, c| x.at(v, u, c) + 50.0 * f64::from(u8::from(c == 1)));
        let [shift, scale] = [2, 3].map(|seed| noise(seed, 1, 1, channels).values);
        let learned = Learned { shift, scale };
        let pair = bench.upload(&Map {
            height: 1,
            width: 2,
            channels: x.channels,
            values: [&learned.shift[..], &learned.scale].concat(),
        });
        let (x_gpu, statistics) = (bench.upload(&x), bench.stale(pair_shape(channels)));
        bench.run(|rec| instance_norm::statistics(rec, &x_gpu, &statistics).unwrap());
        let (mean, inverse) = reference::instance_norm::statistics(&x, epsilon);
        let found = bench.download(&statistics);
        let case = format!("{height}x{width}, {channels} channels");
        agree("norm_statistics", &format!("{case}, mean"), &Map::vector(found.pixel(0).to_vec()), &Map::vector(mean));
        agree(
            "norm_statistics",
            &format!("{case}, inverse"),
            &Map::vector(found.pixel(1).to_vec()),
            &Map::vector(inverse),
        );

        let d_y = noise(4, height, width, channels);
        for relu in [false, true] {
            let case = format!("{case}{}", if relu { ", relu" } else { "" });
            let norm = Norm { x: &x_gpu, statistics: &statistics, learned: &pair, relu };
            let y = bench.output(shape(&x), false);
            bench.run(|rec| instance_norm::forward(rec, norm, &y.tensor));
            let expected = reference::instance_norm::forward(&x, &learned, relu, epsilon);
            agree_within(NORM_TOLERANCE, "instance_norm", &case, &bench.download(&y.tensor), &expected);

            let (d_x, d_learned) = (bench.output(shape(&x), false), bench.output(pair_shape(channels), true));
            bench.run(|rec| {
                instance_norm::backward(rec, norm, &bench.upload(&d_y), &d_x.tensor, &d_learned.tensor).unwrap();
            });
            let (expected, sums) = reference::instance_norm::backward(&x, &learned, relu, epsilon, &d_y);
            agree_within(NORM_TOLERANCE, "instance_norm_back", &case, &bench.download(&d_x.tensor), &expected);
            let sums = Map { height: 1, width: 2, channels: x.channels, values: [sums.shift, sums.scale].concat() };
            let before = noise(99, 1, 2, channels);
            agree_within(
                NORM_TOLERANCE,
                "norm_gradient_sums",
                &case,
                &bench.download(&d_learned.tensor),
                &sums.plus(&before),
            );
        }
    }
}

#[test]
fn enlarge_both_ways() {
    let bench = Workbench::open();
    for (height, width, channels) in [(1, 1, 1), (3, 5, 4), (7, 33, 17)] {
        let case = format!("{height}x{width}, {channels} channels");
        let x = noise(1, height, width, channels);
        let y = bench.output(enlarge::output(shape(&x)), false);
        bench.run(|rec| enlarge::forward(rec, &bench.upload(&x), &y.tensor));
        bench.check("enlarge", &case, &y, &reference::enlarge::forward(&x));
        let d_y = noise(2, 2 * height, 2 * width, channels);
        let d_x = bench.output(shape(&x), false);
        bench.run(|rec| enlarge::backward(rec, &bench.upload(&d_y), &d_x.tensor));
        bench.check("enlarge_backward", &case, &d_x, &reference::enlarge::backward(&d_y));
    }
}

#[test]
fn maps_are_added() {
    let bench = Workbench::open();
    let (a, b) = (noise(1, 7, 33, 17), noise(2, 7, 33, 17));
    let y = bench.output(shape(&a), false);
    bench.run(|rec| sum::record(rec, &bench.upload(&a), &bench.upload(&b), &y.tensor));
    bench.check("sum", "7x33, 17 channels", &y, &a.plus(&b));
}

#[test]
fn colours_lie_between_0_and_1() {
    let bench = Workbench::open();
    let x = noise(1, 9, 35, 3);
    let x = x.combine(&x, |x, _| 12.0 * x);
    let whole = reference::sigmoid::forward(&x);
    for (height, width) in [(9, 35), (7, 34)] {
        let y = bench.stale(Shape::new(height, width, 4));
        bench.run(|rec| sigmoid::forward(rec, &bench.upload(&x), &y));
        let expected =
            Map::from_fn(height as usize, width as usize, 4, |v, u, c| if c < 3 { whole.at(v, u, c) } else { 1.0 });
        agree("sigmoid", &format!("{height}x{width} of 9x35"), &bench.download(&y), &expected);
    }
    let d_y = noise(2, 9, 35, 3);
    let d_x = bench.output(shape(&x), false);
    bench.run(|rec| sigmoid::backward(rec, &bench.upload(&whole), &bench.upload(&d_y), &d_x.tensor));
    bench.check("sigmoid_backward", "9x35", &d_x, &reference::sigmoid::backward(&whole, &d_y));
}

#[test]
fn long_gradients_are_clipped() {
    let bench = Workbench::open();
    let g = noise(1, 1, 251, 4);
    for limit in [0.5, 5.0, 1000.0] {
        let (gradient, squared) = (bench.upload(&g), bench.gpu.tensor("squared", Shape::vector(1)).unwrap());
        let partials = bench.stale(Shape::vector(sums_for(251)));
        bench.run(|rec| {
            dot::record(rec, &gradient, &gradient, &partials);
            total::record(rec, &partials, &squared, 0, false);
            clip::record(rec, &squared, limit, &gradient);
        });
        let expected = Map { values: reference::clip::record(&g.values, f64::from(limit)), ..g.clone() };
        agree("clip", &format!("to {limit}"), &bench.download(&gradient), &expected);
    }
}

#[test]
fn stability_of_two_paintings() {
    let bench = Workbench::open();
    for (height, width, shift) in [(1, 1, (0, 0)), (9, 35, (0, 0)), (9, 35, (3, -5)), (70, 33, (-2, 4)), (5, 5, (7, 0))]
    {
        let opaque = |seed| {
            let colours = picture(seed, height, width, 3);
            Map::from_fn(colours.height, colours.width, 4, |v, u, c| if c < 3 { colours.at(v, u, c) } else { 1.0 })
        };
        let (a, b) = (opaque(1), opaque(2));
        let [a_gpu, b_gpu] = [&a, &b].map(|map| bench.upload(map));
        let (d_a, d_b) = (bench.output(shape(&a), true), bench.output(shape(&a), false));
        let partials = bench.stale(Shape::vector(sums_for(height * width)));
        bench.run(|rec| {
            let [a, b] = [(&a_gpu, &d_a), (&b_gpu, &d_b)].map(|(y, d)| Painted { y, d_y: &d.tensor });
            stability::record(rec, a, b, 0.7, (0, 0), &partials).write(&bench.gpu, shift.0, shift.1);
        });
        let shift = (shift.0 as isize, shift.1 as isize);
        let (loss, twin_a, twin_b) = reference::stability::record(&a, &b, f64::from(0.7f32), shift);
        let case = format!("{height}x{width}, moved by {shift:?}");
        bench.check("stability to a", &case, &d_a, &twin_a);
        agree("stability to b", &case, &bench.download(&d_b.tensor), &twin_b);
        agree_number("stability", &case, bench.raw(&partials).into_iter().map(f64::from).sum(), loss);
    }
}
