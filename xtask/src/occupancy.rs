//! `cargo xtask occupancy`: how well kernels fit graphics cards of AMD, on a machine without one.
//!
//! Mesa's driver RADV compiles for a card that is not there, and tells registers, spills, waves and its own estimate of a wave's clocks.
//! For a whole iteration xtask adds up what its dispatches cost: they are recorded on a device that does nothing, and each is
//! its number of waves times the clocks that a SIMD spends on one. A wave's clocks are the compiler's own, instruction by
//! instruction, with each loop passed as often as the dispatch's parameters say (`trips.rs`): the latency divided by the
//! waves that share a SIMD, or what the busiest unit has to do, whichever is longer.
//!
//! It is an estimate for comparing one kernel with another, and a kernel with what it was before. It is no time: it knows
//! nothing of caches and of the rate at which memory delivers (a load has one latency, and keeps its unit busy for two clocks,
//! however many bytes come from wherever), takes every SIMD to be full of waves however few a dispatch has, counts both sides of
//! every branch (so of `winograd_output`, which has a way for maps with pools and one for those without, up to 2.6 times what runs),
//! and follows one invocation for all. What other vendors' compilers do, and browsers that translate WGSL with Tint
//! and not with naga, it cannot say.

mod compile;
mod expressions;
mod iteration;
mod listing;
mod report;
mod spirv;
mod trips;
mod values;
mod vulkan;
mod walk;

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, Parser, ValueExt};
use scumble::choices::ModelKind;
use scumble::kernels::GemmVariant;

use crate::process;
use report::{LEGEND, Report, Row};

const USAGE: &str = "cargo xtask occupancy [--family navi21,vega10] [--only NAME ...] [--size 512] \
                     [--products narrow|wide|shared] [--json FILE]";

struct Options {
    families: Vec<String>,
    /// Kernels to print; all where there are none.
    only: Vec<String>,
    /// The iterations' pixels.
    size: u32,
    /// How products of matrices are made.
    products: GemmVariant,
    json: Option<PathBuf>,
}

/// Compiles, prints tables beside the last stored run, and stores this one.
///
/// # Errors
/// Where the driver is missing or refuses something.
pub fn run(args: &[String]) -> Result<()> {
    if args == [compile::INSIDE] {
        return compile::inside();
    }
    let options = Options::parse(args).with_context(|| format!("The usage is {USAGE}"))?;
    for family in &options.families {
        println!("{family}\n");
        of_family(family, &options)?;
    }
    println!("{LEGEND}");
    Ok(())
}

fn of_family(family: &str, options: &Options) -> Result<()> {
    let compiled = compile::all(family)?;
    let path = options.json.clone();
    let path = path.unwrap_or_else(|| process::root().join(format!("target/occupancy/{family}.json")));
    let last = Report::stored(&path);
    let mut report = Report { iterations: last.iterations.clone(), ..Report::default() };
    for each in &compiled {
        report.kernels.insert(each.name.clone(), Row::of(each).with_context(|| each.name.clone())?);
    }
    let wanted =
        |name: &str| options.only.is_empty() || options.only.iter().any(|only| name.starts_with(only.as_str()));
    let names: Vec<&str> = compiled.iter().map(|each| each.name.as_str()).filter(|name| wanted(name)).collect();
    ensure!(!names.is_empty(), "no kernel's name begins with {}", options.only.join(" or "));
    report.print_kernels(&names, &last);
    for (model, word) in [(ModelKind::Vgg19, "vgg19"), (ModelKind::Student, "student")] {
        let products = match options.products {
            GemmVariant::Narrow => String::new(),
            other => format!(" with {other:?} products").to_lowercase(),
        };
        let key = format!("{word} at {} px{products}", options.size);
        report.iterations.insert(key.clone(), iteration::parts(model, options.size, options.products, &compiled)?);
        report.print_iteration(&key, &last);
    }
    report.store(&path)
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let (mut families, mut only, mut size) = (vec!["navi21".to_owned()], Vec::new(), 512);
        let (mut products, mut json) = (GemmVariant::default(), None);
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("family") => {
                    families = parser.value()?.string()?.split(',').map(|family| family.trim().to_owned()).collect();
                }
                Arg::Long("only") => only = parser.values()?.map(|name| name.string()).collect::<Result<_, _>>()?,
                Arg::Long("size") => size = parser.value()?.parse()?,
                Arg::Long("products") => products = variant(&parser.value()?.string()?)?,
                Arg::Long("json") => json = Some(parser.value()?.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        ensure!(json.is_none() || families.len() == 1, "--json is one file, so it goes with one family");
        Ok(Options { families, only, size, products, json })
    }
}

fn variant(word: &str) -> Result<GemmVariant> {
    Ok(match word {
        "narrow" => GemmVariant::Narrow,
        "wide" => GemmVariant::Wide,
        "shared" => GemmVariant::Shared,
        other => bail!("products are made narrow, wide or shared, not {other}"),
    })
}
