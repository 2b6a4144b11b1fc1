//! `scumble train PAINTING -o night.style`: a style of a painting.

use crate::files::{WeightsFile, photos, picture, read};
use crate::interrupt;
use crate::output::{check, write};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use scumble::gpu::Gpu;
use scumble::image::encode_png;
use scumble::painter::{Losses, Sources};
use scumble::settings::Settings;
use scumble::style::Style;
use scumble::stylizer::Size;
use scumble::training::{Photos, Plan, Trainer};
use std::path::{Path, PathBuf};

/// Settings that are the training's own here, or that a style knows nothing of.
pub const OWN: [&str; 12] = [
    "size",
    "start",
    "recipe",
    "texture",
    "seamless",
    "colours",
    "start-noise",
    "optimizer",
    "stop-early",
    "effort",
    "iterations",
    "scales",
];

/// What is learned from, and where the style goes.
#[derive(Args)]
pub struct Arguments {
    /// The painting; several are blended.
    #[arg(required = true)]
    paintings: Vec<PathBuf>,
    /// Where the style goes.
    #[arg(short, long, default_value = "painting.style")]
    out: PathBuf,
    /// A folder of photos to learn with, or one photo; without any, the program draws pictures.
    #[arg(long)]
    photos: Option<PathBuf>,
    /// Longest edge of the photos that the style is meant for, in pixels.
    #[arg(long, default_value_t = Plan::default().size)]
    size: u32,
    /// Steps of the training.
    #[arg(long, default_value_t = Plan::default().steps)]
    steps: u32,
    /// Pieces of photos in each step.
    #[arg(long, default_value_t = Plan::default().batch)]
    batch: u32,
    /// Width and height of these pieces, in pixels.
    #[arg(long, default_value_t = Plan::default().crop)]
    crop: u32,
    /// How much it counts that pictures of a film stay calm.
    #[arg(long, default_value_t = Plan::default().stability)]
    stability: f32,
    /// A style to begin with, instead of what other paintings have taught.
    #[arg(long)]
    start: Option<PathBuf>,
    /// Begin with random numbers.
    #[arg(long, conflicts_with = "start")]
    cold: bool,
    /// A smaller network, for phones: a quarter of the work, a coarser picture. It begins with random numbers.
    #[arg(long, conflicts_with = "start")]
    small: bool,
    /// Where the training is kept on the way, so that it can go on after a break.
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// Go on with a training that was kept with --checkpoint; its own settings are used.
    #[arg(long, conflicts_with_all = ["start", "cold", "small", "steps", "batch", "crop", "size", "stability"])]
    resume: Option<PathBuf>,
    /// A photo that takes no part; its painting is saved beside the style, as a PNG, while the training goes on.
    #[arg(long)]
    preview: Option<PathBuf>,
    /// Overwrite even a picture that is read.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    weights: WeightsFile,
}

/// Steps from one look at the preview to the next, and from one checkpoint to the next.
const LOOK: u32 = 50;

/// Trains a style, and saves it.
pub async fn train(arguments: &Arguments, settings: Settings) -> Result<(), String> {
    let say = |e: scumble::Error| e.to_string();
    let seen = arguments.preview.as_ref().map(|_| arguments.out.with_extension("png"));
    for path in std::iter::once(&arguments.out).chain(&arguments.checkpoint).chain(&seen) {
        let read =
            arguments.paintings.iter().chain(&arguments.photos).chain(&arguments.preview).chain(&arguments.start);
        check(path, read, arguments.force)?;
    }
    let paintings = arguments.paintings.iter().map(|path| picture(path)).collect::<Result<Vec<_>, _>>()?;
    let photos = photos(arguments.photos.as_deref())?;
    let preview = arguments.preview.as_deref().map(picture).transpose()?;
    let mut sources = Sources { paintings, ..Sources::default() };
    arguments.weights.read_into(&mut sources, &settings)?;
    let seed = settings.seed;
    let plan = Plan {
        size: arguments.size,
        crop: arguments.crop,
        steps: arguments.steps,
        batch: arguments.batch,
        stability: arguments.stability,
        seed,
        ..Plan::default()
    };
    plan.check().map_err(say)?;
    let start = match &arguments.start {
        Some(path) => Some(style(path)?),
        None => (!arguments.cold && !arguments.small).then(Style::start),
    };
    let own = if arguments.small { Size::SMALL } else { plan.network };
    let plan = Plan { network: start.as_ref().map_or(own, |style| style.about.network), ..plan };
    let with_drawn = |plan: &Plan| Photos::of(photos.clone(), plan).and_drawn(plan.seed);
    let gpu = Gpu::open().await.map_err(say)?;
    eprintln!("Training on {}", gpu.describe());
    let mut trainer = match &arguments.resume {
        Some(path) => Trainer::resume(&gpu, &sources, with_drawn, &read(path)?)
            .await
            .map_err(|e| format!("{}: {e}", path.display()))?,
        None => {
            let start = start.map(|style| style.values());
            Trainer::new(&gpu, &sources, with_drawn(&plan), &settings, &plan, start.as_deref()).await.map_err(say)?
        }
    };
    let exam = preview.map(|photo| trainer.exam(&sources, &photo)).transpose().map_err(say)?;

    let template = ProgressStyle::with_template("{bar:32} {percent}%  {msg}  {elapsed} of {duration}").ok();
    let bar = ProgressBar::new(trainer.plan().steps.into());
    bar.set_style(template.unwrap_or_else(ProgressStyle::default_bar));
    let mut told = String::new();
    loop {
        let progress = trainer.step().await.map_err(say)?;
        if let Some(newest) = progress.losses.last() {
            told = format!(", loss {:.3}", newest.total);
        }
        bar.set_message(format!("step {} of {}{told}", progress.step, progress.steps));
        bar.set_position(progress.step.into());
        let ends = progress.finished || interrupt::is_wished();
        if progress.step.is_multiple_of(LOOK) || ends {
            if let Some(exam) = &exam {
                let (painted, losses) =
                    exam.sit(progress.step, &trainer.parameters().await.map_err(say)?).await.map_err(say)?;
                if let Some(seen) = &seen {
                    write(seen, &encode_png(&painted).map_err(say)?)?;
                }
                let Losses { total, content, style, .. } = losses;
                bar.suspend(|| {
                    eprintln!(
                        "Step {}: preview {total:.4}, of which content {content:.4}, style {style:.4}",
                        progress.step
                    )
                });
            }
            if let Some(path) = &arguments.checkpoint {
                write(path, &trainer.checkpoint().await.map_err(say)?)?;
            }
        }
        if ends {
            break;
        }
    }
    bar.abandon();
    let name = arguments.paintings[0].file_stem().unwrap_or_default().to_string_lossy();
    let file = trainer.style(&name, &sources).await.and_then(|style| style.to_bytes()).map_err(say)?;
    write(&arguments.out, &file)?;
    eprintln!("{} ({} kB)", arguments.out.display(), file.len().div_ceil(1000));
    Ok(())
}

/// Reads a style.
pub fn style(path: &Path) -> Result<Style, String> {
    Style::from_bytes(&read(path)?).map_err(|e| format!("{}: {e}", path.display()))
}
