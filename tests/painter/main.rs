//! Whole runs at sizes that a software driver takes in its stride: what comes out, how it starts, what it refuses.

mod controls;
mod perturbed;
mod print;
mod recipes;
mod resuming;
mod setbacks;
mod steering;
mod tuning;
mod warming;

use pollster::block_on;
use scumble::choices::{Method, ModelKind, Start};
use scumble::gpu::Gpu;
use scumble::image::{Picture, WORKING_EDGE, decode};
use scumble::painter::{Losses, Painter, Sources};
use scumble::settings::Settings;
use scumble::{Error, Result};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::rc::Rc;

thread_local! {
    /// The device for all runs of a test: to compile kernels takes longer than many a run. It stays open to the end, because
    /// a driver does not like to be closed with the thread.
    static GPU: OnceCell<ManuallyDrop<Gpu>> = const { OnceCell::new() };
    /// Each picture is decoded once in a test.
    static SAMPLES: RefCell<BTreeMap<String, Rc<Picture>>> = const { RefCell::new(BTreeMap::new()) };
}

fn gpu() -> Gpu {
    let open = || ManuallyDrop::new(block_on(Gpu::open()).unwrap_or_else(|error| panic!("{error}")));
    GPU.with(|gpu| Gpu::clone(gpu.get_or_init(open)))
}

fn sample(name: &str) -> Rc<Picture> {
    let read = || {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/samples").join(name);
        Rc::new(decode(&std::fs::read(path).unwrap(), WORKING_EDGE).unwrap().picture)
    };
    SAMPLES.with_borrow_mut(|samples| samples.entry(name.to_owned()).or_insert_with(read).clone())
}

fn street_and_swirl() -> Sources {
    Sources { photo: Some(sample("street.jpg")), paintings: vec![sample("swirl.jpg")], ..Sources::default() }
}

fn small(size: u32, iterations: u32) -> Settings {
    Settings { size, iterations: Some(iterations), ..Settings::default() }
}

fn paint(sources: &Sources, settings: &Settings) -> Result<(Picture, Vec<Losses>)> {
    block_on(async {
        let mut painter = Painter::new(&gpu(), sources, settings).await?;
        let mut losses = Vec::new();
        loop {
            let progress = painter.step().await?;
            losses.extend(progress.losses);
            if progress.finished {
                return Ok((painter.picture().await?, losses));
            }
        }
    })
}

fn layers(named: &[(&str, f32)]) -> BTreeMap<String, f32> {
    named.iter().map(|(name, weight)| ((*name).into(), *weight)).collect()
}

fn difference(a: &Picture, b: &Picture) -> f32 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    a.rgba.iter().zip(&b.rgba).map(|(a, b)| (a - b).abs()).sum::<f32>() / a.rgba.len() as f32
}

#[test]
fn a_run_ends_at_the_size_with_a_lower_loss() {
    let (picture, losses) = paint(&street_and_swirl(), &small(96, 20)).unwrap();
    assert_eq!((picture.width, picture.height), (96, 72));
    assert!(picture.is_opaque());
    assert_eq!(losses.len(), 40, "two scales of twenty steps");
    assert!(losses.iter().enumerate().all(|(i, l)| l.iteration == i as u32 + 1), "every step reports once, in order");
    let (first, last) = (losses[0].total, losses[39].total);
    assert!(last < 0.3 * first, "loss {first} -> {last}");
}

/// The browser's test holds its own compiler's first steps against the same numbers.
#[test]
fn the_first_steps_are_the_stored_ones() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/first_steps.json");
    let stored: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (_, losses) = paint(&street_and_swirl(), &small(128, 5)).unwrap();
    for (found, stored) in losses.iter().zip(stored["losses"].as_array().unwrap()) {
        let expected = stored["total"].as_f64().unwrap();
        let difference = (f64::from(found.total) - expected).abs();
        assert!(difference < 1e-3 * expected, "found {found:?}, stored {stored}");
    }
}

#[test]
fn a_seed_gives_the_same_picture_again_and_another_seed_another() {
    let settings = Settings { start: Start::Noise, ..small(48, 6) };
    let (first, _) = paint(&street_and_swirl(), &settings).unwrap();
    let (again, _) = paint(&street_and_swirl(), &settings).unwrap();
    let (other, _) = paint(&street_and_swirl(), &Settings { seed: 2, ..settings }).unwrap();
    assert!(first == again, "bit for bit, on one device");
    assert!(difference(&first, &other) > 0.01);
}

#[test]
fn every_start_paints() {
    let own = Sources { start: Some(sample("ink.jpg")), ..street_and_swirl() };
    for start in [Start::Photo, Start::StyleStatistics, Start::Noise, Start::Picture] {
        let (_, losses) = paint(&own, &Settings { start, ..small(48, 15) }).unwrap();
        let (first, last) = (losses[0].total, losses[14].total);
        assert!(last < 0.6 * first, "{start:?}: loss {first} -> {last}");
    }
}

#[test]
fn lbfgs_needs_fewer_steps_than_adam() {
    let last = |optimizer| {
        let (_, losses) = paint(&street_and_swirl(), &Settings { optimizer, ..small(64, 30) }).unwrap();
        losses[29].total
    };
    let (adam, lbfgs) = (last(Method::Adam), last(Method::Lbfgs));
    assert!(lbfgs < adam, "after 30 steps: Adam {adam}, L-BFGS {lbfgs}");
}

#[test]
fn odd_pictures_paint_too() {
    let dot = Rc::new(Picture::flat(1, 1, [0.2, 0.5, 0.8]));
    let strip = Rc::new(scumble::image::resize(&sample("street.jpg"), 300, 7));
    for (photo, painting) in [(&dot, &dot), (&strip, &dot), (&dot, &strip), (&strip, &strip)] {
        let sources = Sources { photo: Some(photo.clone()), paintings: vec![painting.clone()], ..Sources::default() };
        let (picture, losses) = paint(&sources, &small(40, 4)).unwrap();
        assert_eq!(picture.width, 40);
        assert!(picture.rgba.iter().all(|value| (0.0..=1.0).contains(value)));
        assert!(losses.iter().all(|losses| losses.total.is_finite()), "{losses:?}");
    }
}

#[test]
fn transparency_of_the_photo_stays() {
    let mut photo = Picture::clone(&sample("landscape.jpg"));
    let half = photo.rgba.len() / 2;
    photo.rgba[..half].iter_mut().skip(3).step_by(4).for_each(|alpha| *alpha = 0.0);
    let sources = Sources { photo: Some(Rc::new(photo)), ..street_and_swirl() };
    let (picture, _) = paint(&sources, &small(32, 3)).unwrap();
    let alpha = |row: usize| picture.rgba[(row * 32 + 16) * 4 + 3];
    assert!(alpha(2) < 0.01 && alpha(21) > 0.99, "alpha {} above, {} below", alpha(2), alpha(21));
}

#[test]
fn what_is_missing_is_said() {
    let without = paint(&street_and_swirl(), &Settings { model: ModelKind::Vgg19, ..small(32, 1) });
    assert!(matches!(without, Err(Error::Missing { .. })));
    let no_start = paint(&street_and_swirl(), &Settings { start: Start::Picture, ..small(32, 1) });
    assert_eq!(
        no_start.unwrap_err().to_string(),
        "The picture to start from is missing. Choose one, or start from the photo."
    );
}

#[test]
fn without_a_painting_there_is_a_sentence() {
    let sources = Sources { paintings: Vec::new(), ..street_and_swirl() };
    let Err(error) = paint(&sources, &small(32, 1)) else { panic!("nothing to paint like") };
    assert_eq!(
        error.to_string(),
        Error::Missing { what: "The painting".into(), remedy: "Choose one first.".into() }.to_string()
    );
}

#[test]
fn what_remains_is_shown_in_one_unit() {
    block_on(async {
        let brightest = |picture: &Picture| picture.rgba.chunks(4).map(|pixel| pixel[0]).fold(0.0, f32::max);
        // The photo hardly counts any more, so that most of what remains is the painting's.
        let settings = Settings { strength: 100.0, ..small(64, 4) };
        let mut painter = Painter::new(&gpu(), &street_and_swirl(), &settings).await.unwrap();
        painter.step().await.unwrap();
        let [content, style] = painter.remaining().await.unwrap();
        assert_eq!((content.width, content.height), (64, 48));
        assert_eq!(brightest(&style), 1.0);
        assert!((1e-6..0.2).contains(&brightest(&content)), "{}", brightest(&content));
    });
}
