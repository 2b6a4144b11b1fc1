//! `scumble compare PHOTO PAINTING -o DIR`: both approaches on one pair, with what each costs and what it brings.

mod report;
mod ways;

use crate::files::{WeightsFile, picture};
use crate::output::{check, write};
use crate::train::style;
use clap::Args;
use report::{Moment, Report, Row};
use scumble::choices::{ModelKind, Recipe};
use scumble::gpu::Gpu;
use scumble::image::likeness::Likeness;
use scumble::image::{Picture, encode_png, fit, resize};
use scumble::judge::Judge;
use scumble::painter::Sources;
use scumble::settings::Settings;
use scumble::training::Plan;
use std::path::PathBuf;
use ways::{Painted, fast, slow, trained};

/// What is compared, and where the results go.
#[derive(Args)]
pub struct Arguments {
    /// The photo.
    photo: PathBuf,
    /// The painting.
    painting: PathBuf,
    /// The folder for pictures and report.
    #[arg(short, long, default_value = "comparison")]
    out: PathBuf,
    /// Longest edge of the pictures, in pixels.
    #[arg(long, default_value_t = Plan::default().size)]
    size: u32,
    /// A style of this painting; without one, it is trained first.
    #[arg(long)]
    style: Option<PathBuf>,
    /// Steps of that training.
    #[arg(long, default_value_t = Plan::default().steps)]
    steps: u32,
    /// A folder of photos for that training; without any, the program draws pictures.
    #[arg(long)]
    photos: Option<PathBuf>,
    #[command(flatten)]
    weights: WeightsFile,
}

/// All that is written.
const FILES: [&str; 6] = ["gatys.png", "scumble.png", "fast.png", "report.json", "curves.svg", "report.md"];

fn say(error: scumble::Error) -> String {
    error.to_string()
}

/// Paints the pair in every way, and reports.
pub async fn compare(arguments: &Arguments) -> Result<(), String> {
    let (photo, painting) = (picture(&arguments.photo)?, picture(&arguments.painting)?);
    let failed = |e: std::io::Error| format!("The folder {} cannot be made: {e}.", arguments.out.display());
    std::fs::create_dir_all(&arguments.out).map_err(failed)?;
    for file in FILES {
        check(&arguments.out.join(file), [&arguments.photo, &arguments.painting], false)?;
    }
    let mut sources = Sources { photo: Some(photo.clone()), paintings: vec![painting.clone()], ..Sources::default() };
    let own = Settings { size: arguments.size, ..Settings::default() };
    let gatys = Settings { size: arguments.size, ..Recipe::Gatys.settings() };
    // VGG19 paints Gatys' way, and judges; without it the rest is compared all the same.
    if let Err(why) = arguments.weights.read_into(&mut sources, &gatys) {
        eprintln!("{why} The comparison goes on without VGG19: no recipe of Gatys', no R, no layout.");
    }
    let has_vgg19 = sources.weights.contains_key(&ModelKind::Vgg19);
    let mut painted = Vec::new();
    if has_vgg19 {
        eprintln!("Painting with Gatys' recipe");
        painted.push(("Gatys et al.", "gatys.png", slow(&sources, &gatys).await?));
    }
    eprintln!("Painting with Scumble's own");
    painted.push(("Scumble, built-in", "scumble.png", slow(&sources, &own).await?));
    let slow_s = painted.last().map_or(0.0, |(_, _, own)| own.last_s);
    let (style, training) = match &arguments.style {
        Some(path) => (style(path)?, None),
        None => {
            eprintln!("Training a style");
            let (style, training) = trained(arguments, &sources, &own).await?;
            (style, Some(training))
        }
    };
    eprintln!("Painting with the style");
    painted.push(("Fast style transfer", "fast.png", fast(&style, &photo, arguments.size).await?));
    let fast_s = painted.last().map_or(0.0, |(_, _, own)| own.last_s);
    let training = training.map(|cost| cost.against(slow_s - fast_s));

    let gpu = Gpu::open().await.map_err(say)?;
    let judge = match sources.weights.get(&ModelKind::Vgg19) {
        Some(weights) => Some(Judge::new(&gpu, weights).map_err(say)?),
        None => None,
    };
    let (width, height) = fit(painting.width, painting.height, arguments.size);
    let judged = Judged { judge, photo, manner: resize(&painting, width, height) };
    let mut ways = Vec::new();
    for (way, file, painted) in painted {
        write(&arguments.out.join(file), &encode_png(&painted.picture).map_err(say)?)?;
        ways.push(judged.row(way, file, painted).await?);
    }
    let report = Report { adapter: gpu.describe(), size: arguments.size, ways, training };
    write(&arguments.out.join("report.json"), report.json().as_bytes())?;
    if let Some(curves) = report.curves()? {
        write(&arguments.out.join("curves.svg"), curves.as_bytes())?;
    }
    let text = report.markdown();
    write(&arguments.out.join("report.md"), text.as_bytes())?;
    eprint!("{text}");
    Ok(())
}

/// What a result is judged by.
struct Judged {
    judge: Option<Judge>,
    photo: std::rc::Rc<Picture>,
    /// The painting, at the pictures' size.
    manner: Picture,
}

impl Judged {
    async fn row(&self, way: &'static str, file: &str, painted: Painted) -> Result<Row, String> {
        let Painted { picture, on_the_way, first_s, last_s, passes, gflop, peak_mib } = painted;
        let photo = resize(&self.photo, picture.width, picture.height);
        let likeness = Likeness::of(&picture, &photo, &self.manner);
        let mut row =
            Row { way, file: file.into(), first_s, last_s, passes, gflop, peak_mib, likeness, judged: Vec::new() };
        let Some(judge) = &self.judge else { return Ok(row) };
        for (seconds, seen) in on_the_way.into_iter().chain([(last_s, picture)]) {
            let seen = resize(&seen, photo.width, photo.height);
            let scores = judge.scores(&seen, &photo, &self.manner).await.map_err(say)?;
            let (r, layout, missing) = (scores.style(), scores.layout(), scores.missing());
            row.judged.push(Moment { seconds, r, layout, missing });
        }
        Ok(row)
    }
}
