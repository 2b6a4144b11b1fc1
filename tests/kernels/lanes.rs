//! The kernels that see one position at a time: relu_backward, colour.

use crate::workbench::{Workbench, noise, picture, shape};
use scumble::kernels::{colour, relu_backward};
use scumble::reference::{Map, colour as colour_twin, relu_backward as relu_twin};

#[test]
fn relu() {
    let bench = Workbench::open();
    for (height, width, channels) in [(1, 1, 1), (3, 5, 3), (5, 7, 4), (17, 31, 17), (7, 251, 5)] {
        // A ReLU's output: many exact zeros.
        let y = noise(1, height, width, channels);
        let y = y.combine(&y, |y, _| y.max(0.0));
        let d_y = noise(2, height, width, channels);
        let expected = relu_twin::record(&y, &d_y);
        let (y, d_y) = (bench.upload(&y), bench.upload(&d_y));
        bench.run(|rec| relu_backward::record(rec, &y, &d_y));
        let case = format!("{height}x{width}x{channels}");
        crate::agreement::agree("relu_backward", &case, &bench.download(&d_y), &expected);
    }
}

/// An affine map, as the networks use them.
struct Affine {
    name: &'static str,
    matrix: [[f32; 3]; 3],
    offset: [f32; 3],
}

const MAPS: [Affine; 3] = [
    Affine { name: "scale", matrix: [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 4.0]], offset: [-2.0, -2.0, -2.0] },
    Affine {
        name: "bgr",
        matrix: [[0.0, 0.0, 255.0], [0.0, 255.0, 0.0], [255.0, 0.0, 0.0]],
        offset: [-103.939, -116.779, -123.68],
    },
    Affine { name: "luma", matrix: [[0.299, 0.587, 0.114], [0.0; 3], [0.0; 3]], offset: [0.0; 3] },
];

/// The first three channels.
fn colours(map: &Map) -> Map {
    Map::from_fn(map.height, map.width, 3, |row, column, channel| map.at(row, column, channel))
}

#[test]
fn colour() {
    let bench = Workbench::open();
    for (height, width) in [(1, 1), (3, 5), (5, 7), (17, 31), (7, 251)] {
        for Affine { name, matrix, offset } in &MAPS {
            // Pixels bring an alpha, which must not leak into the padding behind the colours.
            let x = picture(3, height, width, 4);
            let d_y = noise(4, height, width, 3);
            let case = format!("{name}, {height}x{width}");
            for accumulate in [false, true] {
                let y = bench.output(shape(&d_y), accumulate);
                let d_x = bench.output(shape(&d_y), accumulate);
                let (x_gpu, d_y_gpu) = (bench.upload(&x), bench.upload(&d_y));
                bench.run(|rec| {
                    colour::forward(rec, &x_gpu, &y.tensor, matrix, *offset, accumulate);
                    colour::backward(rec, &d_y_gpu, &d_x.tensor, matrix, accumulate);
                });
                bench.check("colour forward", &case, &y, &colour_twin::forward(&colours(&x), matrix, *offset));
                bench.check("colour backward", &case, &d_x, &colour_twin::backward(&d_y, matrix));
            }
        }
    }
}
