//! conv: forward and to the input, whole and in bands of rows; and pointwise.

use crate::workbench::{Workbench, noise, shape};
use scumble::gpu::{Shape, Tensor};
use scumble::kernels::conv::{self, Weights, Window};
use scumble::kernels::{GemmVariant, batched_gemm};
use scumble::reference::{Map, conv as twin, conv::Filters};

/// Height, width, input channels, output channels, kernel, pad.
const CASES: [[u32; 6]; 14] = [
    [1, 1, 1, 1, 1, 0],
    [1, 1, 3, 5, 3, 1],
    [3, 5, 1, 3, 5, 3],
    [3, 5, 3, 4, 3, 1],
    [5, 7, 4, 17, 3, 1],
    [5, 7, 17, 3, 5, 0],
    [5, 7, 5, 1, 7, 3],
    [17, 31, 3, 17, 7, 0],
    [17, 31, 5, 64, 3, 1],
    [17, 31, 64, 17, 3, 1],
    [17, 31, 9, 12, 3, 0],
    [7, 251, 1, 3, 7, 3],
    [7, 251, 17, 5, 1, 0],
    [7, 251, 4, 9, 5, 1],
];

fn filters([_, _, inputs, outputs, kernel, _]: [u32; 6]) -> Filters {
    let values = noise(1, outputs, inputs, kernel * kernel).values;
    Filters { outputs: outputs as usize, inputs: inputs as usize, kernel: kernel as usize, values }
}

fn upload(bench: &Workbench, filters: &Filters, flipped: bool) -> Tensor {
    let Filters { outputs: o, inputs: i, kernel: k, .. } = *filters;
    let values: Vec<f32> = filters.values.iter().map(|&weight| weight as f32).collect();
    let (packed, shape) = if flipped {
        (conv::pack_flipped(&values, o, i, k), conv::packed_shape(i, o, k))
    } else {
        (conv::pack(&values, o, i, k), conv::packed_shape(o, i, k))
    };
    bench.gpu.upload("weights", shape, &packed).unwrap()
}

fn name([height, width, inputs, outputs, kernel, pad]: [u32; 6]) -> String {
    format!("{height}x{width}, {inputs} to {outputs} channels, kernel {kernel}, pad {pad}")
}

#[test]
fn forward() {
    let bench = Workbench::open();
    for case @ [height, width, inputs, outputs, kernel, pad] in CASES {
        let (x, filters, bias) = (noise(2, height, width, inputs), filters(case), noise(3, 1, 1, outputs).values);
        let window = Window { kernel, pad };
        for (relu, variant) in [(false, GemmVariant::Shared), (false, GemmVariant::Narrow), (true, GemmVariant::Narrow)]
        {
            variant.prefer(&bench.gpu);
            let y = bench.output(window.output(shape(&x), outputs), false);
            let (x_gpu, weights, bias_gpu) = (bench.upload(&x), upload(&bench, &filters, false), bench.vector(&bias));
            let weights = Weights { tiles: &weights, bias: &bias_gpu };
            bench.run(|rec| conv::forward(rec, &x_gpu, weights, window, relu, &y.tensor, 0));
            let expected = twin::forward(&x, &filters, &bias, pad as usize, relu);
            let case = format!("{}{}, {variant:?}", name(case), if relu { ", relu" } else { "" });
            bench.check("conv forward", &case, &y, &expected);
        }
    }
}

#[test]
fn backward() {
    let bench = Workbench::open();
    for case @ [height, width, inputs, outputs, kernel, pad] in CASES {
        let (filters, window) = (filters(case), Window { kernel, pad });
        let Shape { height: out_height, width: out_width, .. } =
            window.output(Shape::new(height, width, inputs), outputs);
        let d_y = noise(4, out_height, out_width, outputs);
        let expected = twin::backward(&d_y, &filters, pad as usize);
        for (accumulate, variant) in
            [(true, GemmVariant::Shared), (false, GemmVariant::Narrow), (true, GemmVariant::Narrow)]
        {
            variant.prefer(&bench.gpu);
            let d_x = bench.output(Shape::new(height, width, inputs), accumulate);
            let (d_y, flipped) = (bench.upload(&d_y), upload(&bench, &filters, true));
            let zeros = bench.vector(&vec![0.0; inputs as usize]);
            let weights = Weights { tiles: &flipped, bias: &zeros };
            let added = if accumulate { u32::MAX } else { 0 };
            bench.run(|rec| assert_eq!(conv::backward(rec, &d_y, weights, window, &d_x.tensor, 0, added), height));
            bench.check(&format!("conv backward, {variant:?}"), &name(case), &d_x, &expected);
        }
    }
}

/// Rows of a map as a map.
fn rows(map: &Map, first: usize, count: usize) -> Map {
    Map::from_fn(count, map.width, map.channels, |row, column, channel| map.at(first + row, column, channel))
}

/// The rows of an output, made some at a time, and its gradient taken back the same way.
#[test]
fn in_bands() {
    let bench = Workbench::open();
    for case @ [height, width, inputs, outputs, kernel, pad] in CASES {
        let (x, filters, bias) = (noise(2, height, width, inputs), filters(case), noise(3, 1, 1, outputs).values);
        let window = Window { kernel, pad };
        let (x_gpu, bias_gpu) = (bench.upload(&x), bench.vector(&bias));
        let (tiles, flipped) = (upload(&bench, &filters, false), upload(&bench, &filters, true));
        let expected = twin::forward(&x, &filters, &bias, pad as usize, true);
        let d_y = noise(4, expected.height as u32, expected.width as u32, outputs);
        let zeros = bench.vector(&vec![0.0; inputs as usize]);
        let d_x = bench.output(shape(&x), false);
        let mut added = 0;
        for first in (0..expected.height).step_by(4) {
            let count = (expected.height - first).min(4);
            let band = Shape { height: count as u32, ..shape(&expected) };
            let y = bench.output(band, false);
            let weights = Weights { tiles: &tiles, bias: &bias_gpu };
            bench.run(|rec| conv::forward(rec, &x_gpu, weights, window, true, &y.tensor, first as u32));
            bench.check("conv forward, band", &name(case), &y, &rows(&expected, first, count));

            let d_y = bench.upload(&rows(&d_y, first, count));
            let weights = Weights { tiles: &flipped, bias: &zeros };
            bench.run(|rec| added = conv::backward(rec, &d_y, weights, window, &d_x.tensor, first as u32, added));
        }
        bench.check("conv backward, bands", &name(case), &d_x, &twin::backward(&d_y, &filters, pad as usize));
    }
}

#[test]
fn pointwise_product() {
    let bench = Workbench::open();
    for (height, width, channels) in
        [(1, 1, 1), (3, 5, 3), (5, 7, 4), (17, 31, 5), (7, 251, 17), (5, 7, 64), (3, 29, 148)]
    {
        let (x, bias) = (noise(5, height, width, channels), noise(6, 1, 1, channels).values);
        let matrix = noise(7, channels, channels, 1);
        let expected: Map = twin::pointwise(&x, &matrix, &bias);
        for (accumulate, variant) in
            [false, true].into_iter().flat_map(|a| GemmVariant::ALL.map(|variant| (a, variant)))
        {
            variant.prefer(&bench.gpu);
            let y = bench.output(shape(&x), accumulate);
            let (x, matrix, bias) = (bench.upload(&x), bench.matrices(&matrix), bench.vector(&bias));
            bench.run(|rec| batched_gemm::pointwise(rec, &x, &matrix, &bias, &y.tensor, accumulate));
            bench.check("pointwise", &format!("{height}x{width}x{channels}, {variant:?}"), &y, &expected);
        }
    }
}
