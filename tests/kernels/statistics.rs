//! The kernels that sum: mean, covariance, reduce, dot, total, and the moments that they make together.

use crate::agreement::{agree, agree_number};
use crate::workbench::{Workbench, noise, picture, shape};
use scumble::gpu::Shape;
use scumble::kernels::{GemmVariant, Part, covariance, dot, guide, mean, reduce, sums_for, total};
use scumble::objective::moments::{Centering, Moments, squared_norm};
use scumble::reference::{self, Map};

/// Height, width, channels, chunks: one, several, a count that does not divide the pixels, more than there are pixels.
const CASES: [[u32; 4]; 11] = [
    [1, 1, 1, 1],
    [1, 1, 5, 3],
    [3, 5, 3, 1],
    [3, 5, 4, 4],
    [3, 5, 17, 40],
    [5, 7, 64, 5],
    [5, 7, 5, 16],
    [17, 31, 17, 4],
    [17, 31, 9, 9],
    [7, 251, 3, 14],
    [7, 251, 64, 2],
];

fn name_of([height, width, channels, chunks]: [u32; 4]) -> String {
    format!("{height}x{width}x{channels}, {chunks} chunks")
}

#[test]
fn mean_in_chunks() {
    let bench = Workbench::open();
    for case @ [height, width, channels, chunks] in CASES {
        let x = picture(1, height, width, channels);
        let (x_gpu, partials) = (bench.upload(&x), bench.output(Shape::new(chunks, 1, channels), false));
        bench.run(|rec| mean::record(rec, &Part::whole(&x_gpu), chunks, &partials.tensor));
        bench.check("mean", &name_of(case), &partials, &reference::mean::record(&x, chunks as usize));
    }
}

#[test]
fn covariance_in_chunks() {
    let bench = Workbench::open();
    for case @ [height, width, channels, chunks] in CASES {
        let x = picture(2, height, width, channels);
        let zero = vec![0.0; channels as usize];
        let mean = reference::mean::record(&x, 1).values;
        let mean: Vec<_> = mean.iter().map(|sum| f64::from((sum / x.pixels() as f64) as f32)).collect();
        for (about, mu) in [("about the mean", mean), ("about zero", zero)] {
            let (x_gpu, mu_gpu) = (bench.upload(&x), bench.vector(&mu));
            let expected = reference::covariance::record(&x, &mu, chunks as usize);
            for variant in GemmVariant::ALL {
                variant.prefer(&bench.gpu);
                let partials = bench.stale_matrices(chunks as usize, channels as usize);
                bench.run(|rec| covariance::record(rec, &Part::whole(&x_gpu), &mu_gpu, chunks, &partials));
                let case = format!("{}, {about}, {variant:?}", name_of(case));
                agree("covariance", &case, &bench.download_matrices(&partials), &expected);
            }
        }
    }
}

#[test]
fn reduce_chunks() {
    let bench = Workbench::open();
    for (width, channels, chunks) in [(1, 4, 1), (1, 8, 5), (35, 4, 13), (1757, 4, 3)] {
        let partials = noise(3, chunks, width, channels);
        let expected = reference::reduce::record(&partials.values, chunks as usize, 0.375);
        let (partials, y) = (bench.upload(&partials), bench.stale(Shape::new(1, width, channels)));
        bench.run(|rec| reduce::record(rec, &partials, chunks, 0.375, &y));
        let expected = Map { height: 1, width: width as usize, channels: channels as usize, values: expected };
        agree("reduce", &format!("{chunks} chunks of {width}x{channels}"), &bench.download(&y), &expected);
    }
}

#[test]
fn dot_in_partial_sums() {
    let bench = Workbench::open();
    // The last is longer than the workgroups' threads together, so that they stride.
    for [height, width, channels] in [[1, 1, 1], [3, 5, 17], [7, 251, 4], [7, 251, 3], [300, 251, 4]] {
        // Positive numbers: a sum that cancels has no relative error to speak of.
        let (a, b) = (picture(4, height, width, channels), picture(5, height, width, channels));
        let (a_gpu, b_gpu) = (bench.upload(&a), bench.upload(&b));
        let partials = bench.stale(Shape::new(1, sums_for(a_gpu.shape().vectors()) / 4, 4));
        bench.run(|rec| dot::record(rec, &a_gpu, &b_gpu, &partials));
        let sum = reference::total::record(&bench.download(&partials).values);
        agree_number("dot", &format!("{height}x{width}x{channels}"), sum, reference::dot::record(&a, &b));
    }
}

#[test]
fn total_into_one_slot() {
    let bench = Workbench::open();
    for (width, slot) in [(1, 0), (5, 3), (16, 4), (256, 6)] {
        let (partials, before) = (picture(6, 1, width, 4), noise(7, 1, 1, 7));
        let (x, y) = (bench.upload(&partials), bench.upload(&before));
        let accumulate = width == 16;
        bench.run(|rec| total::record(rec, &x, &y, slot, accumulate));
        let mut expected = before;
        let held = if accumulate { expected.values[slot as usize] } else { 0.0 };
        expected.values[slot as usize] = held + reference::total::record(&partials.values);
        agree("total", &format!("{} numbers into slot {slot}", width * 4), &bench.download(&y), &expected);
    }
}

/// All of it as the losses use it: the chunks that the program chooses, added up and divided by the pixels.
#[test]
fn moments_of_a_layer() {
    let bench = Workbench::open();
    for [height, width, channels] in [[1, 1, 3], [5, 7, 17], [7, 251, 5], [17, 31, 64]] {
        let x = picture(8, height, width, channels);
        let share = 1.0 / x.pixels() as f64;
        for about in [Centering::Mean, Centering::None] {
            let mut mu = vec![0.0; x.channels];
            if about == Centering::Mean {
                mu = reference::reduce::record(&reference::mean::record(&x, 1).values, 1, share);
            }
            let sums = reference::covariance::record(&x, &mu, 1);
            let sigma = Map { values: reference::reduce::record(&sums.values, 1, share), ..sums };
            let x_gpu = bench.upload(&x);
            let norm = bench.stale(Shape::vector(1));
            let mut moments = None;
            bench.run(|rec| {
                let recorded = Moments::record(rec, &x_gpu, about).unwrap();
                squared_norm(rec, &recorded.sigma, &norm, 0).unwrap();
                moments = Some(recorded);
            });
            let moments = moments.unwrap();
            let case = format!("{height}x{width}x{channels}, {about:?}");
            agree("moments mu", &case, &bench.download(&moments.mu), &Map::vector(mu));
            let sigma_gpu = bench.download_matrices(&moments.sigma);
            if shape(&x).pixels() > 1 {
                agree("moments sigma", &case, &sigma_gpu, &sigma);
            } else if about == Centering::Mean {
                assert!(sigma_gpu.values.iter().all(|&s| s.abs() < 1e-12), "one pixel has no covariance");
            }
            let square = reference::dot::record(&sigma_gpu, &sigma_gpu);
            agree_number("moments norm", &case, f64::from(bench.raw(&norm)[0]), square);
        }
    }
}

#[test]
fn moments_of_several_paintings_are_averaged() {
    let bench = Workbench::open();
    let pictures = [picture(10, 5, 7, 17), picture(11, 9, 4, 17), picture(12, 3, 3, 17)];
    let shares = [0.5f32, 0.375, 0.125];
    let mut blended = None;
    let mut own = Vec::new();
    bench.run(|rec| {
        let of = |rec: &mut _, x: &Map| Moments::record(rec, &bench.upload(x), Centering::Mean).unwrap();
        own = pictures.iter().map(|x| of(rec, x)).collect();
        let all: Vec<_> = own.iter().zip(shares).collect();
        blended = Some(Moments::blend(rec, &all).unwrap());
    });
    let blended = blended.unwrap();
    let average = |maps: Vec<Map>| {
        let sum = |i: usize| maps.iter().zip(shares).map(|(map, share)| f64::from(share) * map.values[i]).sum();
        Map { values: (0..maps[0].values.len()).map(sum).collect(), ..maps[0].clone() }
    };
    let mu = average(own.iter().map(|moments| bench.download(&moments.mu)).collect());
    let sigma = average(own.iter().map(|moments| bench.download_matrices(&moments.sigma)).collect());
    agree("blend mu", "three paintings", &bench.download(&blended.mu), &mu);
    agree("blend sigma", "three paintings", &bench.download_matrices(&blended.sigma), &sigma);
}

#[test]
fn guided() {
    let bench = Workbench::open();
    for case @ [height, width, channels, _] in CASES {
        let (x, s) = (picture(20, height, width, channels), noise(21, 1, 1, channels).values);
        // Of a map of three rows more, two of them above.
        let w = picture(22, height + 3, width, 1).values;
        let own = &w[2 * width as usize..][..(height * width) as usize];
        let (s_gpu, w_gpu) = (bench.vector(&s), bench.vector(&w));
        for (name, root) in [("weights", false), ("roots", true)] {
            let weights: Vec<f64> = own.iter().map(|w| if root { w.sqrt() } else { *w }).collect();
            for accumulate in [false, true] {
                let (x_gpu, y) = (bench.upload(&x), bench.output(shape(&x), accumulate));
                let part = Part { accumulate, ..Part::whole(&x_gpu) };
                let guide = guide::Weights { w: &w_gpu, start: 2 * width, root };
                bench.run(|rec| guide::record(rec, &part, &s_gpu, guide, &y.tensor));
                let case = format!("{}, {name}", name_of(case));
                bench.check("guide", &case, &y, &reference::guide::record(&x, &s, &weights));
            }
        }
    }
}
