//! Prints: larger pictures in the manner of a painted one.

use super::{gpu, sample, small, street_and_swirl};
use pollster::block_on;
use scumble::painter::{Print, Sources};
use scumble::settings::Settings;

/// Little, so that tiles are as small as they get.
const MEMORY: u64 = 64 << 20;

/// All that a print tells on its way, and its picture.
fn printed(
    sources: &Sources,
    settings: &Settings,
    edge: u32,
) -> (Vec<scumble::painter::Progress>, scumble::image::Picture) {
    block_on(async {
        let from = scumble::image::resize(&sample("street.jpg"), 40, 30);
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
    let losses: Vec<_> = told.iter().flat_map(|progress| &progress.losses).collect();
    assert_eq!(losses.iter().map(|losses| losses.iteration).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    assert!(losses[9].total < 0.8 * losses[5].total, "{} after {}", losses[9].total, losses[5].total);
    assert!(picture.rgba.iter().all(|value| (0.0..=1.0).contains(value)));
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
