//! Runs that are broken off and go on.

use super::{gpu, paint, sample, small, street_and_swirl};
use pollster::block_on;
use scumble::choices::Method;
use scumble::image::Picture;
use scumble::painter::checkpoint::Checkpoint;
use scumble::painter::{Losses, Painter, Sources};
use scumble::settings::Settings;

/// The same as [`paint`], but broken off after each of these steps and begun anew from what was kept; and steered at one of them.
fn broken_off(sources: &Sources, settings: &Settings, at: &[u32], steered: u32) -> (Picture, Vec<Losses>) {
    block_on(async {
        let mut painter = Painter::new(&gpu(), sources, settings).await.unwrap();
        let mut losses = Vec::new();
        loop {
            let progress = painter.step().await.unwrap();
            losses.extend(progress.losses);
            if progress.iteration == steered {
                let turned = Settings { strength: 70.0, ..settings.clone() };
                assert!(painter.steer(sources, &turned).await.unwrap());
            }
            if progress.finished {
                return (painter.picture().await.unwrap(), losses);
            }
            if at.contains(&progress.iteration) {
                let kept = painter.checkpoint().await.unwrap();
                let file = kept.to_bytes().unwrap();
                let before = painter.picture().await.unwrap();
                let untold = painter.step().await.unwrap().losses; // the losses that the kept run had heard of, and was to tell
                losses.extend(untold.into_iter().filter(|own| own.iteration <= progress.iteration));
                let kept = Checkpoint::from_bytes(&file).unwrap();
                painter = Painter::resume(&gpu(), sources, &kept, None).await.unwrap();
                assert_eq!(painter.picture().await.unwrap(), before, "it is shown before the next step");
            }
        }
    })
}

#[test]
fn a_run_goes_on_step_for_step() {
    let sources = Sources { paintings: vec![sample("swirl.jpg"), sample("ink.jpg")], ..street_and_swirl() };
    let settings = Settings { stop_early: true, scales: Some(2), ..small(92, 30) };
    let (straight, losses) = broken_off(&sources, &settings, &[], 12);
    let (again, same) = broken_off(&sources, &settings, &[1, 17, 30, 43], 12);
    assert!(losses.len() > 40, "it was broken off at both scales, and at the end of the first: {}", losses.len());
    assert_eq!(same, losses);
    assert_eq!(again, straight);
}

#[test]
fn a_checkpoint_that_nothing_waited_for_is_the_same() {
    let settings = Settings { stop_early: true, scales: Some(2), ..small(92, 16) };
    let sources = street_and_swirl();
    let (mut on_the_way, mut waited) = (Vec::new(), Vec::new());
    block_on(async {
        let mut painter = Painter::new(&gpu(), &sources, &settings).await.unwrap();
        while !painter.step().await.unwrap().finished {
            on_the_way.extend(painter.poll_checkpoint().unwrap());
        }
        let mut painter = Painter::new(&gpu(), &sources, &settings).await.unwrap();
        let mut wanted = on_the_way.iter().map(|kept| kept.standing.before + kept.standing.step).peekable();
        while let Some(at) = wanted.peek() {
            if painter.step().await.unwrap().iteration == *at {
                wanted.next();
                waited.push(painter.checkpoint().await.unwrap());
            }
        }
    });
    assert!(on_the_way.len() > 4 && on_the_way.iter().any(|kept| kept.standing.scale == 1), "{}", on_the_way.len());
    assert!(on_the_way == waited, "at {:?}", on_the_way.iter().map(|kept| &kept.standing).collect::<Vec<_>>());
}

#[test]
fn lbfgs_goes_on_from_its_best_picture() {
    let settings = Settings { optimizer: Method::Lbfgs, scales: Some(1), ..small(48, 30) };
    let (_, losses) = paint(&street_and_swirl(), &settings).unwrap();
    let (_, again) = broken_off(&street_and_swirl(), &settings, &[15], 0);
    let best = |losses: &[Losses]| losses.iter().map(|own| own.total).fold(f32::INFINITY, f32::min);
    assert_eq!(again.len(), 30);
    assert_eq!(
        again[15].total,
        best(&losses[..15]),
        "the first step of the second half is taken from the best picture"
    );
    assert!(best(&again) < 1.1 * best(&losses), "{} against {}", best(&again), best(&losses));
}

#[test]
fn a_run_goes_on_at_another_size() {
    let settings = Settings { scales: Some(2), ..small(96, 20) };
    let (picture, losses) = block_on(async {
        let mut painter = Painter::new(&gpu(), &street_and_swirl(), &settings).await.unwrap();
        while painter.step().await.unwrap().iteration < 30 {}
        let kept = painter.checkpoint().await.unwrap();
        let mut painter = Painter::resume(&gpu(), &street_and_swirl(), &kept, Some(48)).await.unwrap();
        assert_eq!(painter.picture().await.unwrap().width, 48);
        let progress = painter.step().await.unwrap();
        let now = (progress.iteration, progress.iterations, progress.width);
        assert_eq!(now, (11, 20, 48), "there is but one scale so small");
        let mut losses = progress.losses;
        loop {
            let progress = painter.step().await.unwrap();
            losses.extend(progress.losses);
            if progress.finished {
                return (painter.picture().await.unwrap(), losses);
            }
        }
    });
    assert_eq!(picture.width, 48);
    let (_, whole) = paint(&street_and_swirl(), &Settings { size: 48, ..settings }).unwrap();
    let (first, last) = (losses[0].total, losses[losses.len() - 1].total);
    assert!(first < 0.5 * whole[0].total, "it begins from the larger picture: {first} against {}", whole[0].total);
    assert!(last < 1.1 * whole[19].total, "{last} against {}", whole[19].total);
}

#[test]
fn a_stranger_run_is_refused_with_a_sentence() {
    let error = Checkpoint::from_bytes(b"no run").unwrap_err().to_string();
    assert!(error.starts_with("This run cannot go on: the file is damaged"), "{error}");
    let empty = block_on(async {
        let mut painter = Painter::new(&gpu(), &street_and_swirl(), &small(32, 2)).await.unwrap();
        painter.step().await.unwrap();
        let mut kept = painter.checkpoint().await.unwrap();
        kept.pictures.clear();
        Painter::resume(&gpu(), &street_and_swirl(), &kept, None).await.err().unwrap().to_string()
    });
    assert!(empty.contains("it holds no picture"), "{empty}");
}
