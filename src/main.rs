//! The terminal face: `scumble photo.jpg painting.jpg -o out.png`.

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use scumble::choices::{Colours, Method, ModelKind, Pooling, Precision, Recipe, Start, StyleLoss};
use scumble::gpu::Gpu;
use scumble::image::{Format, Label, Picture, WORKING_EDGE, decode, encode};
use scumble::painter::{Losses, Painter, Sources};
use scumble::settings::Settings;
use scumble::weights::{self, Manifest, ModelWeights};
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
    /// Whose way of painting: scumble, gatys, neural-style or style-transfer-pytorch; it chooses model, start, optimizer and
    /// pooling, where those are not given.
    #[arg(long, default_value = "scumble", value_parser = word::<Recipe>)]
    recipe: Recipe,
    /// The feature model: "student", the built-in one, needs no file, "vgg19" does [default: student].
    #[arg(long, value_parser = word::<ModelKind>)]
    model: Option<ModelKind>,
    /// VGG19's weights: a folder made by `cargo xtask weights`, or a .pth or .safetensors file.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Whose network the weights file holds, if it cannot be recognised.
    #[arg(long)]
    origin: Option<OriginName>,
    /// Longest edge of the result, in pixels.
    #[arg(long, default_value_t = 512)]
    size: u32,
    /// How much of the painting, how little of the photo: 0 to 100.
    #[arg(long, default_value_t = 50.0)]
    strength: f32,
    /// How large the painting's strokes are: 0.25 to 4.
    #[arg(long, default_value_t = 1.0)]
    style_scale: f32,
    /// The same of each painting, times that of all, e.g. 1,0.5.
    #[arg(long, value_delimiter = ',')]
    style_scales: Vec<f32>,
    /// How much each painting counts, e.g. 2,1.
    #[arg(long, value_delimiter = ',')]
    blend: Vec<f32>,
    /// How smooth: 0 to 100.
    #[arg(long, default_value_t = 50.0)]
    smoothness: f32,
    /// How styles are compared: mean-covariance, gram, wasserstein, or what is usual for the recipe.
    #[arg(long, default_value = "usual", value_parser = word::<StyleLoss>)]
    style_loss: StyleLoss,
    /// The layers whose statistics are the style, and how many times its usual share each has, e.g. relu1_1=1,relu3_1=0.5.
    #[arg(long, value_delimiter = ',', value_parser = layer)]
    style_layers: Vec<(String, f32)>,
    /// The layers that hold the content, e.g. relu4_2=1.
    #[arg(long, value_delimiter = ',', value_parser = layer)]
    content_layers: Vec<(String, f32)>,
    /// Paint without a photo: all pictures are paintings, and only their texture is wanted.
    #[arg(long)]
    texture: bool,
    /// Let opposite edges of the result fit together, so that copies can lie side by side.
    #[arg(long)]
    seamless: bool,
    /// End a scale when its loss has stopped to fall.
    #[arg(long)]
    stop_early: bool,
    /// How features are stored: full (32 bits) or half (16 bits: less memory, where the graphics adapter has them).
    #[arg(long, default_value = "full", value_parser = word::<Precision>)]
    precision: Precision,
    /// A picture that says where to paint: white is painted, black stays the photo.
    #[arg(long)]
    mask: Option<PathBuf>,
    /// Where a painting goes, e.g. 2=sky.png for the second: white there, black elsewhere. Paintings without a place fill the rest.
    #[arg(long, value_parser = place)]
    place: Vec<(usize, PathBuf)>,
    /// Multiplies the number of iterations: 0.1 to 10.
    #[arg(long, default_value_t = 1.0)]
    effort: f32,
    /// Iterations at every scale, instead of the schedule's.
    #[arg(long)]
    iterations: Option<u32>,
    /// At most so many sizes on the way, the largest ones.
    #[arg(long)]
    scales: Option<u32>,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// What to start from: photo, style-statistics, noise, grey, or picture (with --start-picture) [default: photo].
    #[arg(long, value_parser = word::<Start>)]
    start: Option<Start>,
    /// How much noise is mixed into that: 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    start_noise: f32,
    /// The picture that `--start picture` starts from.
    #[arg(long)]
    start_picture: Option<PathBuf>,
    /// The optimiser: adam or lbfgs [default: adam].
    #[arg(long, value_parser = word::<Method>)]
    optimizer: Option<Method>,
    /// VGG19's pooling: average, max or l2 [default: average].
    #[arg(long, value_parser = word::<Pooling>)]
    pooling: Option<Pooling>,
    /// Whose colours the result has: painting, photo (its own), matched or histogram (the painting in the photo's palette).
    #[arg(long, default_value = "painting", value_parser = word::<Colours>)]
    colours: Colours,
    /// A CSV file for the losses before every iteration.
    #[arg(long)]
    losses: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum OriginName {
    Torchvision,
    Caffe,
}

/// Reads a setting by the name that the page uses for it.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(text.into()).map_err(|e| e.to_string())
}

/// Reads a layer with its weight.
fn layer(text: &str) -> Result<(String, f32), String> {
    let (name, weight) = text.split_once('=').unwrap_or((text, "1"));
    let weight = weight.parse().map_err(|_| format!("\"{weight}\" is not a number; write for example {name}=0.5"))?;
    Ok((name.into(), weight))
}

/// Reads the number of a painting with a file.
fn place(text: &str) -> Result<(usize, PathBuf), String> {
    let place =
        text.split_once('=').and_then(|(number, file)| Some((number.parse().ok().filter(|&n| n > 0)?, file.into())));
    place.ok_or_else(|| format!("\"{text}\" is not a painting with its place; write for example 2=sky.png"))
}

fn main() -> ExitCode {
    match pollster::block_on(paint(&Arguments::parse())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn paint(arguments: &Arguments) -> Result<(), String> {
    let published = arguments.recipe.settings();
    let settings = Settings {
        recipe: arguments.recipe,
        model: arguments.model.unwrap_or(published.model),
        size: arguments.size,
        strength: arguments.strength,
        style_scale: arguments.style_scale,
        style_scales: arguments.style_scales.clone(),
        blend: arguments.blend.clone(),
        seed: arguments.seed,
        start: arguments.start.unwrap_or(published.start),
        start_noise: arguments.start_noise,
        optimizer: arguments.optimizer.unwrap_or(published.optimizer),
        pooling: arguments.pooling.unwrap_or(published.pooling),
        colours: arguments.colours,
        smoothness: arguments.smoothness,
        style_loss: arguments.style_loss,
        style_layers: arguments.style_layers.iter().cloned().collect(),
        content_layers: arguments.content_layers.iter().cloned().collect(),
        texture: arguments.texture,
        masked: arguments.mask.is_some(),
        placed: !arguments.place.is_empty(),
        seamless: arguments.seamless,
        stop_early: arguments.stop_early,
        precision: arguments.precision,
        effort: arguments.effort,
        iterations: arguments.iterations,
        scales: arguments.scales,
    };
    settings.check().map_err(|e| e.to_string())?;
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
    if settings.model == ModelKind::Vgg19 {
        sources.weights.insert(ModelKind::Vgg19, Rc::new(vgg19(&arguments.weights, arguments.origin)?));
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

/// What the page writes into its files as well (www/project/project.js): settings, and what the pictures were called.
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

fn vgg19(path: &Path, origin: Option<OriginName>) -> Result<ModelWeights, String> {
    let problem = |e: scumble::Error| format!("{}: {e}", path.display());
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
