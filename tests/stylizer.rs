//! The network of fast style transfer: its twin against finite differences, and the engine against its twin.

use pollster::block_on;
use scumble::gpu::{Gpu, Recorder, Shape, Tensor, readback};
use scumble::random::{normal, uniform};
use scumble::reference::{Map, dot, stylizer as twin};
use scumble::stylizer::{Kind, Size, Stylizer, Table, initial, named, unnamed};

const SIZE: Size = Size { width: 4, blocks: 2 };

/// Parameters of which none is special: no shift of 0, no scale of 1.
fn arrays(table: &Table) -> Vec<Vec<f64>> {
    let mut arrays: Vec<Vec<f64>> =
        named(table, &initial(table, 5)).into_iter().map(|array| array.into_iter().map(f64::from).collect()).collect();
    for (number, (array, parameter)) in (100..).zip(arrays.iter_mut().zip(table.parameters())) {
        if !matches!(parameter.kind, Kind::Weights { .. }) {
            let noise = |index: usize| f64::from((0.3 * normal(number, 0, index as u32)) as f32);
            array.iter_mut().enumerate().for_each(|(index, value)| *value += noise(index));
        }
    }
    arrays
}

fn colours(seed: u32, height: usize, width: usize) -> Map {
    Map::from_fn(height, width, 3, |row, column, colour| {
        f64::from(uniform(seed, 0, ((row * width + column) * 3 + colour) as u32) as f32)
    })
}

fn upload(gpu: &Gpu, map: &Map, alpha: f32) -> Tensor {
    let pixel = |n: usize| map.pixel(n).iter().map(|&value| value as f32).chain([alpha]);
    let values: Vec<f32> = (0..map.pixels()).flat_map(pixel).collect();
    gpu.upload("picture", Shape::new(map.height as u32, map.width as u32, 4), &values).unwrap()
}

fn download(gpu: &Gpu, tensor: &Tensor) -> Vec<f32> {
    let values = block_on(readback::read(gpu, tensor)).unwrap();
    gpu.check().unwrap_or_else(|error| panic!("{error}"));
    values
}

fn stylizer(gpu: &Gpu, table: &Table, arrays: &[Vec<f64>]) -> Stylizer {
    let arrays: Vec<Vec<f32>> = arrays.iter().map(|array| array.iter().map(|&value| value as f32).collect()).collect();
    Stylizer::new(gpu, table.clone(), &unnamed(table, &arrays)).unwrap()
}

/// The loss is the inner product of the picture with this.
fn direction(height: usize, width: usize) -> Map {
    let noise = colours(7, height, width);
    noise.combine(&noise, |value, _| 2.0 * value - 1.0)
}

#[test]
fn the_twins_gradient_is_that_of_finite_differences() {
    let table = Table::new(SIZE);
    let (arrays, photo, direction) = (arrays(&table), colours(1, 8, 12), direction(8, 12));
    let loss = |arrays: &[Vec<f64>]| dot::record(twin::forward(&table, arrays, &photo).last().unwrap(), &direction);
    let outputs = twin::forward(&table, &arrays, &photo);
    let gradients = twin::backward(&table, &arrays, &outputs, &direction);
    const STEP: f64 = 1e-6;
    for (index, parameter) in table.parameters().iter().enumerate() {
        let scale = gradients[index].iter().fold(0.0f64, |most, value| most.max(value.abs()));
        // The first, the last and one between.
        for at in [0, arrays[index].len() / 2, arrays[index].len() - 1] {
            let at_distance = |step: f64| {
                let mut moved = arrays.clone();
                moved[index][at] += step;
                loss(&moved)
            };
            let slope = (at_distance(STEP) - at_distance(-STEP)) / (2.0 * STEP);
            let difference = (slope - gradients[index][at]).abs();
            assert!(difference < 1e-5 * scale, "{}[{at}]: {slope} and {}", parameter.name, gradients[index][at]);
        }
    }
}

/// What f32 may lose on the way through the whole network.
const TOLERANCE: f64 = 1e-4;

#[test]
fn the_engine_paints_and_learns_as_its_twin() {
    let gpu = block_on(Gpu::open()).unwrap_or_else(|error| panic!("{error}"));
    let table = Table::new(SIZE);
    let arrays = arrays(&table);
    let stylizer = stylizer(&gpu, &table, &arrays);
    for (height, width) in [(16, 20), (8, 36)] {
        let (photo, direction) = (colours(1, height, width), direction(height, width));
        let outputs = twin::forward(&table, &arrays, &photo);
        let gradients = twin::backward(&table, &arrays, &outputs, &direction);

        let mut rec = Recorder::new(&gpu);
        let walk = stylizer.down(&mut rec, &upload(&gpu, &photo, 1.0)).unwrap();
        let picture = walk.picture().clone();
        let gradient = gpu.tensor("gradient", table.parameters_shape()).unwrap();
        stylizer.up(&mut rec, walk, &upload(&gpu, &direction, 0.0), &gradient).unwrap();
        let program = rec.finish();
        program.submit(&gpu);

        let found = download(&gpu, &picture);
        for (pixel, expected) in found.chunks(4).zip(outputs.last().unwrap().values.chunks(3)) {
            let near = pixel.iter().zip(expected).all(|(a, b)| (f64::from(*a) - b).abs() < TOLERANCE);
            assert!(near && pixel[3] == 1.0, "{pixel:?} for {expected:?}");
        }
        let found = named(&table, &download(&gpu, &gradient));
        for ((parameter, found), expected) in table.parameters().iter().zip(&found).zip(&gradients) {
            let largest = expected.iter().fold(0.0f64, |most, value| most.max(value.abs()));
            for (at, (&found, &expected)) in found.iter().zip(expected).enumerate() {
                let difference = (f64::from(found) - expected).abs();
                assert!(difference < TOLERANCE * largest, "{}[{at}]: {found} for {expected}", parameter.name);
            }
        }

        // The gradients of a batch add up.
        program.submit(&gpu);
        let (once, twice) = (found, named(&table, &download(&gpu, &gradient)));
        for (once, twice) in once.iter().flatten().zip(twice.iter().flatten()) {
            assert!((2.0 * once - twice).abs() <= 1e-5 * once.abs(), "{once}, then {twice}");
        }
    }
}

#[test]
fn photos_of_any_size_keep_it() {
    let gpu = block_on(Gpu::open()).unwrap_or_else(|error| panic!("{error}"));
    let table = Table::new(SIZE);
    let stylizer = stylizer(&gpu, &table, &arrays(&table));
    for (height, width) in [(1, 1), (5, 7), (13, 30)] {
        let photo = upload(&gpu, &colours(2, height, width), 1.0);
        let mut rec = Recorder::new(&gpu);
        let picture = stylizer.paint(&mut rec, &photo).unwrap();
        rec.submit();
        assert_eq!(picture.shape(), photo.shape());
        let values = download(&gpu, &picture);
        assert!(values.iter().all(|value| (0.0..=1.0).contains(value)), "{height} x {width}");
    }
}
