//! How much memory a step takes, counted by the engine itself, and whether a megapixel has room on the smallest device.

use pollster::block_on;
#[cfg(feature = "occupancy")]
use scumble::choices::Precision;
use scumble::choices::{Method, ModelKind, Pooling};
use scumble::gpu::{DType, Gpu, Recorder, Shape};
use scumble::image::Picture;
#[cfg(feature = "occupancy")]
use scumble::kernels::GemmVariant;
use scumble::model::{ConvWeights, Table, student, vgg19};
use scumble::network::Network;
use scumble::objective::guide::Region;
use scumble::objective::losses::{Content, MeanCovariance, Variation};
use scumble::objective::{Loss, Objective, Term, Units};
use scumble::optimizer::Optimizer;
use scumble::painter::{Print, Sources};
use scumble::settings::Settings;
use scumble::weights::{ModelWeights, Preprocessing};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Convolutions up to conv5_1.
const DEPTH: usize = 13;

fn term(table: &Table, name: &str, loss: impl Loss + 'static) -> Term {
    Term::new(table.find(name).unwrap(), loss, 1.0)
}

fn vgg19() -> (Table, Vec<ConvWeights>, Vec<Term>) {
    let table = vgg19::table(DEPTH, &Preprocessing::TORCHVISION, Pooling::Average, vgg19::Border::Replicate);
    // Memory does not depend on what the weights are.
    let weights = |c: &scumble::model::Convolution| ConvWeights {
        name: c.name.into(),
        out_channels: c.out_channels,
        in_channels: c.in_channels,
        kernel: vgg19::KERNEL,
        weight: vec![0.0; c.out_channels * c.in_channels * 9],
        bias: vec![0.0; c.out_channels],
    };
    let filters = vgg19::CONVOLUTIONS[..DEPTH].iter().map(weights).collect();
    let mut terms: Vec<_> = vgg19::STYLE_TAPS.iter().map(|tap| term(&table, tap, MeanCovariance)).collect();
    terms.push(term(&table, vgg19::CONTENT_TAP, Content(Units::Relative)));
    (table, filters, terms)
}

fn student() -> (Table, Vec<ConvWeights>, Vec<Term>) {
    let weights = scumble::weights::built_in().unwrap();
    let table = student::table(&weights.preprocessing, vgg19::Border::Replicate);
    let mut terms: Vec<_> = vgg19::STYLE_TAPS.iter().map(|tap| term(&table, tap, MeanCovariance)).collect();
    terms.push(term(&table, vgg19::CONTENT_TAP, Content(Units::Relative)));
    (table, weights.convolutions, terms)
}

/// Bytes for each pixel of a square picture of `size`, all that a step of Adam needs but the weights. It is recorded and not
/// run: that is when memory is taken.
fn per_pixel(
    gpu: &Gpu,
    (table, filters, mut terms): (Table, Vec<ConvWeights>, Vec<Term>),
    size: u32,
    dtype: DType,
) -> f64 {
    terms.push(term(&table, "pixels", Variation));
    let taps: Vec<_> = terms.iter().map(|term| term.layer).collect();
    let network = Network::new(gpu, table, &filters, &taps).unwrap().stored_as(dtype);
    let weights = gpu.memory().held();
    let picture = Shape::new(size, size, 4);
    let photo = gpu.tensor("photo", picture).unwrap();
    let mut rec = Recorder::new(gpu);
    let objective =
        Objective::capture(&mut rec, &network, &terms, &photo, std::slice::from_ref(&photo), &[Region::whole()])
            .unwrap();
    let capture = rec.finish();
    let captured = gpu.memory().held();
    drop(capture);
    let mut optimizer = Optimizer::new(gpu, Method::Adam, gpu.tensor("pixels", picture).unwrap()).unwrap();
    let mut rec = Recorder::new(gpu);
    let d_pixels = objective.record(&mut rec, &network, optimizer.pixels()).unwrap();
    optimizer.record(&mut rec, &d_pixels, objective.losses());
    drop(d_pixels);
    let step = rec.finish();
    gpu.check().unwrap();
    let most = gpu.memory().held().max(captured) - weights;
    drop((step, network, objective, optimizer));
    most as f64 / f64::from(size * size)
}

/// The bounds are what was found when this was written, and a little.
#[test]
fn a_step_takes_few_bytes_for_a_pixel() {
    let gpu = block_on(Gpu::open()).unwrap();
    let mut found = Vec::new();
    for (size, most) in [(128, [1100.0, 880.0, 360.0]), (256, [800.0, 550.0, 340.0]), (512, [720.0, 475.0, 335.0])] {
        let own = [
            per_pixel(&gpu, vgg19(), size, DType::F32),
            per_pixel(&gpu, vgg19(), size, if gpu.has_half() { DType::F16 } else { DType::F32 }),
            per_pixel(&gpu, student(), size, DType::F32),
        ];
        println!(
            "{size} px: VGG19 {:.0}, VGG19 in 16 bits {:.0}, student {:.0} bytes per pixel",
            own[0], own[1], own[2]
        );
        found.push((size, own, most));
    }
    for (size, own, most) in found {
        let [full, half, student] = most;
        let most = [full, if gpu.has_half() { half } else { full }, student];
        let fits = own.iter().zip(&most).all(|(own, most)| own <= most);
        assert!(fits, "{size} px: {own:.0?} bytes per pixel, expected at most {most:?}");
    }
}

fn picture(width: u32, height: u32) -> Rc<Picture> {
    let values = (0..width * height).flat_map(|pixel| [(pixel % 7) as f32 / 7.0, 0.5, (pixel % 11) as f32 / 11.0, 1.0]);
    Rc::new(Picture::new(width, height, values.collect()))
}

/// What a print of `edge` x 3/4 `edge` takes of the device, with these weights, within so many MiB: counted by the engine.
fn print_mib(gpu: &Gpu, settings: Settings, weights: ModelWeights, mib: u64, edge: u32, from: u32) -> f64 {
    let sources = Sources {
        photo: Some(picture(320, 240)),
        paintings: vec![picture(400, 300)],
        weights: BTreeMap::from([(settings.model, Rc::new(weights))]),
        ..Sources::default()
    };
    let settings = Settings { iterations: Some(1), ..settings };
    let from = picture(from, from * 3 / 4);
    let before = gpu.memory().held();
    gpu.memory().take_peak();
    block_on(async {
        let mut print = Print::new(gpu, &sources, &settings, &from, edge, mib << 20).await.unwrap();
        while !print.step().await.unwrap().finished {}
    });
    (gpu.memory().peak() - before) as f64 / f64::from(1 << 20)
}

#[test]
fn a_print_keeps_to_its_memory() {
    let gpu = block_on(Gpu::open()).unwrap();
    let own = print_mib(&gpu, Settings::default(), scumble::weights::built_in().unwrap(), 96, 640, 426);
    println!("a print of 640 x 480 by the student takes {own:.0} of 96 MiB");
    assert!((24.0..96.0).contains(&own), "{own:.0} of 96 MiB");
}

/// Smaller tiles, and the same picture.
#[cfg(feature = "bench")]
#[test]
fn a_print_gives_way_where_memory_runs_out() {
    use scumble::Error;
    let gpu = block_on(Gpu::open()).unwrap();
    let settings = Settings { iterations: Some(1), ..Settings::default() };
    let sources = Sources {
        photo: Some(picture(160, 120)),
        paintings: vec![picture(200, 150)],
        weights: BTreeMap::from([(settings.model, Rc::new(scumble::weights::built_in().unwrap()))]),
        ..Sources::default()
    };
    let from = picture(320, 240);
    let print = async || {
        let mut print = Print::new(&gpu, &sources, &settings, &from, 480, 1 << 30).await?;
        while !print.step().await?.finished {}
        Ok::<_, Error>(print.picture())
    };
    let before = gpu.memory().held();
    gpu.memory().take_peak();
    let whole = block_on(print()).unwrap();
    let taken = gpu.memory().peak() - before;
    gpu.pretend_to_have(before + taken * 6 / 10);
    let small = block_on(print()).unwrap();
    gpu.pretend_to_have(u64::MAX);
    // Adam's step is as long where the gradient is next to nothing, and its sign is rounding: such a number in ten thousand may go either way.
    let apart = small.rgba.iter().zip(&whole.rgba).filter(|(a, b)| (*a - *b).abs() > 2e-3).count();
    assert!(apart * 10_000 < whole.rgba.len(), "{apart} of {} numbers differ", whole.rgba.len());
    gpu.pretend_to_have(before + 1);
    let refused = block_on(print()).err().unwrap();
    assert!(matches!(refused, Error::OutOfMemory { .. }), "{refused}");
    gpu.pretend_to_have(u64::MAX);
}

/// One step of a large print with each model, recorded and not run.
#[cfg(feature = "occupancy")]
#[test]
fn large_prints_keep_to_their_memory() {
    let vgg19 = || ModelWeights {
        convolutions: vgg19().1,
        growth: vec![1.0; DEPTH],
        preprocessing: Preprocessing::TORCHVISION,
        ..scumble::weights::built_in().unwrap()
    };
    for (model, precision, edge, mib) in [
        (ModelKind::Student, Precision::Full, 4000, 600),
        (ModelKind::Student, Precision::Half, 4000, 600),
        (ModelKind::Student, Precision::Full, 1000, 200),
        (ModelKind::Vgg19, Precision::Full, 2000, 900),
        (ModelKind::Vgg19, Precision::Half, 2000, 900),
        (ModelKind::Vgg19, Precision::Full, 1000, 550),
    ] {
        let settings = Settings { model, precision, ..Settings::default() };
        let weights = if model == ModelKind::Vgg19 { vgg19() } else { scumble::weights::built_in().unwrap() };
        for variant in [GemmVariant::Wide, GemmVariant::Shared] {
            let gpu = block_on(Gpu::open_for_recording()).unwrap();
            variant.prefer(&gpu);
            let what = format!("{edge} x {}, {model:?}, {precision:?}, {variant:?}", edge * 3 / 4);
            let own = print_mib(&gpu, settings.clone(), weights.clone(), mib, edge, edge * 3 / 4);
            println!("{what}: {own:.0} of {mib} MiB");
            assert!((0.5..1.0).contains(&(own / mib as f64)), "{what}: {own:.0} of {mib} MiB");
        }
    }
}

/// What tiles see of each other makes a step of 12 megapixels dearer; seeing each twice alone is half as much again.
#[cfg(all(feature = "bench", feature = "occupancy"))]
#[test]
fn a_large_print_does_little_work_twice() {
    use scumble::bench::Printing;
    for (model, mib) in [(ModelKind::Student, 600), (ModelKind::Vgg19, 900)] {
        for variant in [GemmVariant::Wide, GemmVariant::Shared] {
            let gpu = block_on(Gpu::open_for_recording()).unwrap();
            variant.prefer(&gpu);
            let own = block_on(Printing::measure(&gpu, (model, Precision::Full), 3464, mib << 20, false)).unwrap();
            println!("{model:?}, {variant:?}: {own:?}");
            assert!((1.5..1.61).contains(&own.extra_work), "{model:?}, {variant:?}: {}", own.extra_work);
            assert!(own.peak_bytes < mib << 20, "{model:?}, {variant:?}: {} bytes", own.peak_bytes);
        }
    }
}

/// No buffer of it is refused, and a pixel takes still less than at smaller sizes.
#[test]
fn a_megapixel_fits_into_the_default_limits() {
    let gpu = block_on(Gpu::open_with_default_limits()).unwrap();
    assert_eq!(gpu.longest_array(), 128 << 20, "these are not the default limits");
    for (name, model, most) in [("VGG19", vgg19(), 665.0), ("student", student(), 310.0)] {
        let own = per_pixel(&gpu, model, 1024, DType::F32);
        println!("{name}, 1024 px: {own:.0} bytes per pixel");
        assert!((1.0..most).contains(&own), "{name}: {own:.0} bytes per pixel, expected at most {most}");
    }
}
