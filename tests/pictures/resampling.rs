//! Sizes, taps and the processor's resize: what each filter promises, at awkward sizes.

use super::{WHOLE, busy, file};
use image::ImageFormat;
use scumble::image::{Filter, Picture, decode, fit, resize, taps};

#[test]
fn fit_keeps_the_aspect_and_at_least_a_pixel() {
    assert_eq!(fit(6000, 4000, 1500), (1500, 1000));
    assert_eq!(fit(4000, 6000, 1024), (683, 1024));
    assert_eq!(fit(10, 5, 100), (100, 50));
    assert_eq!(fit(5000, 1, 64), (64, 1));
    assert_eq!(fit(0, 0, 0), (1, 1));
    assert_eq!(fit(u32::MAX, u32::MAX, u32::MAX), (u32::MAX, u32::MAX));
}

#[test]
fn taps_sum_to_one_and_stay_inside() {
    for filter in [Filter::Area, Filter::Lanczos3, Filter::CatmullRom] {
        for (from, to) in [(1, 1), (1, 9), (9, 1), (2, 7), (7, 2), (3, 4), (5, 7), (64, 64), (1757, 512), (97, 1757)] {
            let taps = taps(filter, from, to);
            assert_eq!((taps.start.len(), taps.weights.len()), (to as usize, to as usize * taps.width));
            assert!(taps.width <= from as usize, "{filter:?} {from} to {to}: width {}", taps.width);
            for (index, (start, row)) in taps.start.iter().zip(taps.weights.chunks(taps.width)).enumerate() {
                let sum: f64 = row.iter().map(|weight| f64::from(*weight)).sum();
                assert!((sum - 1.0).abs() < 1e-6, "{filter:?} {from} to {to}, output {index}: sum {sum}");
                assert!(*start as usize + taps.width <= from as usize, "{filter:?} {from} to {to}, output {index}");
            }
            // Neither direction is preferred: the table read backwards is the same table.
            let weight_of = |output: usize, input: usize| {
                let tap = input.wrapping_sub(taps.start[output] as usize);
                if tap < taps.width { taps.weights[output * taps.width + tap] } else { 0.0 }
            };
            let (from, to) = (from as usize, to as usize);
            for (output, input) in (0..to).flat_map(|output| (0..from).map(move |input| (output, input))) {
                let (there, back) = (weight_of(output, input), weight_of(to - 1 - output, from - 1 - input));
                assert!((there - back).abs() < 1e-6, "{filter:?} {from} to {to}: {output}, {input}: {there}, {back}");
            }
        }
    }
}

#[test]
fn area_taps_are_exact_means() {
    let halves = taps(Filter::Area, 6, 3);
    assert_eq!((halves.width, &halves.start[..], &halves.weights[..]), (2, &[0, 2, 4][..], &[0.5; 6][..]));
    // 5 to 2: each output covers two and a half pixels.
    let uneven = taps(Filter::Area, 5, 2);
    assert_eq!((uneven.width, &uneven.start[..]), (3, &[0, 2][..]));
    assert_eq!(uneven.weights, [0.4, 0.4, 0.2, 0.2, 0.4, 0.4]);
}

#[test]
fn taps_to_the_same_length_are_the_identity() {
    for filter in [Filter::Area, Filter::Lanczos3, Filter::CatmullRom] {
        let same = taps(filter, 7, 7);
        assert_eq!((same.width, same.start, same.weights), (1, (0..7).collect(), vec![1.0; 7]), "{filter:?}");
    }
    assert_eq!((Filter::for_scale(9, 3), Filter::for_scale(3, 9)), (Filter::Lanczos3, Filter::CatmullRom));
}

#[test]
fn resizing_keeps_what_it_should() {
    let original = decode(&file(busy(), ImageFormat::Png), WHOLE).unwrap().picture;
    assert_eq!(resize(&original, original.width, original.height), original);

    let flat = Picture::flat(17, 5, [0.2, 0.5, 0.9]);
    for (width, height) in [(1, 1), (5, 17), (40, 3), (7, 31)] {
        let resized = resize(&flat, width, height);
        assert_eq!((resized.width, resized.height, resized.rgba.len()), (width, height, (width * height * 4) as usize));
        for pixel in resized.rgba.chunks(4) {
            let difference = pixel.iter().zip([0.2, 0.5, 0.9, 1.0]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(difference < 1e-6, "{width} x {height}: {pixel:?}");
        }
        assert!(resized.is_opaque());
    }
    // A hard edge rings, but never out of range; a single pixel spreads to any size.
    let edge = Picture::new(2, 1, vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    assert!(resize(&edge, 30, 3).rgba.iter().all(|sample| (0.0..=1.0).contains(sample)));
    assert_eq!(resize(&Picture::flat(1, 1, [0.25; 3]), 3, 2), Picture::flat(3, 2, [0.25; 3]));
}

#[test]
fn a_ramp_stays_a_ramp() {
    // Catmull-Rom reproduces straight lines exactly, away from the edges: pixel centres must lie where they should.
    let ramp = Picture::new(16, 1, (0..16).flat_map(|x| [x as f32 / 16.0, 0.5, 0.5, 1.0]).collect());
    let resized = resize(&ramp, 40, 1);
    for (x, pixel) in resized.rgba.chunks(4).enumerate().skip(6).take(28) {
        let expected = ((x as f32 + 0.5) * 16.0 / 40.0 - 0.5) / 16.0;
        assert!((pixel[0] - expected).abs() < 1e-6, "pixel {x}: found {}, expected {expected}", pixel[0]);
    }
}
