//! `scumble PHOTO PAINTING`: the painter's run.

use crate::files::{WeightsFile, decoded, picture, read};
use crate::interrupt;
use crate::output::{beside, check, format, rename, write};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use scumble::gpu::Gpu;
use scumble::image::{Decoded, Format, Label, Picture, Rows, WORKING_EDGE, encode};
use scumble::painter::checkpoint::Checkpoint;
use scumble::painter::{Losses, Painter, Print, Progress, Sources};
use scumble::settings::Settings;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What is painted, and where it goes.
#[derive(Args)]
pub struct Arguments {
    /// The photo, or with --texture a painting.
    photo: PathBuf,
    /// The painting; several are blended.
    #[arg(required_unless_present = "texture")]
    paintings: Vec<PathBuf>,
    /// Where the picture goes: a file that ends in .png, .jpg or .webp. PNG carries the settings, and the page takes them back.
    #[arg(short, long, default_value = "scumble.png")]
    out: PathBuf,
    /// Write PNG with 16 bits a channel.
    #[arg(long)]
    deep: bool,
    #[command(flatten)]
    weights: WeightsFile,
    /// A picture that says where to paint: white is painted, black stays the photo.
    #[arg(long)]
    mask: Option<PathBuf>,
    /// Where a painting goes, e.g. 2=sky.png for the second: white there, black elsewhere. Paintings without a place fill the rest.
    #[arg(long, value_parser = place)]
    place: Vec<(usize, PathBuf)>,
    /// The picture that `--start picture` starts from.
    #[arg(long)]
    start_picture: Option<PathBuf>,
    /// A CSV file for the losses before every iteration.
    #[arg(long)]
    losses: Option<PathBuf>,
    /// Where the run is kept on the way, so that it can go on after a break.
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// Go on with a run that was kept with --checkpoint, from the same pictures; its own settings are used.
    #[arg(long)]
    resume: Option<PathBuf>,
    /// Make a print of the finished picture: in the same manner, with this longest edge, a tile at a time.
    #[arg(long, value_name = "EDGE", value_parser = clap::value_parser!(u32).range(32..=16384))]
    print: Option<u32>,
    /// How many MiB of the graphics adapter's memory the print may take.
    #[arg(long, value_name = "MIB", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    memory: u64,
    /// Overwrite even a picture that is read.
    #[arg(long)]
    force: bool,
}

impl Arguments {
    /// Settings that follow from other options.
    pub fn implied(&self) -> [(&'static str, bool); 2] {
        [("masked", self.mask.is_some()), ("placed", !self.place.is_empty())]
    }

    /// Whether all results can be written once they are there; returns the picture's format.
    fn check(&self) -> Result<Format, String> {
        let places = self.place.iter().map(|(_, path)| path);
        let read = || {
            let sources = std::iter::once(&self.photo).chain(&self.paintings);
            sources.chain(&self.mask).chain(&self.start_picture).chain(places.clone())
        };
        for path in std::iter::once(&self.out).chain(&self.losses).chain(&self.checkpoint) {
            check(path, read(), self.force)?;
        }
        format(&self.out, self.deep)
    }
}

/// Reads the number of a painting with a file.
fn place(text: &str) -> Result<(usize, PathBuf), String> {
    let place =
        text.split_once('=').and_then(|(number, file)| Some((number.parse().ok().filter(|&n| n > 0)?, file.into())));
    place.ok_or_else(|| format!("\"{text}\" is not a painting with its place; write for example 2=sky.png"))
}

/// Paints a photo in the manner of paintings, and saves it.
pub async fn paint(arguments: &Arguments, settings: Settings) -> Result<(), String> {
    let format = arguments.check()?;
    let broken_off = arguments.resume.as_deref().map(checkpoint).transpose()?;
    let settings = broken_off.as_ref().map_or(settings, |run| run.settings.clone());
    if let Some(edge) = arguments.print.filter(|&edge| edge <= settings.size) {
        let painted = settings.size;
        return Err(format!("A print is larger than the picture: --print is {edge} px, and --size {painted} px."));
    }
    let mut pictures = std::iter::once(&arguments.photo).chain(&arguments.paintings);
    let photo_file = if settings.texture { None } else { pictures.next() };
    let (photo, taken) = match photo_file.map(|path| decoded(path, WORKING_EDGE)).transpose()? {
        Some(Decoded { picture, taken, .. }) => (Some(Rc::new(picture)), taken),
        None => (None, None),
    };
    let paintings = pictures.map(|path| picture(path)).collect::<Result<Vec<_>, _>>()?;
    let mut sources = Sources {
        photo,
        places: places(&arguments.place, paintings.len())?,
        paintings,
        mask: arguments.mask.as_deref().map(picture).transpose()?,
        start: arguments.start_picture.as_deref().map(picture).transpose()?,
        ..Sources::default()
    };
    arguments.weights.read_into(&mut sources, &settings)?;
    let gpu = Gpu::open().await.map_err(|e| e.to_string())?;
    eprintln!("Painting on {}", gpu.describe());
    let painter = match &broken_off {
        Some(run) => Painter::resume(&gpu, &sources, run, None).await,
        None => Painter::new(&gpu, &sources, &settings).await,
    };
    let mut painter = painter.map_err(|e| e.to_string())?;
    let mut losses = Vec::new();
    let mut ended = run(&mut painter, &mut losses, arguments.checkpoint.as_deref()).await;
    // A run that fell leaves its picture as it was before, unless the device is gone.
    let picture = painter.picture().await;
    let picture = picture.map_err(|error| ended.as_ref().err().cloned().unwrap_or_else(|| error.to_string()))?;
    let save = |path: &Path, picture: &dyn Rows, dots_per_inch: Option<u16>| {
        let label = Label { dots_per_inch, ..label(arguments, &settings, taken.clone()) };
        write(path, &encode(picture, format, &label).map_err(|e| e.to_string())?)?;
        let (width, height) = picture.size();
        eprintln!("{} ({width} x {height})", path.display());
        Ok::<(), String>(())
    };
    match arguments.print.filter(|_| ended.is_ok() && !interrupt::is_wished()) {
        None => save(&arguments.out, &picture, None)?,
        Some(edge) => {
            // A print takes long, and may fail: the picture is safe before it begins.
            let safe = beside(&arguments.out);
            save(&safe, &picture, None)?;
            let painted = painter.painted().await.map_err(|e| e.to_string())?;
            drop((painter, picture));
            if let Some(path) = photo_file.filter(|_| Print::shows_photo(&sources, &settings)) {
                match decoded(path, edge.max(WORKING_EDGE)) {
                    Ok(photo) => sources.photo = Some(Rc::new(photo.picture)),
                    Err(why) => eprintln!("{why} The print shows the photo as it was read before."),
                }
            }
            match Print::new(&gpu, &sources, &settings, &painted, edge, arguments.memory << 20).await {
                Ok(mut print) => {
                    ended = enlarge(&mut print, &mut losses).await;
                    save(&arguments.out, &print, Some(DOTS_PER_INCH))?;
                    let _ = std::fs::remove_file(&safe);
                }
                Err(error) => {
                    rename(&safe, &arguments.out)?;
                    ended = Err(format!("{error} The picture is saved as it was painted."));
                }
            }
        }
    }
    if let Some(path) = &arguments.losses {
        write(path, csv(&losses).as_bytes())?;
    }
    ended
}

/// What prints are made for.
const DOTS_PER_INCH: u16 = 300;

/// The same label that the page writes (www/project/project.js): settings, and the names of the pictures.
fn label(arguments: &Arguments, settings: &Settings, taken: Option<String>) -> Label {
    let title = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let named = |(name, path): (&str, &PathBuf)| (name.to_owned(), serde_json::json!({ "title": title(path) }));
    let pictures = std::iter::once(&arguments.photo).chain(&arguments.paintings);
    let names = ["photo", "painting", "second"].into_iter().skip(usize::from(settings.texture));
    let sources: serde_json::Map<_, _> = names.zip(pictures).map(named).collect();
    let text = serde_json::json!({
        "format": 1, "made": "Scumble", "settings": settings, "first": settings, "score": [], "sources": sources,
    });
    Label { taken, settings: Some(text.to_string()), ..Label::default() }
}

/// Reads a run that was broken off.
fn checkpoint(path: &Path) -> Result<Checkpoint, String> {
    Checkpoint::from_bytes(&read(path)?).map_err(|e| format!("{}: {e}", path.display()))
}

/// The pictures of all places, in the paintings' order.
fn places(given: &[(usize, PathBuf)], paintings: usize) -> Result<Vec<Option<Rc<Picture>>>, String> {
    let mut places = vec![None; paintings];
    for (number, path) in given {
        let place = places.get_mut(number - 1);
        let place =
            place.ok_or_else(|| format!("{} is for painting {number}, but there are {paintings}.", path.display()))?;
        *place = Some(picture(path)?);
    }
    Ok(places)
}

/// A run is kept so often, and costs no more than this share of the time.
const KEEP: Duration = Duration::from_secs(5);
const SHARE: f64 = 0.02;

/// Paints to the end or until somebody wants it to end, behind a progress bar, and keeps the run in a file on the way; notes the
/// losses of every step.
async fn run(painter: &mut Painter, all: &mut Vec<Losses>, kept: Option<&Path>) -> Result<(), String> {
    let bar = bar();
    let mut next = Instant::now() + KEEP;
    let mut setbacks = 0;
    loop {
        let progress = painter.step().await.map_err(|e| e.to_string())?;
        tell_setbacks(&bar, &progress, &mut setbacks);
        show(&bar, &progress, all);
        let ends = progress.finished || interrupt::is_wished();
        if let Some(path) = kept
            && (ends || Instant::now() >= next)
        {
            let began = Instant::now();
            let file = painter.checkpoint().await.and_then(|run| run.to_bytes()).map_err(|e| e.to_string())?;
            // The picture is worth more than its checkpoint: a full disk does not end the run.
            if let Err(why) = write(path, &file) {
                bar.suspend(|| eprintln!("{why} The run goes on without."));
            }
            next = Instant::now() + KEEP.max(began.elapsed().div_f64(SHARE));
        }
        if ends {
            bar.abandon();
            return Ok(());
        }
    }
}

/// Makes the picture larger, to the end or until somebody wants it to end, behind another bar; the losses' steps count on.
async fn enlarge(print: &mut Print, all: &mut Vec<Losses>) -> Result<(), String> {
    let (bar, before) = (bar(), all.last().map_or(0, |losses| losses.iteration));
    let mut setbacks = 0;
    loop {
        let mut progress = print.step().await.map_err(|e| e.to_string())?;
        tell_setbacks(&bar, &progress, &mut setbacks);
        progress.losses.iter_mut().for_each(|losses| losses.iteration += before);
        show(&bar, &progress, all);
        if progress.finished || interrupt::is_wished() {
            bar.abandon();
            return Ok(());
        }
    }
}

/// Tells that a run went back, if it did since the last time.
fn tell_setbacks(bar: &ProgressBar, progress: &Progress, told: &mut u32) {
    if progress.setbacks > *told {
        *told = progress.setbacks;
        let step = progress.iteration;
        bar.suspend(|| eprintln!("Numbers grew beyond all bounds; back at step {step}, with smaller steps."));
    }
}

/// A bar of thousandths of the work: that grows with the pixels, and a step's part of it with its size.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:32} {percent}%  {msg}  {elapsed} of {duration}").ok();
    ProgressBar::new(1000).with_style(style.unwrap_or_else(ProgressStyle::default_bar))
}

/// Shows where a run stands, and notes the losses that came.
fn show(bar: &ProgressBar, progress: &Progress, all: &mut Vec<Losses>) {
    let Progress { width, height, iteration, iterations, .. } = progress;
    all.extend_from_slice(&progress.losses);
    let latest = all.last().map_or(String::new(), |losses| format!(", loss {:.4}", losses.total));
    bar.set_message(format!("{width} x {height}, step {iteration} of {iterations}{latest}"));
    bar.set_position((progress.fraction * 1000.0) as u64);
}

fn csv(losses: &[Losses]) -> String {
    let mut text = String::from("iteration,content,style,tv,total\n");
    for Losses { iteration, content, style, tv, total } in losses {
        let _ = writeln!(text, "{iteration},{content},{style},{tv},{total}");
    }
    text
}
