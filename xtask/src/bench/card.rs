//! `cargo xtask bench --card`: a graphics card's row for docs/measurements.md, in at most eight minutes.
//!
//! Whoever has a card runs it and sends `target/card/`: one JSON, one table, and a picture of each model. What would not end in
//! time is left out, and the table says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use lexopt::{Arg, Parser};
use pollster::block_on;
use scumble::bench::{Card, Machine, Question, Row};
use scumble::choices::{ModelKind, Precision};
use scumble::gpu::Gpu;
use scumble::image::{Picture, WORKING_EDGE, decode, encode_png};
use scumble::painter::{Painter, Sources};
use scumble::settings::Settings;
use scumble::weights;
use serde::Serialize;

use super::name;
use crate::process;

const SIZES: [u32; 4] = [256, 512, 1024, 2048];
/// All of it, but for the compiling of the tests.
const MOST: Duration = Duration::from_secs(8 * 60);
/// What the pictures may take of it.
const FOR_PICTURES: Duration = Duration::from_secs(60);
/// A row takes so many times as long as the same of half the size.
const GROWTH: f64 = 4.5;
const PICTURE_SIZE: u32 = 512;

/// Everything that was measured.
#[derive(Serialize)]
struct Report {
    version: &'static str,
    commit: String,
    card: Card,
    machine: Machine,
    /// The last line of the kernels' tests.
    tests: String,
    rows: Vec<Row>,
    left_out: Vec<String>,
    /// Seconds of a finished picture, by model.
    pictures: BTreeMap<&'static str, f64>,
}

/// Measures the adapter that the system prefers.
///
/// # Errors
/// Where no adapter answers, a run does not fit, or a file cannot be written.
pub fn run(args: &[String]) -> Result<()> {
    let weights = parse(args).context("The usage is cargo xtask bench --card [--weights FILE]")?;
    let folder = process::root().join("target/card");
    fs::create_dir_all(&folder)?;
    let tests = kernel_tests()?;
    println!("Kernels: {tests}");
    let started = Instant::now();
    let machine = block_on(Machine::measure())?;
    let card = block_on(Card::look())?;
    println!("{}, tuned in {:.0} ms", card.adapter, card.tuning_ms);
    let (rows, mut left_out) = rows(card.has_half, started + MOST - FOR_PICTURES)?;
    let pictures = pictures(weights.as_deref(), &folder, started + MOST, &mut left_out)?;
    let commit = process::ask(process::command("git").args(["rev-parse", "--short", "HEAD"])).unwrap_or_default();
    let report = Report { version: env!("CARGO_PKG_VERSION"), commit, card, machine, tests, rows, left_out, pictures };
    fs::write(folder.join("card.json"), format!("{:#}\n", serde_json::to_value(&report)?))?;
    let table = table(&report)?;
    fs::write(folder.join("card.md"), &table)?;
    println!("\n{table}\nIn {:.0} s; stored in {}.", started.elapsed().as_secs_f64(), folder.display());
    Ok(())
}

/// VGG19's weights, for its picture.
fn parse(args: &[String]) -> Result<Option<PathBuf>> {
    let mut weights = None;
    let mut parser = Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("weights") => weights = Some(parser.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(weights)
}

/// Runs the tests of every kernel and variant on this adapter; returns what they end with.
fn kernel_tests() -> Result<String> {
    let mut cargo = process::cargo("test");
    cargo.args(["--workspace", "--locked", "--all-features", "--test", "kernels"]); // built as the tests build it
    let output = cargo.output().map_err(|error| process::could_not_start(&cargo, &error))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let last = printed.lines().rev().find_map(|line| line.strip_prefix("test result: "));
    Ok(last.unwrap_or("they could not be built or run").to_owned())
}

/// Every model at every size and in every precision, as long as there is time.
fn rows(has_half: bool, deadline: Instant) -> Result<(Vec<Row>, Vec<String>)> {
    let precisions = if has_half { &[Precision::Full, Precision::Half][..] } else { &[Precision::Full] };
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    let mut took: BTreeMap<String, f64> = BTreeMap::new();
    for size in SIZES {
        for model in [ModelKind::Student, ModelKind::Vgg19] {
            for &precision in precisions {
                let key = format!("{} {}", name(model), bits(precision));
                let what = format!("{key}, {size} px");
                let expected = GROWTH * took.get(&key).copied().unwrap_or(0.0);
                let left = deadline.saturating_duration_since(Instant::now()).as_secs_f64();
                if expected >= left {
                    left_out.push(format!("{what}: it would have taken {expected:.0} s, and {left:.0} s were left"));
                    continue;
                }
                let started = Instant::now();
                match block_on(Row::measure(Question { model, size, precision, layers: true })) {
                    Ok(row) => {
                        println!("{what}: {:.1} ms an iteration", row.queued_ms);
                        rows.push(row);
                    }
                    Err(error) => left_out.push(format!("{what}: {error}")), // e.g. it does not fit
                }
                took.insert(key, started.elapsed().as_secs_f64());
            }
        }
    }
    Ok((rows, left_out))
}

/// A finished picture of every model, at the defaults: our street in the manner of our swirl. What has no weights here, or no time,
/// is left out.
fn pictures(
    weights: Option<&Path>,
    folder: &Path,
    deadline: Instant,
    left_out: &mut Vec<String>,
) -> Result<BTreeMap<&'static str, f64>> {
    let sample = |name: &str| -> Result<Rc<Picture>> {
        let path = process::root().join(format!("www/samples/{name}.jpg"));
        let bytes = fs::read(&path).with_context(|| format!("Reading {}", path.display()))?;
        Ok(Rc::new(decode(&bytes, WORKING_EDGE)?.picture))
    };
    let mut sources =
        Sources { photo: Some(sample("street")?), paintings: vec![sample("swirl")?], ..Sources::default() };
    if let Some(path) = weights {
        let bytes = fs::read(path).with_context(|| format!("Reading {}", path.display()))?;
        let mut vgg19 = weights::read(&bytes, None)?;
        weights::normalise(&mut vgg19);
        sources.weights.insert(ModelKind::Vgg19, Rc::new(vgg19));
    }
    let mut seconds = BTreeMap::new();
    for model in [ModelKind::Student, ModelKind::Vgg19] {
        let what = format!("a picture of {PICTURE_SIZE} px, {}", name(model));
        if !sources.weights.contains_key(&model) {
            left_out.push(format!("{what}: it needs --weights"));
            continue;
        }
        let settings = Settings { model, size: PICTURE_SIZE, ..Settings::default() };
        let started = Instant::now();
        let painted = block_on(async {
            let gpu = Gpu::open().await?;
            let mut painter = Painter::new(&gpu, &sources, &settings).await?;
            while !painter.step().await?.finished {
                if Instant::now() > deadline {
                    return Ok(None);
                }
            }
            painter.picture().await.map(Some)
        });
        let painted: Option<Picture> = painted.map_err(|error: scumble::Error| anyhow::anyhow!("{error}"))?;
        let Some(picture) = painted else {
            left_out.push(format!("{what}: there was no time to finish it"));
            continue;
        };
        seconds.insert(name(model), started.elapsed().as_secs_f64());
        fs::write(folder.join(format!("{}.png", name(model))), encode_png(&picture)?)?;
    }
    Ok(seconds)
}

fn bits(precision: Precision) -> &'static str {
    match precision {
        Precision::Full => "f32",
        Precision::Half => "f16",
        Precision::Usual => "as suits the adapter",
    }
}

/// The report as Markdown.
fn table(report: &Report) -> Result<String> {
    let Report { version, commit, card, machine, tests, rows, left_out, pictures } = report;
    let mut text = format!("# {}\n\nScumble {version}, {commit}. ", card.adapter);
    writeln!(
        text,
        "Multiply and add {:.0} GFLOP/s, copy {:.0} GB/s; longest array {} MiB; a workgroup shares {} KiB; f16: {}; its own \
         clock: {}.",
        machine.ceilings.gflop_per_s,
        machine.ceilings.gbyte_per_s,
        card.longest_array_bytes >> 20,
        card.workgroup_bytes >> 10,
        yes(card.has_half),
        yes(card.has_timestamps),
    )?;
    let choices: Vec<String> = card.choices.iter().map(|(work, variant)| format!("{work} {variant}")).collect();
    writeln!(text, "Tuned in {:.0} ms: {}. Tests of the kernels: {tests}\n", card.tuning_ms, choices.join(", "))?;
    text += "| model | stored in | size | ms, one by one | ms, in line | GFLOP/s | of peak | idle | MiB |\n|---|---|---|---|---|---|---|---|---|\n";
    for row in rows {
        let rate = row.gflop / row.queued_ms * 1e3;
        writeln!(
            text,
            "| {} | {} | {} | {:.1} | {:.1} | {rate:.0} | {:.0} % | {} | {} |",
            name(row.model),
            bits(row.precision),
            row.size,
            row.iteration_ms,
            row.queued_ms,
            100.0 * rate / row.ceilings.gflop_per_s,
            row.idle().map_or("-".into(), |idle| format!("{:.0} %", 100.0 * idle)),
            row.peak_bytes >> 20,
        )?;
    }
    for what in left_out {
        writeln!(text, "\nLeft out: {what}.")?;
    }
    for (model, seconds) in pictures {
        writeln!(
            text,
            "\nA picture of {PICTURE_SIZE} px with the {model}, all defaults: {seconds:.1} s ({model}.png)."
        )?;
    }
    for row in rows.iter().filter(|row| row.size == PICTURE_SIZE) {
        let Some(layers) = &row.layers else { continue };
        let ms: f64 = layers.kernels.iter().map(|kernel| kernel.ms).sum();
        if ms > 0.0 {
            let share =
                |kernel: &scumble::bench::KernelTime| format!("{} {:.0} %", kernel.name, 100.0 * kernel.ms / ms);
            let most: Vec<String> = layers.kernels.iter().take(8).map(share).collect();
            writeln!(text, "\n{} {} at {} px: {}.", name(row.model), bits(row.precision), row.size, most.join(", "))?;
        }
    }
    Ok(text)
}

fn yes(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}
