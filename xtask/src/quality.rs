//! This turns pairs of pictures into paintings and numbers: how near the painting, how near the photo, how clean.
//!
//! The numbers are taken from the saved file, and from layers of VGG19 that no loss looks at.

mod pairs;
mod sheet;
pub mod sheets;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, Parser, ValueExt};
use pollster::block_on;
use scumble::choices::ModelKind;
use scumble::gpu::Gpu;
use scumble::image::{Picture, WORKING_EDGE, decode, encode_png, fit, resize};
use scumble::judge::{Judge, Scores, median};
use scumble::painter::{Painter, Print, Sources};
use scumble::settings::Settings;
use scumble::style::{Instant, Style, TRAINED_STRENGTH};
use scumble::tuning;
use scumble::weights::{self, ModelWeights};

/// `cargo xtask quality PHOTOS PAINTINGS --weights FILE ...`.
pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args).context(
        "The usage is cargo xtask quality PHOTOS PAINTINGS --weights FILE [--student FILE] [--settings JSON] [--style FILE] \
         [--print EDGE] [--pairs N] [--variants JSON] [--out FOLDER] [--measure]",
    )?;
    let pairs = pairs::of(&options.photos, &options.paintings, options.pairs)?;
    let bytes = fs::read(&options.weights).with_context(|| format!("Reading {}", options.weights.display()))?;
    let mut weights = weights::read(&bytes, None)?;
    weights::normalise(&mut weights);
    let mut models = Sources::default().weights;
    if let Some(path) = &options.student {
        let bytes = fs::read(path).with_context(|| format!("Reading {}", path.display()))?;
        models.insert(ModelKind::Student, Rc::new(weights::read_student(&bytes)?));
    }
    let weights = Rc::new(weights);
    models.insert(ModelKind::Vgg19, weights.clone());
    fs::create_dir_all(&options.out).with_context(|| format!("Making {}", options.out.display()))?;

    let gpu = block_on(Gpu::open())?;
    if let Some(variants) = &options.variants {
        tuning::recall(&gpu, variants);
    }
    let judge = Judge::new(&gpu, &weights)?;
    let mut instant = match &options.style {
        Some(path) => {
            let bytes = fs::read(path).with_context(|| format!("Reading {}", path.display()))?;
            Some(Instant::new(&gpu, &Style::from_bytes(&bytes)?)?)
        }
        None => None,
    };
    println!("{:<44} {}", "pair", Scores::HEADINGS);
    let (mut all, mut of_prints) = (Vec::new(), Vec::new());
    let mut rows = Vec::new();
    for pair in &pairs {
        let file = options.out.join(format!("{}.png", pair.name));
        let file_of_print = options.out.join(format!("{}-print.png", pair.name));
        let [photo, painting] = [&pair.photo, &pair.painting].map(|path| read(path));
        let (photo, painting) = (Rc::new(photo?), Rc::new(painting?));
        if !options.measure {
            let painted = match &mut instant {
                Some(instant) => pass(instant, &photo, options.settings.size).map(|picture| (picture, None)),
                None => paint(&gpu, &photo, &painting, &models, &options),
            };
            let (picture, print) = painted.with_context(|| format!("Painting {}", pair.name))?;
            for (file, picture) in [(&file, Some(picture)), (&file_of_print, print)] {
                let Some(picture) = picture else { continue };
                fs::write(file, encode_png(&picture)?).with_context(|| format!("Writing {}", file.display()))?;
            }
        }
        let result = read(&file)?;
        let at = |picture: &Picture, edge: u32| {
            let (width, height) = fit(picture.width, picture.height, edge);
            resize(picture, width, height)
        };
        let photo = resize(&photo, result.width, result.height);
        let painting = at(&painting, result.width.max(result.height));
        let scores = block_on(judge.scores(&result, &photo, &painting))?;
        println!("{:<44} {scores}", pair.name);
        all.push((pair.name.clone(), scores));
        if options.print.is_some() {
            let print = resize(&read(&file_of_print)?, result.width, result.height);
            let scores = block_on(judge.scores(&print, &photo, &painting))?;
            println!("{:<44} {scores}", "  its print, as small");
            of_prints.push((format!("{}-print", pair.name), scores));
        }
        rows.push([photo, painting, result]);
    }
    sum_up("", &all);
    if options.print.is_some() {
        sum_up(" of the prints", &of_prints);
    }
    all.append(&mut of_prints);

    let table = options.out.join("quality.csv");
    fs::write(&table, csv(&all)).with_context(|| format!("Writing {}", table.display()))?;
    let sheet = options.out.join("sheet.png");
    fs::write(&sheet, encode_png(&sheet::draw(rows.iter().flatten().collect::<Vec<_>>().into_iter(), COLUMNS, CELL))?)
        .with_context(|| format!("Writing {}", sheet.display()))?;
    println!("The pictures, {} and {} are there.", table.display(), sheet.display());
    Ok(())
}

/// Prints the scores over all pictures of a kind.
fn sum_up(kind: &str, all: &[(String, Scores)]) {
    let scores: Vec<Scores> = all.iter().map(|(_, scores)| *scores).collect();
    let largest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    println!("{:<44} {}", format!("median{kind}"), Scores::over(&scores, median));
    println!("{:<44} {}", format!("largest{kind}"), Scores::over(&scores, largest));
}

/// Photo, painting and result side by side, two such groups in a row.
const COLUMNS: u32 = 6;
const CELL: (u32, u32) = (256, 256);

/// Bytes of the device's memory that a print may take.
const PRINT_MEMORY: u64 = 1 << 30;

struct Options {
    photos: PathBuf,
    paintings: PathBuf,
    weights: PathBuf,
    /// Another student than the one that comes along.
    student: Option<PathBuf>,
    settings: Settings,
    /// A style of the painting, which paints instead of the painter.
    style: Option<PathBuf>,
    /// The longest edge of a print of each picture. It is judged at the picture's size.
    print: Option<u32>,
    /// How many pairs, spread over both folders; all without a number.
    pairs: Option<usize>,
    /// The variants of kernels to paint with, as a picture's file tells them; without any, the fastest ones.
    variants: Option<String>,
    out: PathBuf,
    /// Only measure what an earlier run painted.
    measure: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let mut parser = Parser::from_args(args);
        let mut places = Vec::new();
        let (mut weights, mut student, mut style, mut print, mut pairs, mut variants, mut measure) =
            (None, None, None, None, None, None, false);
        let mut settings = Settings { size: 256, ..Settings::default() };
        let mut out = crate::process::root().join("target/quality");
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Value(place) => places.push(PathBuf::from(place)),
                Arg::Long("weights") => weights = Some(PathBuf::from(parser.value()?)),
                Arg::Long("student") => student = Some(PathBuf::from(parser.value()?)),
                Arg::Long("settings") => settings = Settings::from_json(&parser.value()?.string()?)?,
                Arg::Long("style") => style = Some(PathBuf::from(parser.value()?)),
                Arg::Long("print") => print = Some(parser.value()?.parse()?),
                Arg::Long("pairs") => pairs = Some(parser.value()?.parse()?),
                Arg::Long("variants") => variants = Some(parser.value()?.string()?),
                Arg::Long("out") => out = parser.value()?.into(),
                Arg::Long("measure") => measure = true,
                other => return Err(other.unexpected().into()),
            }
        }
        let Ok([photos, paintings]) = <[PathBuf; 2]>::try_from(places) else {
            bail!("two places are needed: a file or folder of photos, and one of paintings");
        };
        ensure!(style.is_none() || print.is_none(), "a style makes no prints; leave out --style or --print");
        let weights = weights.context("VGG19's weights are needed to judge by, also where another model paints")?;
        Ok(Options { photos, paintings, weights, student, settings, style, print, pairs, variants, out, measure })
    }
}

fn read(path: &Path) -> Result<Picture> {
    let bytes = fs::read(path).with_context(|| format!("Reading {}", path.display()))?;
    Ok(decode(&bytes, WORKING_EDGE).with_context(|| format!("Decoding {}", path.display()))?.picture)
}

/// The painted picture, and its print where one is wanted.
fn paint(
    gpu: &Gpu,
    photo: &Rc<Picture>,
    painting: &Rc<Picture>,
    models: &BTreeMap<ModelKind, Rc<ModelWeights>>,
    Options { settings, print, .. }: &Options,
) -> Result<(Picture, Option<Picture>)> {
    let (photo, paintings, weights) = (Some(photo.clone()), vec![painting.clone()], models.clone());
    let sources = Sources { photo, paintings, weights, ..Sources::default() };
    block_on(async {
        let painter = run_to_end(gpu, &sources, settings).await?;
        let (picture, painted) = (painter.picture().await?, painter.painted().await?);
        drop(painter);
        let Some(edge) = *print else { return Ok((picture, None)) };
        let mut print = Print::new(gpu, &sources, settings, &painted, edge, PRINT_MEMORY).await?;
        while !print.step().await?.finished {}
        Ok((picture, Some(print.picture())))
    })
}

/// What a style makes of a photo.
fn pass(instant: &mut Instant, photo: &Picture, size: u32) -> Result<Picture> {
    let (width, height) = fit(photo.width, photo.height, size);
    instant.paint(&resize(photo, width, height), TRAINED_STRENGTH)?;
    Ok(block_on(instant.picture())?)
}

/// A painter whose picture is finished.
async fn run_to_end(gpu: &Gpu, sources: &Sources, settings: &Settings) -> Result<Painter> {
    let mut painter = Painter::new(gpu, sources, settings).await?;
    while !painter.step().await?.finished {}
    Ok(painter)
}

fn csv(all: &[(String, Scores)]) -> String {
    let mut text = format!("pair,{}\n", Scores::NAMES.join(","));
    for (name, scores) in all {
        let numbers = scores.0.map(|number| format!("{number:.4}")).join(",");
        let _ = writeln!(text, "{name},{numbers}");
    }
    text
}
