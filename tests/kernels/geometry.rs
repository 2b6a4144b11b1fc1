//! The kernels that change the size of a map: pad, pool, resample.

use crate::workbench::{Workbench, noise, picture, shape};
use scumble::choices::Pooling;
use scumble::gpu::Shape;
use scumble::image::{Filter, taps};
use scumble::kernels::resample::{Axis, Table};
use scumble::kernels::{mask, pad, pool, resample};
use scumble::model::{Copies, Margin};
use scumble::reference::{self, Map};

#[test]
fn pad_both_ways() {
    let bench = Workbench::open();
    let sizes = [(1, 1, 1), (1, 2, 3), (2, 1, 4), (3, 5, 3), (5, 7, 17), (17, 31, 5), (7, 251, 3)];
    for (height, width, channels) in sizes {
        let every = [Copies::Replicate, Copies::Wrap];
        for (radius, copies) in (1..=3).flat_map(|radius| every.map(|copies| (radius, copies))) {
            let margin = Margin { radius, copies };
            let x = noise(1, height, width, channels);
            let expected = reference::pad::forward(&x, margin);
            let d_y = noise(2, height + 2 * radius, width + 2 * radius, channels);
            let case = format!("{height}x{width}x{channels}, {margin:?}");

            let (x_gpu, y) = (bench.upload(&x), bench.output(shape(&expected), false));
            bench.run(|rec| pad::forward(rec, &x_gpu, margin, &y.tensor));
            bench.check("pad_forward", &case, &y, &expected);

            for accumulate in [false, true] {
                let (d_y_gpu, d_x) = (bench.upload(&d_y), bench.output(shape(&x), accumulate));
                bench.run(|rec| pad::backward(rec, &d_y_gpu, margin, &d_x.tensor, accumulate));
                bench.check("pad_backward", &case, &d_x, &reference::pad::backward(&d_y, margin));
            }
            let share = |place: usize, count: usize| {
                let inwards = place.min(count - 1 - place) as f64;
                ((inwards + 0.5) / f64::from(radius)).min(1.0)
            };
            let faded = Map::from_fn(d_y.height, d_y.width, d_y.channels, |v, u, c| {
                d_y.at(v, u, c) * share(v, d_y.height) * share(u, d_y.width)
            });
            let (d_y_gpu, d_x) = (bench.upload(&d_y), bench.output(shape(&x), false));
            bench.run(|rec| pad::backward_faded(rec, &d_y_gpu, margin, &d_x.tensor));
            bench.check("pad_backward, faded", &case, &d_x, &reference::pad::backward(&faded, margin));
        }
    }
}

#[test]
fn mask_lays_one_over_another() {
    let bench = Workbench::open();
    for (height, width) in [(1, 1), (3, 5), (17, 31), (7, 251)] {
        let [weight, x, base] = [1, 2, 3].map(|seed| noise(seed, height, width, 4));
        let [weight_gpu, x_gpu, base_gpu] = [&weight, &x, &base].map(|map| bench.upload(map));
        let case = format!("{height}x{width}");
        let y = bench.output(shape(&x), false);
        bench.run(|rec| mask::record(rec, &weight_gpu, &x_gpu, &base_gpu, &y.tensor));
        bench.check("mask", &case, &y, &reference::mask::record(&weight, &x, &base));
    }
}

/// Rounded to halves, so that most windows have ties.
fn with_ties(map: &Map) -> Map {
    map.combine(map, |value, _| (value * 2.0).round() / 2.0)
}

#[test]
fn pool_both_ways() {
    let bench = Workbench::open();
    let sizes = [(2, 2, 1), (2, 3, 4), (3, 5, 3), (5, 7, 17), (17, 31, 5), (7, 251, 3), (3, 5, 64)];
    for (height, width, channels) in sizes {
        let plain = noise(3, height, width, channels);
        for (ties, x) in [("", plain.clone()), (", ties", with_ties(&plain))] {
            for pooling in [Pooling::Average, Pooling::Max, Pooling::L2] {
                let expected = reference::pool::forward(&x, pooling);
                let d_y = noise(4, height / 2, width / 2, channels);
                let case = format!("{pooling:?}, {height}x{width}x{channels}{ties}");

                let (x_gpu, y) = (bench.upload(&x), bench.output(shape(&expected), false));
                bench.run(|rec| pool::forward(rec, &x_gpu, pooling, &y.tensor));
                bench.check("pool_forward", &case, &y, &expected);

                let expected = reference::pool::backward(&x, &d_y, pooling);
                for accumulate in [false, true] {
                    let (d_y_gpu, d_x) = (bench.upload(&d_y), bench.output(shape(&x), accumulate));
                    bench.run(|rec| pool::backward(rec, &x_gpu, &d_y_gpu, pooling, &d_x.tensor, accumulate));
                    bench.check("pool_backward", &case, &d_x, &expected);
                }
            }
        }
    }
}

#[test]
fn resample_along_both_axes() {
    let bench = Workbench::open();
    for (from, to) in [(1, 5), (5, 1), (7, 3), (3, 7), (17, 31), (31, 17), (251, 64), (64, 251)] {
        for filter in [Filter::Area, Filter::Lanczos3, Filter::CatmullRom] {
            let table = taps(filter, from, to);
            let start: Vec<_> = table.start.iter().map(|&start| f64::from(start)).collect();
            let weights: Vec<_> = table.weights.iter().map(|&weight| f64::from(weight)).collect();
            let (start, weights) = (bench.vector(&start), bench.vector(&weights));
            for (axis, other) in [(Axis::Across, 1), (Axis::Across, 5), (Axis::Down, 1), (Axis::Down, 7)] {
                for clamp_unit in [false, true] {
                    let (x, y) = match axis {
                        Axis::Across => (picture(7, other, from, 4), Shape::new(other, to, 4)),
                        Axis::Down => (picture(7, from, other, 4), Shape::new(to, other, 4)),
                    };
                    let expected = reference::resample::record(&x, &table, axis, clamp_unit);
                    let (x, y) = (bench.upload(&x), bench.output(y, false));
                    let own = Table { start: &start, weights: &weights, taps: table.width as u32 };
                    bench.run(|rec| resample::record(rec, &x, &own, axis, clamp_unit, &y.tensor));
                    let case = format!("{filter:?}, {axis:?}, {from} to {to}, times {other}, clamp {clamp_unit}");
                    bench.check("resample", &case, &y, &expected);
                }
            }
        }
    }
}
