//! `cargo xtask bench`: how fast this machine's adapter paints, beside how fast it could, natively or in Chromium.
//!
//! What is measured, and how, stands in `src/bench/` of the library; here it is asked for, printed and stored.

mod browser;
mod card;
mod layers;
mod printing;
mod report;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use pollster::block_on;
use scumble::bench::{Machine, Question, Row};
use scumble::choices::{ModelKind, Precision};

use crate::process;
use report::Report;

const USAGE: &str = "cargo xtask bench [--browser [--gpu]] [--sizes 128,256] [--model student|vgg19] [--layers] [--json FILE], cargo xtask bench --card [--weights FILE], or cargo xtask bench --print [--sizes 256,1024]";

struct Options {
    /// Whether Chromium runs the engine, and not this program.
    browser: bool,
    /// Whether Chromium uses this machine's GPU, and not its software GPU.
    gpu: bool,
    sizes: Vec<u32>,
    models: Vec<ModelKind>,
    /// Whether every layer is timed as well.
    layers: bool,
    json: PathBuf,
}

/// Measures, prints a table beside the last stored run, and stores this one.
///
/// # Errors
/// Where no adapter answers, or the device cannot hold a run.
pub fn run(args: &[String]) -> Result<()> {
    if args.first().is_some_and(|first| first == "--card") {
        return card::run(&args[1..]);
    }
    if args.first().is_some_and(|first| first == "--print") {
        return printing::run(&args[1..]);
    }
    let options = Options::parse(args).with_context(|| format!("The usage is {USAGE}"))?;
    let mut report = Report::new(&options.json);
    if options.browser {
        browser::measure(&options, &mut report)?;
    } else {
        report.machine(block_on(Machine::measure())?);
        for question in options.questions() {
            report.row(block_on(Row::measure(question))?);
        }
    }
    report.store()
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let (mut browser, mut gpu, mut layers) = (false, false, false);
        let (mut sizes, mut json) = (None, None);
        let mut models = vec![ModelKind::Student, ModelKind::Vgg19];
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("browser") => browser = true,
                Arg::Long("gpu") => gpu = true,
                Arg::Long("layers") => layers = true,
                Arg::Long("sizes") => {
                    let list = parser.value()?.string()?;
                    sizes = Some(list.split(',').map(str::parse).collect::<Result<Vec<u32>, _>>()?);
                }
                Arg::Long("model") => models = vec![model_named(&parser.value()?.string()?)?],
                Arg::Long("json") => json = Some(parser.value()?.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        if gpu && !browser {
            bail!("--gpu is for --browser: natively the system's first choice of adapter is measured");
        }
        // A software GPU behind a browser takes its time.
        let sizes = sizes.unwrap_or_else(|| if browser { vec![128] } else { vec![128, 256] });
        let json = json.unwrap_or_else(|| {
            process::root().join(if browser { "target/bench-browser.json" } else { "target/bench.json" })
        });
        Ok(Options { browser, gpu, sizes, models, layers, json })
    }

    /// Every row of the table.
    fn questions(&self) -> impl Iterator<Item = Question> {
        let layers = self.layers;
        let question = move |model, size| Question { model, size, precision: Precision::Full, layers };
        self.models.iter().flat_map(move |&model| self.sizes.iter().map(move |&size| question(model, size)))
    }
}

fn model_named(word: &str) -> Result<ModelKind> {
    match [ModelKind::Student, ModelKind::Vgg19].into_iter().find(|&model| name(model) == word) {
        Some(model) => Ok(model),
        None => bail!("there is no model {word}"),
    }
}

/// The model's name on the command line and in the tables.
fn name(model: ModelKind) -> &'static str {
    match model {
        ModelKind::Student => "student",
        ModelKind::Vgg19 => "vgg19",
    }
}
