//! `cargo xtask bench [--sizes 128,256] [--model filter-bank|vgg19] [--json FILE]`: how fast this machine's adapter paints,
//! beside how fast it could: milliseconds per iteration, the share of its own rate of multiplying and adding, memory.
//!
//! VGG19 runs with random weights here: its speed does not depend on them, and no file is needed.

mod ceilings;
mod work;

use anyhow::{Context, Result, bail};
use ceilings::Ceilings;
use lexopt::{Arg, Parser, ValueExt};
use pollster::block_on;
use scumble::gpu::Gpu;
use scumble::image::Picture;
use scumble::kernels;
use scumble::model::{ConvWeights, vgg19};
use scumble::painter::{Painter, Sources};
use scumble::random::uniform;
use scumble::settings::{ModelKind, Settings};
use scumble::weights::{Origin, Vgg19Weights};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use crate::process;

const USAGE: &str = "cargo xtask bench [--sizes 128,256] [--model filter-bank|vgg19] [--json FILE]";

/// Iterations at every scale; those of the last are measured.
const ITERATIONS: u32 = 6;

struct Options {
    sizes: Vec<u32>,
    models: Vec<ModelKind>,
    json: PathBuf,
}

/// One model at one size.
struct Row {
    model: ModelKind,
    size: u32,
    /// The first iteration at this size, with all that is prepared for it but the pipelines.
    first_ms: f64,
    /// The median of the later ones.
    iteration_ms: f64,
    /// Direct convolutions and covariances, forward and backward.
    gflop: f64,
    peak_bytes: u64,
    /// Of which the weights, which do not grow with the picture.
    weight_bytes: u64,
}

/// Measures, prints a table beside the last stored run, and stores this one.
///
/// # Errors
/// Where no adapter answers, or the device cannot hold a run.
pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args).with_context(|| format!("The usage is {USAGE}"))?;
    let last: Option<Value> = fs::read_to_string(&options.json).ok().and_then(|text| serde_json::from_str(&text).ok());
    let gpu = block_on(Gpu::open())?;
    println!("{}", gpu.describe());
    let started = Instant::now();
    gpu.warm_up(kernels::ALL);
    let compile_s = started.elapsed().as_secs_f64();
    println!("{} pipelines in {compile_s:.2} s", kernels::ALL.len());
    let ceilings = Ceilings::measure(&gpu)?;
    println!("multiply and add {:.1} GFLOP/s, copy {:.1} GB/s\n", ceilings.gflop_per_s, ceilings.gbyte_per_s);

    println!("model         size     first ms  iteration ms   GFLOP/s   of peak   MiB peak   B/pixel   last time");
    let mut rows = Vec::new();
    for &model in &options.models {
        for &size in &options.sizes {
            let row = measure(model, size)?;
            println!("{}", row.line(&ceilings, last.as_ref()));
            rows.push(row.json());
        }
    }
    println!(
        "\nOf peak: of this run's rate of multiplying and adding; direct convolutions are counted, however they are done."
    );
    println!("B/pixel: without the weights. Last time: that run's iteration in units of this one's.");
    let report = json!({
        "adapter": gpu.describe(),
        "pipelines_s": compile_s,
        "fma_gflop_per_s": ceilings.gflop_per_s,
        "copy_gbyte_per_s": ceilings.gbyte_per_s,
        "rows": rows,
    });
    if let Some(folder) = options.json.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&options.json, format!("{report:#}\n")).with_context(|| format!("Writing {}", options.json.display()))?;
    println!("Stored in {}.", options.json.display());
    Ok(())
}

fn measure(model: ModelKind, size: u32) -> Result<Row> {
    block_on(async {
        // A device of its own, so that its peak is this row's.
        let gpu = Gpu::open().await?;
        gpu.warm_up(kernels::ALL);
        let picture = |seed| Rc::new(noise(seed, size));
        let vgg19 = (model == ModelKind::Vgg19).then(|| Rc::new(random_vgg19()));
        let sources = Sources { photo: picture(1), painting: picture(2), start: None, vgg19: vgg19.clone() };
        let settings = Settings { model, size, iterations: Some(ITERATIONS), ..Settings::default() };
        let mut painter = Painter::new(&gpu, &sources, &settings).await?;
        let mut times = Vec::new();
        loop {
            let started = Instant::now();
            let progress = painter.step().await?;
            gpu.fence().wait(&gpu).await;
            if progress.scale == progress.scales {
                times.push(started.elapsed().as_secs_f64() * 1e3);
            }
            if progress.finished {
                break;
            }
        }
        let first_ms = times.remove(0);
        times.sort_by(f64::total_cmp);
        let peak_bytes = gpu.memory().peak();
        drop(painter);
        let (gflop, weight_bytes) = work::of(&gpu, model, vgg19.as_deref(), size)?;
        Ok(Row { model, size, first_ms, iteration_ms: times[times.len() / 2], gflop, peak_bytes, weight_bytes })
    })
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options {
            sizes: vec![128, 256],
            models: vec![ModelKind::FilterBank, ModelKind::Vgg19],
            json: process::root().join("target/bench.json"),
        };
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("sizes") => {
                    let list = parser.value()?.string()?;
                    options.sizes = list.split(',').map(str::parse).collect::<Result<_, _>>()?;
                }
                Arg::Long("model") => options.models = vec![model_named(&parser.value()?.string()?)?],
                Arg::Long("json") => options.json = parser.value()?.into(),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

fn model_named(name: &str) -> Result<ModelKind> {
    match [ModelKind::FilterBank, ModelKind::Vgg19].into_iter().find(|&model| self::name(model) == name) {
        Some(model) => Ok(model),
        None => bail!("there is no model {name}"),
    }
}

fn name(model: ModelKind) -> &'static str {
    match model {
        ModelKind::FilterBank => "filter-bank",
        ModelKind::Vgg19 => "vgg19",
    }
}

impl Row {
    fn line(&self, ceilings: &Ceilings, last: Option<&Value>) -> String {
        let rate = self.gflop / self.iteration_ms * 1e3;
        let per_pixel = (self.peak_bytes - self.weight_bytes) as f64 / f64::from(self.size).powi(2);
        let last =
            last.and_then(|run| self.in_run(run)).map_or("-".into(), |ms| format!("{:.2}", ms / self.iteration_ms));
        format!(
            "{:<11} {:>6} {:>12.1} {:>13.1} {:>9.2} {:>8.0} % {:>10.0} {:>9.0} {:>11}",
            name(self.model),
            self.size,
            self.first_ms,
            self.iteration_ms,
            rate,
            100.0 * rate / ceilings.gflop_per_s,
            self.peak_bytes as f64 / f64::from(1 << 20),
            per_pixel,
            last,
        )
    }

    /// The same row's milliseconds in a stored run.
    fn in_run(&self, run: &Value) -> Option<f64> {
        let mut rows = run["rows"].as_array()?.iter();
        let row = rows.find(|row| row["model"] == name(self.model) && row["size"] == self.size)?;
        row["iteration_ms"].as_f64()
    }

    fn json(&self) -> Value {
        json!({
            "model": name(self.model),
            "size": self.size,
            "first_ms": self.first_ms,
            "iteration_ms": self.iteration_ms,
            "gflop": self.gflop,
            "peak_bytes": self.peak_bytes,
            "weight_bytes": self.weight_bytes,
        })
    }
}

/// A square of grey noise: no kernel's time depends on what it sees.
fn noise(seed: u32, size: u32) -> Picture {
    let rgba = (0..size * size * 4).map(|i| if i % 4 == 3 { 1.0 } else { uniform(seed, 0, i) as f32 }).collect();
    Picture::new(size, size, rgba)
}

/// The whole of VGG19 with weights that keep the activations' scale (He et al. 2015).
fn random_vgg19() -> Vgg19Weights {
    let convolution = |(layer, table): (usize, &vgg19::Convolution)| {
        let entries = table.in_channels * vgg19::KERNEL * vgg19::KERNEL;
        let scale = (6.0 / entries as f64).sqrt();
        let count = (table.out_channels * entries) as u32;
        ConvWeights {
            name: table.name.into(),
            out_channels: table.out_channels,
            in_channels: table.in_channels,
            kernel: vgg19::KERNEL,
            weight: (0..count).map(|i| ((2.0 * uniform(7, layer as u32, i) - 1.0) * scale) as f32).collect(),
            bias: vec![0.0; table.out_channels],
        }
    };
    let origin = Origin::Torchvision;
    Vgg19Weights {
        convolutions: vgg19::CONVOLUTIONS.iter().enumerate().map(convolution).collect(),
        preprocessing: origin.preprocessing(),
        source: origin.source("random numbers".into()),
    }
}
