//! Prints: larger pictures in the manner of a painted one.

use super::{gpu, sample, small, street_and_swirl};
use pollster::block_on;
use scumble::choices::Colours;
use scumble::image::{LUMA, Picture, resize};
use scumble::painter::{Print, Progress, Sources};
use scumble::settings::Settings;
use std::rc::Rc;

/// Little, so that tiles are as small as they get.
const MEMORY: u64 = 64 << 20;

/// All that a print tells on its way, and its picture.
fn printed(sources: &Sources, settings: &Settings, edge: u32) -> (Vec<Progress>, Picture) {
    block_on(async {
        let from = resize(&sample("street.jpg"), 40, 30);
        let mut print = Print::new(&gpu(), sources, settings, &from, edge, MEMORY).await.unwrap();
        let mut told = Vec::new();
        loop {
            told.push(print.step().await.unwrap());
            if told[told.len() - 1].finished {
                return (told, print.picture());
            }
        }
    })
}

#[test]
fn a_print_goes_up_in_scales_and_its_loss_falls() {
    let (told, picture) = printed(&street_and_swirl(), &small(40, 5), 80);
    let last = &told[told.len() - 1];
    assert_eq!((picture.width, last.width, last.iteration, last.scales), (80, 80, 10, 2));
    assert!(told.windows(2).all(|pair| pair[0].fraction <= pair[1].fraction) && last.fraction == 1.0);
    // A scale looks for its targets a tile at a time: one of the photo here, one of the painting. Then it begins its first step, down and
    // up through two stages.
    let looks = told.iter().filter(|progress| (progress.scale, progress.iteration) == (2, 5));
    let looks: Vec<_> = looks.map(|progress| progress.fraction).collect();
    assert!(looks.len() == 6 && looks[0] < looks[1] && looks[1] < looks[3] && looks[3] < looks[4], "{looks:?}");
    let losses: Vec<_> = told.iter().flat_map(|progress| &progress.losses).collect();
    assert_eq!(losses.iter().map(|losses| losses.iteration).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    assert!(losses[9].total < losses[5].total, "{} after {}", losses[9].total, losses[5].total);
    assert!(picture.rgba.iter().all(|value| (0.0..=1.0).contains(value)));
    // Made as small as what was painted, it is that; but it is more than that made large.
    let apart = |a: &Picture, b: &Picture| {
        let sum: f32 = a.rgba.iter().zip(&b.rgba).map(|(a, b)| (a - b).abs()).sum();
        sum / a.rgba.len() as f32
    };
    let painted = resize(&sample("street.jpg"), 40, 30);
    let (small, large) = (apart(&resize(&picture, 40, 30), &painted), apart(&picture, &resize(&painted, 80, 60)));
    assert!(small < 0.015 && large > 0.01, "{small} apart where it is small, {large} where it is large");
}

#[test]
fn a_print_without_a_photo_or_with_two_paintings_is_one() {
    let texture = Sources { paintings: vec![sample("swirl.jpg")], ..Sources::default() };
    let (_, picture) = printed(&texture, &Settings { texture: true, ..small(40, 1) }, 64);
    assert_eq!(picture.width.max(picture.height), 64);
    let two = Sources { paintings: vec![sample("swirl.jpg"), sample("cubes.jpg")], ..street_and_swirl() };
    let (_, picture) = printed(&two, &Settings { blend: vec![2.0, 1.0], ..small(40, 1) }, 64);
    assert_eq!(picture.width, 64);
}

#[test]
fn the_photo_stays_where_the_mask_is_black_and_its_colours_can_stay_everywhere() {
    let sources = street_and_swirl();
    let photo = resize(&sample("street.jpg"), 64, 48);
    let black_to_white = (0..2).flat_map(|x| [x as f32; 4]).collect();
    let masked = Sources { mask: Some(Rc::new(Picture::new(2, 1, black_to_white))), ..sources.clone() };
    let (_, picture) = printed(&masked, &Settings { masked: true, ..small(40, 1) }, 64);
    let apart = |picture: &Picture, wanted: &dyn Fn(usize) -> bool| {
        let pairs = picture.rgba.chunks_exact(4).zip(photo.rgba.chunks_exact(4)).enumerate();
        let own = pairs.filter(|(index, _)| wanted(*index));
        own.map(|(_, (a, b))| (0..3).map(|c| (a[c] - b[c]).abs()).sum::<f32>()).sum::<f32>()
    };
    let (left, right) = (apart(&picture, &|index| index % 64 < 8), apart(&picture, &|index| index % 64 >= 40));
    assert!(left < 1e-3 && right > 10.0, "{left} where it is black, {right} elsewhere");

    let (_, picture) = printed(&sources, &Settings { colours: Colours::Photo, ..small(40, 1) }, 64);
    let mut painted = 0.0;
    for (own, photo) in picture.rgba.chunks_exact(4).zip(photo.rgba.chunks_exact(4)) {
        let luma = |pixel: &[f32]| (0..3).map(|c| LUMA[c] * pixel[c]).sum::<f32>();
        painted += (luma(own) - luma(photo)).abs();
        // What was clipped has lost its colour.
        if own[..3].iter().all(|value| (0.01..0.99).contains(value)) {
            let chroma = |c: usize| (own[c] - own[0]) - (photo[c] - photo[0]);
            assert!(chroma(1).abs() < 1e-3 && chroma(2).abs() < 1e-3, "{own:?} for {photo:?}");
        }
    }
    assert!(painted > 10.0, "its brightness is the painting's: {painted}");
}

#[test]
fn opposite_edges_of_a_print_come_to_fit_together() {
    let sources = Sources { paintings: vec![sample("swirl.jpg")], ..Sources::default() };
    // It begins with a picture whose edges do not.
    let [other, seamless] = [false, true].map(|seamless| {
        let (_, picture) = printed(&sources, &Settings { texture: true, seamless, ..small(40, 6) }, 64);
        let (width, height) = (picture.width as usize, picture.height as usize);
        let apart = |a: usize, b: usize| (picture.rgba[a] - picture.rgba[b]).abs();
        let rows = (0..height).map(|y| y * width * 4);
        rows.flat_map(|row| (0..3).map(move |c| (row + c, row + (width - 1) * 4 + c)))
            .map(|(a, b)| apart(a, b))
            .sum::<f32>()
    });
    assert!(seamless < 0.85 * other, "{seamless} apart, and {other} where they need not fit");
}
