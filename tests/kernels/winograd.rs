//! winograd: forward and to the input, against the same twin as the direct convolution.

use crate::workbench::{Workbench, noise};
use scumble::gpu::{Recorder, Shape, Tensor};
use scumble::kernels::winograd::{self, Workspace};
use scumble::reference::{conv as twin, conv::Filters};

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
    let values: Vec<f32> = values.iter().map(|&weight| weight as f32).collect();
    let packed = winograd::pack(&values, *outputs, *inputs);
    bench.gpu.upload("weights", winograd::packed_shape(*outputs, *inputs), &packed).unwrap()
}

/// A workspace that holds one strip at a time.
fn workspace(bench: &Workbench, [height, width, inputs, outputs, strips]: [u32; 5]) -> Workspace {
    let tiles = height.div_ceil(4) * width.div_ceil(4);
    let blocks = inputs.max(outputs).div_ceil(4);
    Workspace::with_vectors(&Recorder::new(&bench.gpu), 36 * tiles.div_ceil(strips) * blocks).unwrap()
}

fn name([height, width, inputs, outputs, strips]: [u32; 5]) -> String {
    format!("{height}x{width}, {inputs} to {outputs} channels, {strips} strips")
}

#[test]
fn forward() {
    let bench = Workbench::open();
    for case @ [height, width, inputs, outputs, _] in CASES {
        let (x, filters) = (noise(2, height, width, inputs), filters(inputs, outputs));
        let (bias, room) = (noise(3, 1, 1, outputs).values, workspace(&bench, case));
        for relu in [false, true] {
            let y = bench.output(Shape::new(height, width, outputs), false);
            let (x_gpu, weights, bias_gpu) = (bench.upload(&x), upload(&bench, &filters), bench.vector(&bias));
            bench.run(|rec| winograd::forward(rec, &x_gpu, &weights, &bias_gpu, relu, &y.tensor, &room));
            let expected = twin::forward(&x, &filters, &bias, 1, relu);
            let case = format!("{}{}", name(case), if relu { ", relu" } else { "" });
            bench.check("winograd forward", &case, &y, &expected);
        }
    }
}

#[test]
fn backward() {
    let bench = Workbench::open();
    for case @ [height, width, inputs, outputs, _] in CASES {
        let (d_y, filters) = (noise(4, height, width, outputs), filters(inputs, outputs));
        let (expected, room) = (twin::backward(&d_y, &filters, 1), workspace(&bench, case));
        for accumulate in [false, true] {
            let d_x = bench.output(Shape::new(height, width, inputs), accumulate);
            let (d_y_gpu, weights) = (bench.upload(&d_y), upload(&bench, &filters));
            let zeros = bench.vector(&vec![0.0; inputs as usize]);
            bench.run(|rec| winograd::backward(rec, &d_y_gpu, &weights, &zeros, &d_x.tensor, accumulate, &room));
            bench.check("winograd backward", &name(case), &d_x, &expected);
        }
    }
}
