//! This turns the controls into pictures: one sheet for each, painted at three of its values from the project's own samples.

use std::fs;
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use pollster::block_on;
use scumble::gpu::Gpu;
use scumble::image::{Picture, encode_png};
use scumble::painter::Sources;
use scumble::settings::Settings;

use super::{read, run_to_end, sheet};

/// A control: the sheet's name, photo and paintings among the samples, and settings from low to high.
type Sheet = (&'static str, &'static str, &'static [&'static str], [&'static str; 3]);

const SWIRL: &[&str] = &["swirl"];
const WAVE: &[&str] = &["woodcut"];
const GLASS: &[&str] = &["glass"];

const SHEETS: &[Sheet] = &[
    ("strength", "landscape", SWIRL, [r#"{"strength":10}"#, "{}", r#"{"strength":90}"#]),
    ("style-scale", "landscape", SWIRL, [r#"{"style-scale":0.5}"#, "{}", r#"{"style-scale":2}"#]),
    ("blend", "still-life", &["swirl", "glass"], [r#"{"blend":[1,0]}"#, r#"{"blend":[1,1]}"#, r#"{"blend":[0,1]}"#]),
    ("colours", "landscape", GLASS, ["{}", r#"{"colours":"matched"}"#, r#"{"colours":"photo"}"#]),
    ("histogram", "landscape", WAVE, ["{}", r#"{"colours":"histogram"}"#, r#"{"colours":"matched"}"#]),
    (
        "detail",
        "still-life",
        SWIRL,
        [
            r#"{"style-layers":{"relu1_1":1,"relu2_1":1}}"#,
            r#"{"style-layers":{"relu2_1":1,"relu3_1":1,"relu4_1":1}}"#,
            r#"{"style-layers":{"relu4_1":1,"relu5_1":1}}"#,
        ],
    ),
    (
        "content-layers",
        "street",
        SWIRL,
        [
            r#"{"content-layers":{"relu2_1":1}}"#,
            r#"{"content-layers":{"relu3_1":1}}"#,
            r#"{"content-layers":{"relu4_2":1}}"#,
        ],
    ),
    (
        "style-loss",
        "landscape",
        WAVE,
        [r#"{"style-loss":"mean-covariance"}"#, r#"{"style-loss":"gram"}"#, r#"{"style-loss":"wasserstein"}"#],
    ),
    ("smoothness", "still-life", &["points"], [r#"{"smoothness":0}"#, "{}", r#"{"smoothness":100}"#]),
    ("start", "street", GLASS, ["{}", r#"{"start":"style-statistics"}"#, r#"{"start":"grey"}"#]),
    ("effort", "landscape", WAVE, [r#"{"effort":0.2}"#, r#"{"effort":1}"#, r#"{"effort":3}"#]),
    ("optimizer", "landscape", SWIRL, ["{}", r#"{"optimizer":"lbfgs","effort":0.5}"#, r#"{"optimizer":"lbfgs"}"#]),
    (
        "texture",
        "landscape",
        &["points"],
        [r#"{"texture":true}"#, r#"{"texture":true,"seamless":true}"#, r#"{"texture":true,"seed":2}"#],
    ),
    ("mask", "landscape", SWIRL, [r#"{"strength":0}"#, r#"{"masked":true}"#, "{}"]),
    ("place", "landscape", &["swirl", "points"], [r#"{"blend":[1,0]}"#, r#"{"placed":true}"#, r#"{"blend":[0,1]}"#]),
    (
        "style-scales",
        "still-life",
        &["swirl", "glass"],
        [r#"{"style-scales":[1,0.5]}"#, "{}", r#"{"style-scales":[1,2]}"#],
    ),
    ("start-noise", "street", SWIRL, ["{}", r#"{"start-noise":0.5}"#, r#"{"start-noise":1}"#]),
    (
        "seed",
        "still-life",
        WAVE,
        [r#"{"start-noise":1}"#, r#"{"start-noise":1,"seed":2}"#, r#"{"start-noise":1,"seed":3}"#],
    ),
];

/// Longest edge of each picture, and the share of the usual iterations: a software driver shall have all sheets done within
/// half an hour.
const EDGE: u32 = 128;
const EFFORT: f32 = 0.5;

/// `cargo xtask sheets [NAME ...]`.
pub fn run(names: &[String]) -> Result<()> {
    if let Some(unknown) = names.iter().find(|name| SHEETS.iter().all(|sheet| sheet.0 != name.as_str())) {
        let known: Vec<_> = SHEETS.iter().map(|sheet| sheet.0).collect();
        bail!("there is no sheet `{unknown}`; there are {}", known.join(", "));
    }
    let gpu = block_on(Gpu::open())?;
    let folder = crate::process::root().join("docs/controls");
    fs::create_dir_all(&folder).with_context(|| format!("Making {}", folder.display()))?;
    for (name, photo, paintings, settings) in SHEETS {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        let paintings = paintings.iter().map(|name| sample(name)).collect::<Result<_>>()?;
        let mask = Some(Rc::new(left_half()));
        let places = vec![mask.clone()];
        let sources = Sources { photo: Some(sample(photo)?), paintings, mask, places, ..Sources::default() };
        let mut pictures = Vec::new();
        for settings in settings {
            let mut settings = Settings { size: EDGE, ..Settings::from_json(settings)? };
            settings.effort *= EFFORT;
            let painter = block_on(run_to_end(&gpu, &sources, &settings));
            let picture = painter.and_then(|painter| Ok(block_on(painter.picture())?));
            pictures.push(picture.with_context(|| format!("Painting {name}"))?);
        }
        let file = folder.join(format!("{name}.png"));
        let drawn = sheet::draw(pictures.iter(), pictures.len() as u32, (EDGE, EDGE * 3 / 4));
        fs::write(&file, encode_png(&drawn)?).with_context(|| format!("Writing {}", file.display()))?;
        println!("{}", file.display());
    }
    Ok(())
}

/// A mask that lets the left half be painted, with a soft edge.
fn left_half() -> Picture {
    let ramp = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    Picture::new(ramp.len() as u32, 1, ramp.iter().flat_map(|white| [*white, *white, *white, 1.0]).collect())
}

fn sample(name: &str) -> Result<Rc<Picture>> {
    Ok(Rc::new(read(&crate::process::root().join(format!("www/samples/{name}.jpg")))?))
}
