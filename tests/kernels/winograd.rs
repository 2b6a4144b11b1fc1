//! winograd: forward and to the input, against the same twin as the direct convolution.

use crate::agreement::agree;
use crate::workbench::{Workbench, noise, shape};
use scumble::choices::Pooling;
use scumble::gpu::{Recorder, Shape, Tensor};
use scumble::kernels::winograd::{self, Mask, Rows, Weights, Workspace};
use scumble::kernels::{GemmVariant, Work};
use scumble::reference::{self as twins, Map, conv as twin, conv::Filters};
use std::ops::Range;

/// Height, width, input channels, output channels, and the strips that the work is cut into.
const CASES: [[u32; 5]; 9] = [
    [1, 1, 1, 1, 1],
    [1, 1, 16, 17, 1],
    [3, 5, 3, 5, 2],
    [4, 4, 4, 4, 1],
    [5, 7, 17, 16, 3],
    [5, 9, 33, 6, 1],
    [17, 31, 18, 40, 1],
    [17, 31, 20, 19, 7],
    [7, 251, 5, 18, 2],
];

fn filters(inputs: u32, outputs: u32) -> Filters {
    let values = noise(1, outputs, inputs, 9).values;
    Filters { outputs: outputs as usize, inputs: inputs as usize, kernel: 3, values }
}

fn upload(bench: &Workbench, Filters { outputs, inputs, values, .. }: &Filters) -> Tensor {
    bench.winograd(values, *outputs as u32, *inputs as u32)
}

/// A workspace that holds one strip at a time.
fn workspace(rec: &Recorder, [height, width, inputs, outputs, strips]: [u32; 5]) -> Workspace {
    let tiles = height.div_ceil(4) * width.div_ceil(4);
    let blocks = inputs.max(outputs).div_ceil(4);
    Workspace::with_vectors(rec, 36 * tiles.div_ceil(strips) * blocks).unwrap()
}

fn name([height, width, inputs, outputs, strips]: [u32; 5]) -> String {
    format!("{height}x{width}, {inputs} to {outputs} channels, {strips} strips")
}

#[test]
fn forward() {
    let bench = Workbench::open();
    for case @ [height, width, inputs, outputs, _] in CASES {
        let (x, filters) = (noise(2, height, width, inputs), filters(inputs, outputs));
        let bias = noise(3, 1, 1, outputs).values;
        let y = bench.output(Shape::new(height, width, outputs), false);
        let (x_gpu, tiles, bias_gpu) = (bench.upload(&x), upload(&bench, &filters), bench.vector(&bias));
        let weights = Weights { tiles: &tiles, bias: &bias_gpu };
        let rows = Rows::all(x_gpu.shape());
        let expected = twin::forward(&x, &filters, &bias, 1, false);
        for variant in GemmVariant::ALL {
            variant.prefer(&bench.gpu);
            bench.run(|rec| {
                let room = workspace(rec, case);
                winograd::forward(rec, &x_gpu, weights, rows, None, &y.tensor, &room);
            });
            bench.check(&format!("winograd forward, {variant:?}"), &name(case), &y, &expected);
        }
    }
}

#[test]
fn backward() {
    let bench = Workbench::open();
    for case @ [height, width, inputs, outputs, _] in CASES {
        let (d_y, filters) = (noise(4, height, width, outputs), filters(inputs, outputs));
        let expected = twin::backward(&d_y, &filters, 1);
        for (accumulate, variant) in
            [(false, GemmVariant::Narrow), (true, GemmVariant::Shared), (false, GemmVariant::Wide)]
        {
            variant.prefer(&bench.gpu);
            let d_x = bench.output(Shape::new(height, width, inputs), accumulate);
            let (d_y_gpu, tiles) = (bench.upload(&d_y), upload(&bench, &filters));
            let zeros = bench.vector(&vec![0.0; inputs as usize]);
            let weights = Weights { tiles: &tiles, bias: &zeros };
            let rows = Rows::all(d_y_gpu.shape());
            bench.run(|rec| {
                let room = workspace(rec, case);
                winograd::backward(rec, &d_y_gpu, None, weights, rows, &d_x.tensor, accumulate, &room);
            });
            bench.check(&format!("winograd backward, {variant:?}"), &name(case), &d_x, &expected);
        }
    }
}

/// ReLU and pool behind the convolution, and the gradient back through what the mask remembers of them; in bands of four
/// rows, as a large map is done: the input of each with a row more on both sides, the gradient to each by itself.
#[test]
fn through_relu_and_pool_in_bands() {
    let bench = Workbench::open();
    for case @ [height, width, inputs, outputs, _] in CASES {
        let pools = [None, Some(Pooling::Average), Some(Pooling::Max)];
        for (pool, variant) in
            pools.into_iter().flat_map(|pool| Work::Convolutions.variants().iter().map(move |&variant| (pool, variant)))
        {
            if pool.is_some() && height.min(width) < 2 {
                continue;
            }
            variant.prefer(&bench.gpu);
            let (x, filters) = (noise(2, height, width, inputs), filters(inputs, outputs));
            let bias = noise(3, 1, 1, outputs).values;
            let relu = twin::forward(&x, &filters, &bias, 1, true);
            let expected = pool.map_or(relu.clone(), |pooling| twins::pool::forward(&relu, pooling));
            let d_y = noise(4, expected.height as u32, expected.width as u32, outputs);
            let d_relu = pool.map_or(d_y.clone(), |pooling| twins::pool::backward(&relu, &d_y, pooling));
            let d_expected = twin::backward(&twins::relu_backward::record(&relu, &d_relu), &filters, 1);

            let (y, mut d_x) = (bench.output(shape(&expected), false), Map::zeros(0, x.width, x.channels));
            let (tiles, bias) = (upload(&bench, &filters), bench.vector(&bias));
            let (d_y, zeros) = (bench.upload(&d_y), bench.vector(&vec![0.0; inputs as usize]));
            let firsts: Vec<u32> = (0..height).step_by(4).collect();
            let count = |first: u32| (height - first).min(4);
            let bands: Vec<_> =
                firsts.iter().map(|&first| bench.stale(Shape::new(count(first), width, inputs))).collect();
            bench.run(|rec| {
                let room = workspace(rec, case);
                let mask = Mask::new(rec, shape(&relu), pool).unwrap();
                for &first in &firsts {
                    let (above, below) = (first.saturating_sub(1), (first + 5).min(height));
                    let input = bench.upload(&rows(&x, above as usize..below as usize));
                    let place = Rows { count: count(first), input: first - above, output: first };
                    let weights = Weights { tiles: &tiles, bias: &bias };
                    winograd::forward(rec, &input, weights, place, Some(&mask), &y.tensor, &room);
                }
                for (&first, band) in firsts.iter().zip(&bands) {
                    let place = Rows { count: count(first), input: first, output: 0 };
                    let weights = Weights { tiles: &tiles, bias: &zeros };
                    winograd::backward(rec, &d_y, Some(&mask), weights, place, band, false, &room);
                }
            });
            for band in &bands {
                let band = bench.download(band);
                d_x.height += band.height;
                d_x.values.extend(band.values);
            }
            let case = format!("{}, pool {pool:?}, {variant:?}", name(case));
            bench.check("winograd forward, relu", &case, &y, &expected);
            agree("winograd backward, relu", &case, &d_x, &d_expected);
        }
    }
}

/// Rows of a map as a map.
fn rows(map: &Map, range: Range<usize>) -> Map {
    Map::from_fn(range.len(), map.width, map.channels, |row, column, c| map.at(range.start + row, column, c))
}
