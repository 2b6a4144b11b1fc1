//! Runs whose settings change on the way.

use super::{difference, gpu, sample, small, street_and_swirl};
use pollster::block_on;
use scumble::choices::{Colours, Method};
use scumble::image::Picture;
use scumble::painter::{Losses, Painter, Sources};
use scumble::settings::Settings;
use std::rc::Rc;

/// Paints a quarter of a run, lets `turn` change the settings, and paints the rest; returns the losses.
fn steered(method: Method, turn: impl Fn(&mut Settings)) -> (bool, Vec<Losses>) {
    let settings = Settings { optimizer: method, ..small(64, 40) };
    let sources = Sources { paintings: vec![sample("swirl.jpg"), sample("ink.jpg")], ..street_and_swirl() };
    block_on(async {
        let mut painter = Painter::new(&gpu(), &sources, &settings).await.unwrap();
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
                accepted = painter.steer(&sources, &settings).await.unwrap();
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
            "the content counts a hundred times as much at once: {before:?}, {after:?}"
        );
        let (end, without) = (turned[39], straight[39]);
        assert!(end.content / 100.0 < 0.7 * without.content, "nearer the photo: {end:?} against {without:?}");
        assert!(end.style > without.style, "and farther from the painting");
        assert!(end.total < 0.8 * after.total, "{method:?} goes on downhill: {after:?} to {end:?}");
    }
}

#[test]
fn a_paused_picture_follows_a_mask_before_the_next_step() {
    let settings = small(32, 20);
    let white = Rc::new(Picture::flat(4, 4, [1.0; 3]));
    let sources = Sources { mask: Some(white), ..street_and_swirl() };
    block_on(async {
        let mut painter = Painter::new(&gpu(), &sources, &settings).await.unwrap();
        for _ in 0..5 {
            painter.step().await.unwrap();
        }
        let before = painter.picture().await.unwrap();
        assert!(painter.steer(&sources, &Settings { masked: true, ..settings.clone() }).await.unwrap());
        assert!(difference(&painter.picture().await.unwrap(), &before) < 1e-6, "a white mask lets everything be seen");
        let kept = Settings { colours: Colours::Photo, ..settings };
        assert!(painter.steer(&sources, &kept).await.unwrap());
        let recoloured = painter.picture().await.unwrap();
        let brightness = |picture: &Picture| picture.rgba.iter().sum::<f32>() / picture.rgba.len() as f32;
        assert!(brightness(&recoloured) > 0.7 * brightness(&before), "it is there at once");
    });
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
