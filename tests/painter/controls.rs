//! What a person can choose reaches the picture.

use super::{difference, gpu, layers, paint, sample, small, street_and_swirl};
use scumble::Error;
use scumble::choices::{Colours, Precision, Start, StyleLoss};
use scumble::image::Picture;
use scumble::painter::Sources;
use scumble::settings::Settings;
use std::rc::Rc;

#[test]
fn the_photos_colours_can_stay() {
    let chroma =
        |picture: &Picture| -> Vec<f32> { picture.rgba.chunks(4).flat_map(|p| [p[0] - p[1], p[2] - p[1]]).collect() };
    let photo = Rc::new(Picture::flat(64, 64, [0.6, 0.4, 0.3]));
    let sources = Sources { photo: Some(photo), ..street_and_swirl() };
    let (kept, _) = paint(&sources, &Settings { colours: Colours::Photo, ..small(48, 10) }).unwrap();
    for (index, found) in chroma(&kept).into_iter().enumerate() {
        let expected = if index % 2 == 0 { 0.2 } else { -0.1 };
        assert!((found - expected).abs() < 2e-3, "chroma {index} is {found}, of the photo {expected}");
    }
}

/// What the content holds on to must not be how dark a photo is.
#[test]
fn a_dark_photo_does_not_hold_a_light_painting_back() {
    let brightness = |picture: &Picture| {
        picture.rgba.iter().enumerate().filter(|(i, _)| i % 4 != 3).map(|(_, v)| v).sum::<f32>()
            / (0.75 * picture.rgba.len() as f32)
    };
    let night = Picture {
        rgba: sample("street.jpg").rgba.iter().map(|value| 0.2 * value).collect(),
        ..(*sample("street.jpg")).clone()
    };
    let sources =
        Sources { photo: Some(Rc::new(night.clone())), paintings: vec![sample("ink.jpg")], ..street_and_swirl() };
    let (picture, _) = paint(&sources, &small(96, 60)).unwrap();
    let [dark, found, light] = [&night, &picture, &*sources.paintings[0]].map(brightness);
    assert!(found - dark > 0.3 * (light - dark), "from {dark} towards {light} it came to {found}");
    let (faithful, _) = paint(&sources, &Settings { strength: 0.0, ..small(96, 20) }).unwrap();
    assert!((brightness(&faithful) - dark).abs() < 0.2 * (light - dark), "without strength the photo stays");
}

/// Every control changes the picture, and the run still ends well.
#[test]
fn controls_reach_the_picture() {
    let settings = small(64, 16);
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
        Settings { start_noise: 0.5, ..settings.clone() },
        Settings { style_scales: vec![0.5], ..settings.clone() },
        Settings { style_loss: StyleLoss::Gram, ..settings.clone() },
        Settings { style_loss: StyleLoss::Wasserstein, ..settings.clone() },
        Settings { style_layers: layers(&[("relu4_1", 1.0), ("relu5_1", 1.0)]), ..settings.clone() },
        Settings { style_layers: layers(&[("relu4_1", 1.0), ("relu5_1", 5.0)]), ..settings.clone() },
        Settings { seamless: true, ..settings.clone() },
        Settings { texture: true, ..settings.clone() },
    ] {
        let (picture, losses) = paint(&street_and_swirl(), &changed).unwrap();
        let apart = difference(&picture, &plain);
        assert!(apart > 0.003, "{apart} with {changed:?}");
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
    let photo = mean(sources.photo.as_ref().unwrap());
    let (plain, _) = paint(&sources, &settings).unwrap();
    let (matched, _) = paint(&sources, &Settings { colours: Colours::Matched, ..settings }).unwrap();
    assert!(apart(mean(&matched), photo) < 0.5 * apart(mean(&plain), photo));
}

#[test]
fn the_photo_stays_where_the_mask_is_black() {
    let mask = Picture::new(2, 1, vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    let sources = Sources { mask: Some(Rc::new(mask)), ..street_and_swirl() };
    let settings = Settings { masked: true, ..small(64, 16) };
    let (picture, _) = paint(&sources, &settings).unwrap();
    let photo = scumble::image::resize(sources.photo.as_ref().unwrap(), picture.width, picture.height);
    let apart = |columns: std::ops::Range<usize>| -> f32 {
        let pixels = picture.rgba.chunks(4).zip(photo.rgba.chunks(4)).enumerate();
        let own = pixels.filter(|(index, _)| columns.contains(&(index % 64)));
        own.map(|(_, (a, b))| (0..3).map(|c| (a[c] - b[c]).abs()).sum::<f32>()).sum()
    };
    // In between, the mask is resampled from one pixel to the next.
    let (kept, painted) = (apart(0..12), apart(52..64));
    assert!(kept < 0.02 * painted && painted > 10.0, "kept {kept}, painted {painted}");
    let missing = paint(&street_and_swirl(), &settings).unwrap_err();
    assert_eq!(missing.to_string(), "The mask is missing. Choose one first, or paint everywhere.");
}

#[test]
fn paintings_go_where_they_are_placed() {
    let settings = small(64, 25);
    let alone =
        |name: &str| paint(&Sources { paintings: vec![sample(name)], ..street_and_swirl() }, &settings).unwrap().0;
    let [swirl, points] = ["swirl.jpg", "points.jpg"].map(alone);
    let right = Picture::new(2, 1, vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
    let sources = Sources {
        paintings: vec![sample("swirl.jpg"), sample("points.jpg")],
        places: vec![None, Some(Rc::new(right))],
        ..street_and_swirl()
    };
    let (both, _) = paint(&sources, &Settings { placed: true, ..settings.clone() }).unwrap();
    let apart = |other: &Picture, columns: std::ops::Range<usize>| -> f32 {
        let pixels = both.rgba.chunks(4).zip(other.rgba.chunks(4)).enumerate();
        let own = pixels.filter(|(index, _)| columns.contains(&(index % 64)));
        own.map(|(_, (a, b))| (0..3).map(|c| (a[c] - b[c]).abs()).sum::<f32>()).sum()
    };
    let left = apart(&swirl, 0..20) / apart(&points, 0..20);
    let right = apart(&points, 44..64) / apart(&swirl, 44..64);
    assert!(left < 0.8 && right < 0.8, "left {left} as far from its own painting as from the other, right {right}");
    let without = paint(&sources, &settings).unwrap().0;
    assert!(difference(&both, &without) > 0.01, "without their places they go everywhere");
}

#[test]
fn content_is_held_where_the_settings_say() {
    let content = |named: &[(&str, f32)]| {
        let settings = Settings { content_layers: layers(named), ..small(64, 10) };
        paint(&street_and_swirl(), &settings).unwrap().1[9].content
    };
    let [fine, coarse] = [content(&[("relu2_1", 1.0)]), content(&[("relu4_2", 1.0)])];
    assert!((fine / coarse - 1.0).abs() > 0.02, "fine {fine}, coarse {coarse}");
    assert_eq!(content(&[("relu2_1", 5.0)]), fine, "a layer alone has all the weight");
    assert_eq!(content(&[("relu2_1", 0.0)]), 0.0);
}

/// Where the device has 16-bit numbers, they give nearly the same picture; elsewhere a sentence says that it has none.
#[test]
fn half_precision_paints_or_is_refused() {
    let settings = small(64, 8);
    let half = paint(&street_and_swirl(), &Settings { precision: Precision::Half, ..settings.clone() });
    if gpu().has_half() {
        let ((half, losses), (full, others)) = (half.unwrap(), paint(&street_and_swirl(), &settings).unwrap());
        let apart = difference(&half, &full);
        assert!(apart > 0.0 && apart < 0.01, "{apart} between features of 16 bits and of 32");
        for (half, full) in losses.iter().zip(&others) {
            assert!((half.total / full.total - 1.0).abs() < 0.02, "{half:?} for {full:?}");
        }
    } else {
        let sentence =
            "The setting precision is half; it must be full on this graphics adapter, which has no 16-bit numbers.";
        assert_eq!(half.unwrap_err().to_string(), sentence);
    }
}

#[test]
fn unknown_layers_are_named() {
    let settings = Settings { style_layers: layers(&[("relu9_9", 1.0)]), ..small(32, 1) };
    let error = paint(&street_and_swirl(), &settings).unwrap_err().to_string();
    assert!(error.contains("relu9_9") && error.contains("relu1_1, conv1_2"), "{error}");
    let settings = Settings { content_layers: layers(&[("pool1", 1.0)]), ..small(32, 1) };
    assert!(
        matches!(paint(&street_and_swirl(), &settings), Err(Error::Setting { .. })),
        "a pool is no layer to look at"
    );
}

/// How much neighbours differ across the left and right edge, against how much they do inside.
fn seam(picture: &Picture) -> f32 {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let step = |from: usize, to: usize| -> f32 {
        let at = |x: usize, y: usize, c: usize| picture.rgba[(y * width + x) * 4 + c];
        (0..height).flat_map(|y| (0..3).map(move |c| (y, c))).map(|(y, c)| (at(from, y, c) - at(to, y, c)).abs()).sum()
    };
    step(width - 1, 0) / ((1..width).map(|x| step(x - 1, x)).sum::<f32>() / (width - 1) as f32)
}

#[test]
fn a_seamless_texture_needs_no_photo_and_has_no_edge() {
    let sources = Sources { photo: None, paintings: vec![sample("points.jpg")], ..street_and_swirl() };
    let texture = Settings { texture: true, ..small(64, 60) };
    let (plain, losses) = paint(&sources, &texture).unwrap();
    assert_eq!((plain.width, plain.height), (64, 48), "the painting's proportions");
    assert!(losses.iter().all(|losses| losses.content == 0.0));
    assert!(losses[59].style < 0.2 * losses[0].style, "it takes the painting's manner: {:?}", losses[59]);
    let (seamless, _) = paint(&sources, &Settings { seamless: true, ..texture }).unwrap();
    let (with, without) = (seam(&plain), seam(&seamless));
    assert!(without < 1.2 && with > 1.5 * without, "seam {with} usually, {without} here");
    let in_vain = Settings { texture: true, colours: Colours::Photo, ..small(32, 1) };
    assert!(matches!(paint(&sources, &in_vain), Err(Error::Setting { .. })));
    assert!(matches!(paint(&sources, &small(32, 1)), Err(Error::Missing { .. })));
}

#[test]
fn a_run_ends_early_when_nothing_changes_any_more() {
    let sources = street_and_swirl();
    let settings = Settings { stop_early: true, ..small(32, 400) };
    let (_, losses) = paint(&sources, &settings).unwrap();
    assert!((50..400).contains(&losses.len()) && losses.len() % 25 == 0, "{} steps", losses.len());
    let (_, again) = paint(&sources, &settings).unwrap();
    assert_eq!(losses, again);
}
