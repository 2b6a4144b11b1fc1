//! The judge, with a random VGG19: what the page asks for, and the whole table of scores.

use pollster::block_on;
use scumble::Error;
use scumble::gpu::Gpu;
use scumble::image::Picture;
use scumble::judge::Judge;
use scumble::model::seeded;
use scumble::model::vgg19::CONVOLUTIONS;
use scumble::random::uniform;
use scumble::weights::{ModelWeights, Origin};

/// As many convolutions as the deepest layer that is judged needs.
const DEPTH: usize = 11;

fn vgg19(depth: usize) -> ModelWeights {
    let (origin, convolutions) = (Origin::Caffe, seeded::filters(&CONVOLUTIONS[..depth]));
    let (preprocessing, source) = (origin.preprocessing(), origin.source("random numbers".into()));
    ModelWeights { growth: vec![1.0; convolutions.len()], convolutions, preprocessing, source }
}

/// Waves with noise on them.
fn waves(width: u32, height: u32, across: f64, stream: u32) -> Picture {
    let value = |index: u32| {
        let (x, y) = (f64::from(index / 4 % width), f64::from(index / 4 / width));
        let wave = 0.5 + 0.3 * (across * x + 0.2 * f64::from(index % 4) * y).sin();
        if index % 4 == 3 { 1.0 } else { (wave + 0.2 * uniform(3, stream, index)) as f32 }
    };
    Picture::new(width, height, (0..4 * width * height).map(value).collect())
}

#[test]
fn what_the_page_asks_for_is_what_the_table_says() {
    let gpu = block_on(Gpu::open()).unwrap();
    let judge = Judge::new(&gpu, &vgg19(DEPTH)).unwrap();
    let (photo, painting, result) = (waves(48, 40, 0.1, 1), waves(48, 40, 0.7, 2), waves(48, 40, 0.4, 3));
    let scores = block_on(judge.scores(&result, &photo, &painting)).unwrap();
    let [manner, layout] = block_on(judge.nearness(&result, &photo, &painting)).unwrap();
    assert_eq!([manner, layout], [scores.style(), scores.layout()]);
    assert!(manner > 0.0 && manner != 1.0 && layout > 0.0, "{manner} {layout}");
    let untouched = block_on(judge.nearness(&photo, &photo, &painting)).unwrap();
    assert_eq!(untouched, [1.0, 0.0], "the photo itself");
    let painted = block_on(judge.nearness(&painting, &photo, &painting)).unwrap()[0];
    assert!(painted < 1e-6, "the painting itself: {painted}");
}

#[test]
fn weights_that_end_early_judge_nothing() {
    let gpu = block_on(Gpu::open()).unwrap();
    let refused = Judge::new(&gpu, &vgg19(DEPTH - 1)).err();
    assert!(matches!(refused, Some(Error::Missing { .. })), "{refused:?}");
}
