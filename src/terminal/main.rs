//! The terminal face: `scumble photo.jpg painting.jpg -o out.png`.

mod options;

use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use scumble::gpu::Gpu;
use scumble::image::{Format, Label, Picture, WORKING_EDGE, decode, encode};
use scumble::painter::{Losses, Painter, Sources};
use scumble::settings::Settings;
use scumble::weights::{self, Manifest, ModelWeights};
use std::collections::btree_map::Entry;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

/// Repaints a photo in the manner of a painting, on your own graphics card.
#[derive(Parser)]
#[command(version)]
struct Arguments {
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
    /// VGG19's weights: a folder made by `cargo xtask weights`, or a .pth or .safetensors file.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Whose network the weights file holds, if it cannot be recognised.
    #[arg(long)]
    origin: Option<OriginName>,
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
}

#[derive(Clone, Copy, ValueEnum)]
enum OriginName {
    Torchvision,
    Caffe,
}

/// Reads the number of a painting with a file.
fn place(text: &str) -> Result<(usize, PathBuf), String> {
    let place =
        text.split_once('=').and_then(|(number, file)| Some((number.parse().ok().filter(|&n| n > 0)?, file.into())));
    place.ok_or_else(|| format!("\"{text}\" is not a painting with its place; write for example 2=sky.png"))
}

fn main() -> ExitCode {
    let matches = options::with_settings(Arguments::command()).get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|e| e.exit());
    let given = [("masked", arguments.mask.is_some()), ("placed", !arguments.place.is_empty())];
    let painted =
        options::settings(&matches, given).and_then(|settings| pollster::block_on(paint(&arguments, settings)));
    match painted {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn paint(arguments: &Arguments, settings: Settings) -> Result<(), String> {
    let mut pictures = std::iter::once(&arguments.photo).chain(&arguments.paintings);
    let photo = if settings.texture { None } else { pictures.next() };
    let photo = photo.map(|path| picture(path)).transpose()?;
    let paintings = pictures.map(|path| picture(path)).collect::<Result<Vec<_>, _>>()?;
    let mut sources = Sources {
        photo,
        places: places(&arguments.place, paintings.len())?,
        paintings,
        mask: arguments.mask.as_deref().map(picture).transpose()?,
        start: arguments.start_picture.as_deref().map(picture).transpose()?,
        ..Sources::default()
    };
    if let Entry::Vacant(missing) = sources.weights.entry(settings.model) {
        missing.insert(Rc::new(weights_file(&arguments.weights, arguments.origin)?));
    }
    let gpu = Gpu::open().await.map_err(|e| e.to_string())?;
    eprintln!("Painting on {}", gpu.describe());
    let mut painter = Painter::new(&gpu, &sources, &settings).await.map_err(|e| e.to_string())?;
    let losses = run(&mut painter).await.map_err(|e| e.to_string())?;
    let picture = painter.picture().await.map_err(|e| e.to_string())?;
    let file = encode(&picture, format(arguments), &label(arguments, &settings)?).map_err(|e| e.to_string())?;
    write(&arguments.out, &file)?;
    eprintln!("{} ({} x {})", arguments.out.display(), picture.width, picture.height);
    if let Some(path) = &arguments.losses {
        write(path, csv(&losses).as_bytes())?;
    }
    Ok(())
}

/// By the ending of the file's name.
fn format(arguments: &Arguments) -> Format {
    match arguments.out.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
        Some("jpg" | "jpeg") => Format::Jpeg,
        Some("webp") => Format::Webp,
        _ if arguments.deep => Format::Png16,
        _ => Format::Png,
    }
}

/// The same label that the page writes (www/project/project.js): settings, and the names of the pictures.
fn label(arguments: &Arguments, settings: &Settings) -> Result<Label, String> {
    let title = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let named = |(name, path): (&str, &PathBuf)| (name.to_owned(), serde_json::json!({ "title": title(path) }));
    let pictures = std::iter::once(&arguments.photo).chain(&arguments.paintings);
    let names = ["photo", "painting", "second"].into_iter().skip(usize::from(settings.texture));
    let sources: serde_json::Map<_, _> = names.zip(pictures).map(named).collect();
    let text = serde_json::json!({
        "format": 1, "made": "Scumble", "settings": settings, "first": settings, "score": [], "sources": sources,
    });
    let photo = if settings.texture { None } else { Some(&arguments.photo) };
    let taken = photo.map(|path| decode(&read(path)?, 1).map_err(|e| e.to_string())).transpose()?;
    Ok(Label { taken: taken.and_then(|decoded| decoded.taken), settings: Some(text.to_string()), enclosed: Vec::new() })
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

/// Paints to the end, behind a progress bar; returns the losses of every step.
async fn run(painter: &mut Painter) -> scumble::Result<Vec<Losses>> {
    let steps: u32 = painter.scales().iter().map(|scale| scale.iterations).sum();
    let style = ProgressStyle::with_template("{bar:32} {percent}%  {msg}  {elapsed} of {duration}").ok();
    // Work grows with the pixels, so the bar counts thousandths of the work and not steps.
    let bar = ProgressBar::new(1000).with_style(style.unwrap_or_else(ProgressStyle::default_bar));
    let mut all = Vec::new();
    loop {
        let progress = painter.step().await?;
        all.extend_from_slice(&progress.losses);
        let latest = all.last().map_or(String::new(), |losses| format!(", loss {:.4}", losses.total));
        bar.set_message(format!(
            "{} x {}, step {} of {steps}{latest}",
            progress.width, progress.height, progress.iteration
        ));
        bar.set_position((progress.fraction * 1000.0) as u64);
        if progress.finished {
            bar.finish();
            return Ok(all);
        }
    }
}

fn picture(path: &Path) -> Result<Rc<Picture>, String> {
    let decoded = decode(&read(path)?, WORKING_EDGE).map_err(|e| format!("{}: {e}", path.display()))?;
    for note in &decoded.notes {
        eprintln!("{}: {note}", path.display());
    }
    Ok(Rc::new(decoded.picture))
}

fn weights_file(path: &Path, origin: Option<OriginName>) -> Result<ModelWeights, String> {
    let problem = |e: scumble::Error| format!("{}: {e}", path.display());
    if !path.exists() {
        return Err(format!(
            "{} is not there. `cargo xtask weights` makes it, from a file with VGG19's weights.",
            path.display()
        ));
    }
    if path.is_dir() {
        let text = read(&path.join("manifest.json")).map_err(|e| format!("{e} `cargo xtask weights` makes it."))?;
        let manifest = Manifest::parse(&String::from_utf8_lossy(&text)).map_err(problem)?;
        let shards = manifest.shards.iter().map(|shard| read(&path.join(&shard.file)));
        return weights::assemble(&manifest, &shards.collect::<Result<Vec<_>, _>>()?).map_err(problem);
    }
    let origin = origin.map(|name| match name {
        OriginName::Torchvision => weights::Origin::Torchvision,
        OriginName::Caffe => weights::Origin::Caffe,
    });
    let mut read_weights = weights::read(&read(path)?, origin).map_err(problem)?;
    weights::normalise(&mut read_weights);
    Ok(read_weights)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| format!("{} cannot be read: {e}.", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(path, bytes).map_err(|e| format!("{} cannot be written: {e}.", path.display()))
}

fn csv(losses: &[Losses]) -> String {
    let mut text = String::from("iteration,content,style,tv,total\n");
    for Losses { iteration, content, style, tv, total } in losses {
        let _ = writeln!(text, "{iteration},{content},{style},{tv},{total}");
    }
    text
}
