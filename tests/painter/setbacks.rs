//! Runs whose numbers are spoilt on the way.

use super::{gpu, paint, sample, small, street_and_swirl};
use pollster::block_on;
use scumble::Error;
use scumble::choices::{Method, StyleLoss};
use scumble::gpu::readback;
use scumble::image::Picture;
use scumble::painter::{Losses, Painter, Progress};
use scumble::random::hash32;
use scumble::settings::Settings;

/// Numbers that a pixel can become: no number, none that is finite, and one whose features are not.
const BAD: [f32; 4] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38];

/// Writes a bad number into one of the pixels that the next step looks at.
async fn spoil(painter: &Painter, random: u32) {
    let mut values = readback::read(&gpu(), painter.pixels()).await.unwrap();
    let pixels = values.len() as u32 / 4;
    let at = 4 * (hash32(random) % pixels) + random % 3;
    values[at as usize] = BAD[random as usize % BAD.len()];
    gpu().write(painter.pixels(), &values);
}

/// A run that is spoilt before these steps, and what it said last.
fn spoilt(settings: &Settings, mut before: Vec<u32>) -> (Picture, Vec<Losses>, Progress) {
    block_on(async {
        let mut painter = Painter::new(&gpu(), &street_and_swirl(), settings).await.unwrap();
        let (mut losses, mut taken) = (Vec::new(), 0);
        loop {
            if let Some(at) = before.iter().position(|step| *step == taken) {
                spoil(&painter, before.swap_remove(at)).await;
            }
            let progress = painter.step().await.unwrap();
            taken = progress.iteration;
            losses.extend_from_slice(&progress.losses);
            if progress.finished {
                return (painter.picture().await.unwrap(), losses, progress);
            }
        }
    })
}

fn is_finite(picture: &Picture) -> bool {
    picture.rgba.iter().all(|value| value.is_finite())
}

#[test]
fn a_spoilt_run_ends_near_an_undisturbed_one() {
    let cases =
        [(Method::Adam, StyleLoss::Usual), (Method::Lbfgs, StyleLoss::Gram), (Method::Adam, StyleLoss::Wasserstein)];
    for (seed, (optimizer, style_loss)) in (0..).zip(cases) {
        let settings = Settings { optimizer, style_loss, ..small(96, 16) };
        let (_, undisturbed) = paint(&street_and_swirl(), &settings).unwrap();
        // Four steps of 32 at two scales, the first of all among them.
        let steps: Vec<_> = (0..4).map(|nth| nth * 8 + hash32(4 * seed + nth) % 6 * nth.min(1)).collect();
        let (picture, losses, last) = spoilt(&settings, steps.clone());
        let case = format!("{optimizer:?}, {style_loss:?}, spoilt before {steps:?}: {} setbacks", last.setbacks);
        assert!(is_finite(&picture), "{case}");
        assert_eq!(last.setbacks, 4, "{case}");
        let numbers: Vec<_> = losses.iter().map(|losses| losses.iteration).collect();
        assert_eq!(numbers, (1..=32).collect::<Vec<_>>(), "{case}: every step reports once, in order");
        assert!(losses.iter().all(|losses| losses.total.is_finite()), "{case}");
        let (end, usual) = (losses[31].total, undisturbed[31].total);
        println!("{case}: {end} against {usual}");
        assert!(end < 1.15 * usual, "{case}: loss {end} against {usual}");
    }
}

/// How soon a run hears of trouble depends on the device; what it paints does not.
#[test]
fn a_spoilt_run_repeats_itself() {
    for optimizer in [Method::Adam, Method::Lbfgs] {
        let settings = Settings { optimizer, ..small(48, 20) };
        let (first, _, _) = spoilt(&settings, vec![9, 12]);
        let (again, _, _) = spoilt(&settings, vec![9, 12]);
        assert!(first == again, "{optimizer:?}: bit for bit, on one device");
    }
}

#[test]
fn a_run_that_is_spoilt_again_and_again_ends_with_a_sentence() {
    for optimizer in [Method::Adam, Method::Lbfgs] {
        block_on(async {
            let settings = Settings { optimizer, ..small(48, 60) };
            let mut painter = Painter::new(&gpu(), &street_and_swirl(), &settings).await.unwrap();
            let mut losses = Vec::new();
            while losses.len() < 20 {
                losses.extend(painter.step().await.unwrap().losses);
            }
            let error = loop {
                spoil(&painter, 7).await;
                match painter.step().await {
                    Ok(progress) => assert!(progress.iteration < 40, "{progress:?}"),
                    Err(error) => break error,
                }
            };
            assert!(matches!(error, Error::RanAway { step } if (20..40).contains(&step)), "{error}");
            let sentence = error.to_string();
            assert!(sentence.contains("grew beyond all bounds") && sentence.contains("can be saved"), "{sentence}");
            let picture = painter.picture().await.unwrap();
            assert!(is_finite(&picture));
            // It goes on for who asks all the same.
            assert!(painter.step().await.unwrap().setbacks > 6);
        });
    }
}

/// A picture of its own whose numbers are far outside of 0..1 is no trouble.
#[test]
fn a_start_beyond_all_colours_is_painted_over() {
    let mut start = Picture::clone(&sample("ink.jpg"));
    start.rgba.iter_mut().for_each(|value| *value *= 1e4);
    let sources = scumble::painter::Sources { start: Some(start.into()), ..street_and_swirl() };
    let settings = Settings { start: scumble::choices::Start::Picture, ..small(48, 15) };
    let (picture, losses) = paint(&sources, &settings).unwrap();
    assert!(is_finite(&picture) && losses.iter().all(|losses| losses.total.is_finite()));
}
