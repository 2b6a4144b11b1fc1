//! `scumble compare PHOTO PAINTING -o DIR`: both approaches on one pair, with what each costs and what it brings.

use crate::files::{WeightsFile, photos, picture, write};
use crate::train::style;
use clap::Args;
use scumble::choices::{ModelKind, Recipe};
use scumble::gpu::Gpu;
use scumble::image::likeness::Likeness;
use scumble::image::{Picture, encode_png, fit, resize};
use scumble::judge::Judge;
use scumble::painter::{Painter, Sources};
use scumble::settings::Settings;
use scumble::style::{Instant, Style, TRAINED};
use scumble::training::{Photos, Plan, Trainer};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant as Clock;

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

/// One way of painting: what it cost, and what came of it.
#[derive(Serialize)]
struct Row {
    way: &'static str,
    file: String,
    /// Until something of the painting can be seen, in seconds.
    first_s: f64,
    /// Until the picture is finished.
    last_s: f64,
    /// Passes of the picture through a network, down and up counted as one.
    passes: u32,
    /// Operations of these passes' convolutions, in units of 1e9; a product and a sum count as two.
    gflop: f64,
    /// The most memory that the engine held on the device, in MiB.
    peak_mib: f64,
    #[serde(flatten)]
    likeness: Likeness,
    /// How far from the painting's manner: 1 for the untouched photo.
    r: Option<f64>,
    /// How far from the photo's layout.
    layout: Option<f64>,
}

/// The training of a style.
#[derive(Serialize)]
struct Training {
    seconds: f64,
    steps: u32,
    gflop: f64,
    /// How many pictures pay for it, if painting them slowly takes as long as here.
    pays_after: f64,
}

/// A painted picture with the figures that are known before anybody judged it.
struct Painted {
    picture: Picture,
    first_s: f64,
    last_s: f64,
    passes: u32,
    gflop: f64,
    peak_mib: f64,
}

fn say(error: scumble::Error) -> String {
    error.to_string()
}

/// Paints the pair in every way, and reports.
pub async fn compare(arguments: &Arguments) -> Result<(), String> {
    let (photo, painting) = (picture(&arguments.photo)?, picture(&arguments.painting)?);
    let failed = |e: std::io::Error| format!("The folder {} cannot be made: {e}.", arguments.out.display());
    std::fs::create_dir_all(&arguments.out).map_err(failed)?;
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
    let training = training.map(|(seconds, steps, gflop)| {
        let pays_after = seconds / (slow_s - fast_s).max(1e-9);
        Training { seconds, steps, gflop, pays_after }
    });

    let gpu = Gpu::open().await.map_err(say)?;
    let judge = match sources.weights.get(&ModelKind::Vgg19) {
        Some(weights) => Some(Judge::new(&gpu, weights).map_err(say)?),
        None => None,
    };
    let mut rows = Vec::new();
    for (way, file, Painted { picture, first_s, last_s, passes, gflop, peak_mib }) in painted {
        write(&arguments.out.join(file), &encode_png(&picture).map_err(say)?)?;
        let fitting = resize(&photo, picture.width, picture.height);
        let (width, height) = fit(painting.width, painting.height, arguments.size);
        let manner = resize(&painting, width, height);
        let scores = match &judge {
            Some(judge) => Some(judge.scores(&picture, &fitting, &manner).await.map_err(say)?),
            None => None,
        };
        let (r, layout) = (scores.map(|scores| scores.style()), scores.map(|scores| scores.layout()));
        let likeness = Likeness::of(&picture, &fitting, &manner);
        rows.push(Row { way, file: file.into(), first_s, last_s, passes, gflop, peak_mib, likeness, r, layout });
    }
    let report = report(&gpu.describe(), arguments.size, &rows, training.as_ref());
    let json =
        serde_json::json!({ "adapter": gpu.describe(), "size": arguments.size, "ways": rows, "training": training });
    write(&arguments.out.join("report.json"), json.to_string().as_bytes())?;
    write(&arguments.out.join("report.md"), report.as_bytes())?;
    eprint!("{report}");
    Ok(())
}

/// A run of the painter, on a device of its own so that nobody else's memory counts.
async fn slow(sources: &Sources, settings: &Settings) -> Result<Painted, String> {
    let gpu = Gpu::open().await.map_err(say)?;
    let clock = Clock::now();
    let mut painter = Painter::new(&gpu, sources, settings).await.map_err(say)?;
    painter.step().await.map_err(say)?;
    painter.picture().await.map_err(say)?;
    let first_s = clock.elapsed().as_secs_f64();
    let passes = loop {
        let progress = painter.step().await.map_err(say)?;
        if progress.finished {
            break progress.iteration;
        }
    };
    let picture = painter.picture().await.map_err(say)?;
    let last_s = clock.elapsed().as_secs_f64();
    let gflop = painter.operations() / 1e9;
    Ok(Painted { picture, first_s, last_s, passes, gflop, peak_mib: peak_mib(&gpu) })
}

/// A pass of the stylizer.
async fn fast(style: &Style, photo: &Picture, size: u32) -> Result<Painted, String> {
    let gpu = Gpu::open().await.map_err(say)?;
    let (width, height) = fit(photo.width, photo.height, size);
    let photo = resize(photo, width, height);
    let clock = Clock::now();
    let mut instant = Instant::new(&gpu, style).map_err(say)?;
    instant.paint(&photo, TRAINED).map_err(say)?;
    let picture = instant.picture().await.map_err(say)?;
    let last_s = clock.elapsed().as_secs_f64();
    let gflop = instant.operations() / 1e9;
    Ok(Painted { picture, first_s: last_s, last_s, passes: 1, gflop, peak_mib: peak_mib(&gpu) })
}

fn peak_mib(gpu: &Gpu) -> f64 {
    gpu.memory().peak() as f64 / f64::from(1 << 20)
}

/// A style of the painting, and seconds, steps and operations (in units of 1e9) of its training.
async fn trained(
    arguments: &Arguments,
    sources: &Sources,
    settings: &Settings,
) -> Result<(Style, (f64, u32, f64)), String> {
    let gpu = Gpu::open().await.map_err(say)?;
    let plan = Plan { steps: arguments.steps, seed: settings.seed, ..Plan::for_size(arguments.size) };
    let photos = photos(arguments.photos.as_deref())?;
    let clock = Clock::now();
    let photos = Photos::of(photos, &plan).and_drawn(plan.seed);
    let start = Style::start().values();
    let mut trainer = Trainer::new(&gpu, sources, photos, settings, &plan, Some(&start)).await.map_err(say)?;
    while !trainer.step().await.map_err(say)?.finished {}
    let style = trainer.style("comparison", sources).await.map_err(say)?;
    let seconds = clock.elapsed().as_secs_f64();
    let gflop = f64::from(plan.steps) * trainer.operations() / 1e9;
    Ok((style, (seconds, plan.steps, gflop)))
}

/// The report as a page of Markdown.
fn report(adapter: &str, size: u32, rows: &[Row], training: Option<&Training>) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let mut text = format!(
        "# Both approaches on one pair\n\n{adapter}, longest edge {size} px\n\n\
         | Way | First picture, s | Finished, s | Passes | GFLOP | Memory, MiB | R | Layout | Edges | Colours |\n\
         |---|---|---|---|---|---|---|---|---|---|\n"
    );
    for Row { way, file, first_s, last_s, passes, gflop, peak_mib, likeness, r, layout } in rows {
        let Likeness { edges, colour, .. } = likeness;
        let _ = writeln!(
            text,
            "| [{way}]({file}) | {first_s:.2} | {last_s:.2} | {passes} | {gflop:.0} | {peak_mib:.0} | {} | {} | {edges:.3} | {colour:.3} |",
            number(*r),
            number(*layout)
        );
    }
    if let Some(Training { seconds, steps, gflop, pays_after }) = training {
        let _ = writeln!(
            text,
            "\nThe style was trained for {steps} steps: {seconds:.0} s, {gflop:.0} GFLOP. It pays for itself after {:.1} pictures.",
            pays_after
        );
    }
    text.push_str(
        "\nR: distance from the painting's manner, 1 for the untouched photo. Layout: distance from the photo's. Edges: correlation \
         with the photo's. Colours: distance from the painting's. Less is nearer, but for edges.\n",
    );
    text
}
