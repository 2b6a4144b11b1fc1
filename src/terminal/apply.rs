//! `scumble apply night.style PHOTO...`: photos and films repainted, in one pass each or one for each frame.

use crate::files::{picture, pictures_in};
use crate::output::{check, format, write};
use crate::train::style;
use crate::{film, interrupt};
use clap::Args;
use indicatif::ProgressBar;
use scumble::gpu::Gpu;
use scumble::image::{Label, encode, fit, resize};
use scumble::settings::Settings;
use scumble::style::{Instant, TRAINED_STRENGTH};
use std::path::{Path, PathBuf};

/// What is repainted, and where it goes.
#[derive(Args)]
pub struct Arguments {
    /// The style, as `scumble train` makes it.
    style: PathBuf,
    /// Photos, a folder of them, or films (which ffmpeg reads and writes).
    #[arg(required = true)]
    photos: Vec<PathBuf>,
    /// Where the picture goes, else scumble.png; a folder, if there are several, else painted.
    #[arg(short, long)]
    out: Option<PathBuf>,
    /// Longest edge of the result, in pixels; the photo's own, at most 2880, if it is not said.
    #[arg(long)]
    size: Option<u32>,
    /// How much of the painting: 50 as the style was trained, 0 none, 100 painted over twice.
    #[arg(long, default_value_t = TRAINED_STRENGTH, value_parser = strength)]
    strength: f32,
    /// Overwrite even a picture that is read.
    #[arg(long)]
    force: bool,
}

fn strength(text: &str) -> Result<f32, String> {
    let number = text.parse().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| format!("\"{text}\" is no number from 0 to 100"))
}

/// Repaints photos, and saves them.
pub async fn apply(arguments: &Arguments) -> Result<(), String> {
    let say = |e: scumble::Error| e.to_string();
    if let Some(size) = arguments.size {
        Settings { size, ..Settings::default() }.check().map_err(say)?;
    }
    let style = style(&arguments.style)?;
    let photos: Vec<PathBuf> =
        arguments.photos.iter().map(|path| pictures_in(path)).collect::<Result<Vec<_>, _>>()?.concat();
    let usual = if photos.len() > 1 { "painted" } else { "scumble.png" };
    let given = arguments.out.clone().unwrap_or_else(|| usual.into());
    let into_folder = photos.len() > 1 || given.is_dir();
    if into_folder {
        let failed = |e: std::io::Error| format!("The folder {} cannot be made: {e}.", given.display());
        std::fs::create_dir_all(&given).map_err(failed)?;
    }
    let outs: Vec<PathBuf> =
        photos.iter().map(|photo| if into_folder { given.join(name(photo)) } else { given.clone() }).collect();
    for (index, (photo, out)) in photos.iter().zip(&outs).enumerate() {
        if let Some(twin) = outs[..index].iter().position(|earlier| earlier == out) {
            let twin = photos[twin].display();
            return Err(format!(
                "{twin} and {} would both become {}. Rename one of them.",
                photo.display(),
                out.display()
            ));
        }
        check(out, photos.iter().chain([&arguments.style]), arguments.force)?;
        if film::is_film(photo) != film::is_film(out) {
            let [a, b] = if film::is_film(photo) { ["a film", "none"] } else { ["no film", "one"] };
            return Err(format!(
                "{} is {a}, and {} is {b}; write for example -o film.mp4.",
                photo.display(),
                out.display()
            ));
        }
        if !film::is_film(out) {
            format(out, false)?;
        }
    }
    let gpu = Gpu::open().await.map_err(say)?;
    let mut instant = Instant::new(&gpu, &style).map_err(say)?;
    let bar = ProgressBar::new(photos.len() as u64);
    for (photo, out) in photos.iter().zip(&outs) {
        if interrupt::is_wished() {
            break;
        }
        if film::is_film(photo) {
            film::paint(&mut instant, photo, arguments.size, arguments.strength, out).await?;
            bar.inc(1);
            continue;
        }
        let own = picture(photo)?;
        let (width, height) = arguments.size.map_or((own.width, own.height), |size| fit(own.width, own.height, size));
        instant.paint(&resize(&own, width, height), arguments.strength).map_err(say)?;
        let painted = instant.picture().await.map_err(say)?;
        write(out, &encode(&painted, format(out, false)?, &Label::default()).map_err(say)?)?;
        bar.suspend(|| eprintln!("{} ({} x {})", out.display(), painted.width, painted.height));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// The file's name with an ending that can be written.
fn name(photo: &Path) -> PathBuf {
    let name = Path::new(photo.file_name().unwrap_or_default());
    match name.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
        Some("png" | "jpg" | "jpeg" | "webp") => name.to_owned(),
        _ if film::is_film(photo) => name.to_owned(),
        _ => name.with_extension("png"),
    }
}
