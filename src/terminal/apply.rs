//! `scumble apply night.style PHOTO...`: photos repainted in one pass.

use crate::files::{format, picture, pictures_in, write};
use crate::train::style;
use clap::Args;
use indicatif::ProgressBar;
use scumble::gpu::{Gpu, Recorder, Shape, readback};
use scumble::image::{Label, Picture, encode, fit, resize};
use scumble::settings::Settings;
use scumble::stylizer::{Stylizer, unnamed};
use std::path::{Path, PathBuf};

/// What is repainted, and where it goes.
#[derive(Args)]
pub struct Arguments {
    /// The style, as `scumble train` makes it.
    style: PathBuf,
    /// Photos, or a folder of them.
    #[arg(required = true)]
    photos: Vec<PathBuf>,
    /// Where the picture goes; a folder, if there are several.
    #[arg(short, long, default_value = "scumble.png")]
    out: PathBuf,
    /// Longest edge of the result, in pixels; the photo's own, at most 2880, if it is not said.
    #[arg(long)]
    size: Option<u32>,
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
    let into_folder = photos.len() > 1 || arguments.out.is_dir();
    if into_folder {
        let failed = |e: std::io::Error| format!("The folder {} cannot be made: {e}.", arguments.out.display());
        std::fs::create_dir_all(&arguments.out).map_err(failed)?;
    }
    let gpu = Gpu::open().await.map_err(say)?;
    let stylizer = Stylizer::new(&gpu, style.table(), &unnamed(&style.table(), &style.parameters)).map_err(say)?;
    let bar = ProgressBar::new(photos.len() as u64);
    for photo in &photos {
        let painted = paint(&gpu, &stylizer, picture(photo)?.as_ref(), arguments.size).await.map_err(say)?;
        let out = if into_folder { arguments.out.join(name(photo)) } else { arguments.out.clone() };
        write(&out, &encode(&painted, format(&out, false), &Label::default()).map_err(say)?)?;
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
        _ => name.with_extension("png"),
    }
}

async fn paint(gpu: &Gpu, stylizer: &Stylizer, photo: &Picture, size: Option<u32>) -> scumble::Result<Picture> {
    let (width, height) = size.map_or((photo.width, photo.height), |size| fit(photo.width, photo.height, size));
    let photo = resize(photo, width, height);
    let x = gpu.upload("photo", Shape::new(height, width, 4), &photo.rgba)?;
    let mut rec = Recorder::new(gpu);
    let y = stylizer.paint(&mut rec, &x)?;
    rec.submit();
    let rgba = readback::read(gpu, &y).await?;
    gpu.check()?;
    Ok(Picture::new(width, height, rgba))
}
