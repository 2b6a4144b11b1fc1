//! Whole runs at sizes that a software driver takes in its stride: what comes out, how it starts, what it refuses.

use pollster::block_on;
use scumble::gpu::Gpu;
use scumble::image::{Picture, WORKING_EDGE, decode};
use scumble::optimizer::Method;
use scumble::painter::{Losses, Painter, Sources};
use scumble::settings::{Colours, ModelKind, Settings, Start};
use scumble::{Error, Result};
use std::path::Path;
use std::rc::Rc;

fn sample(name: &str) -> Rc<Picture> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/samples").join(name);
    Rc::new(decode(&std::fs::read(path).unwrap(), WORKING_EDGE).unwrap().picture)
}

fn street_and_swirl() -> Sources {
    Sources { photo: sample("street.jpg"), paintings: vec![sample("swirl.jpg")], start: None, vgg19: None }
}

fn small(size: u32, iterations: u32) -> Settings {
    Settings { size, iterations: Some(iterations), ..Settings::default() }
}

fn paint(sources: &Sources, settings: &Settings) -> Result<(Picture, Vec<Losses>)> {
    block_on(async {
        let gpu = Gpu::open().await?;
        let mut painter = Painter::new(&gpu, sources, settings).await?;
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

/// Paints a quarter of a run, lets `turn` change the settings, and paints the rest; returns the losses.
fn steered(method: Method, turn: impl Fn(&mut Settings)) -> (bool, Vec<Losses>) {
    let settings = Settings { optimizer: method, ..small(64, 40) };
    let sources = Sources { paintings: vec![sample("swirl.jpg"), sample("ink.jpg")], ..street_and_swirl() };
    block_on(async {
        let gpu = Gpu::open().await.unwrap();
        let mut painter = Painter::new(&gpu, &sources, &settings).await.unwrap();
        let (mut losses, mut accepted) = (Vec::new(), true);
        loop {
            let progress = painter.step().await.unwrap();
            losses.extend(progress.losses);
            if progress.finished {
                return (accepted, losses);
            }
            if progress.iteration == 10 {
                let mut settings = settings.clone();
                turn(&mut settings);
                accepted = painter.steer(&sources.paintings, &settings).await.unwrap();
            }
        }
    })
}

#[test]
fn a_run_can_be_steered() {
    for method in [Method::Adam, Method::Lbfgs] {
        let (accepted, straight) = steered(method, |_| {});
        assert!(accepted);
        let (accepted, turned) = steered(method, |settings| settings.strength = 0.0);
        assert!(accepted);
        let (before, after) = (turned[9], turned[10]);
        assert!(
            after.content > 5.0 * before.content,
            "the content counts ten times as much at once: {before:?}, {after:?}"
        );
        let (end, without) = (turned[39], straight[39]);
        assert!(end.content / 10.0 < 0.7 * without.content, "nearer the photo: {end:?} against {without:?}");
        assert!(end.style > without.style, "and farther from the painting");
        assert!(end.total < 0.8 * after.total, "{method:?} goes on downhill: {after:?} to {end:?}");
    }
}

#[test]
fn shares_and_colours_are_steered_and_a_size_is_not() {
    let (accepted, losses) = steered(Method::Adam, |settings| {
        settings.blend = vec![0.0, 1.0];
        settings.colours = Colours::Matched;
    });
    assert!(accepted && losses[10].style > 1.2 * losses[9].style, "another painting is another aim: {losses:?}");
    let (accepted, losses) = steered(Method::Adam, |settings| settings.size = 32);
    assert!(!accepted && losses.len() == 40);
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
fn the_photos_colours_can_stay() {
    let chroma =
        |picture: &Picture| -> Vec<f32> { picture.rgba.chunks(4).flat_map(|p| [p[0] - p[1], p[2] - p[1]]).collect() };
    let photo = Rc::new(Picture::flat(64, 64, [0.6, 0.4, 0.3]));
    let sources = Sources { photo, ..street_and_swirl() };
    let (kept, _) = paint(&sources, &Settings { colours: Colours::Photo, ..small(48, 10) }).unwrap();
    for (index, found) in chroma(&kept).into_iter().enumerate() {
        let expected = if index % 2 == 0 { 0.2 } else { -0.1 };
        assert!((found - expected).abs() < 2e-3, "chroma {index} is {found}, of the photo {expected}");
    }
}

#[test]
fn odd_pictures_paint_too() {
    let dot = Rc::new(Picture::flat(1, 1, [0.2, 0.5, 0.8]));
    let strip = Rc::new(scumble::image::resize(&sample("street.jpg"), 300, 7));
    for (photo, painting) in [(&dot, &dot), (&strip, &dot), (&dot, &strip), (&strip, &strip)] {
        let sources = Sources { photo: photo.clone(), paintings: vec![painting.clone()], start: None, vgg19: None };
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
    let sources = Sources { photo: Rc::new(photo), ..street_and_swirl() };
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

/// Every control changes the picture, and the run still ends well.
#[test]
fn controls_reach_the_picture() {
    let settings = small(64, 8);
    let (plain, _) = paint(&street_and_swirl(), &settings).unwrap();
    let two = Sources { paintings: vec![sample("swirl.jpg"), sample("points.jpg")], ..street_and_swirl() };
    let mostly = |blend: [f32; 2]| Settings { blend: blend.into(), ..settings.clone() };
    let (first, _) = paint(&two, &mostly([9.0, 1.0])).unwrap();
    let (second, _) = paint(&two, &mostly([1.0, 9.0])).unwrap();
    assert!(difference(&first, &second) > 0.01);
    assert!(difference(&first, &plain) < difference(&second, &plain), "the larger share wins");
    for changed in [
        Settings { style_scale: 2.0, ..settings.clone() },
        Settings { colours: Colours::Matched, ..settings.clone() },
        Settings { colours: Colours::Histogram, ..settings.clone() },
        Settings { start: Start::Grey, ..settings.clone() },
    ] {
        let (picture, losses) = paint(&street_and_swirl(), &changed).unwrap();
        assert!(difference(&picture, &plain) > 0.003, "{changed:?}");
        assert!(losses.iter().all(|losses| losses.total.is_finite()));
    }
}

#[test]
fn a_matched_painting_keeps_the_photos_palette() {
    let mean = |picture: &Picture| {
        let sum = |c: usize| picture.rgba.iter().skip(c).step_by(4).sum::<f32>();
        [0, 1, 2].map(|c| sum(c) / (picture.rgba.len() / 4) as f32)
    };
    let apart = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f32>();
    let sources = street_and_swirl();
    let settings = small(64, 30);
    let photo = mean(&sources.photo);
    let (plain, _) = paint(&sources, &settings).unwrap();
    let (matched, _) = paint(&sources, &Settings { colours: Colours::Matched, ..settings }).unwrap();
    assert!(apart(mean(&matched), photo) < 0.5 * apart(mean(&plain), photo));
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
