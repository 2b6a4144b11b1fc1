//! `cargo xtask bench --print`: what a step of a print takes, by its size.

use std::fs;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use pollster::block_on;
use scumble::bench::Printing;
use scumble::choices::{ModelKind, Precision};
use scumble::gpu::Gpu;

use super::model_named;

struct Options {
    model: ModelKind,
    precision: Precision,
    sizes: Vec<u32>,
    memory: u64,
}

/// Up to this size the painter takes its steps as well.
const BESIDE: u32 = 1024;

/// Measures and prints a table. The first size compiles the kernels, and is measured twice.
pub fn run(args: &[String]) -> Result<()> {
    let Options { model, precision, sizes, memory } = Options::parse(args).context(
        "The usage is cargo xtask bench --print [--model student|vgg19] [--half] [--sizes 256,1024] [--memory MIB]",
    )?;
    let gpu = block_on(Gpu::open())?;
    println!("{}, {model:?}, {precision:?}, {memory} MiB allowed", gpu.describe());
    println!(
        "{:>6} {:>6} {:>28} {:>9} {:>9} {:>7} {:>7} {:>9} {:>7} {:>8}",
        "px", "MP", "tiles of each stage", "prepare s", "step s", "s/MP", "work", "painter s", "device", "system"
    );
    let measure = |size| block_on(Printing::measure(&gpu, (model, precision), size, memory << 20, size <= BESIDE));
    for (size, is_first) in sizes.iter().zip(std::iter::once(true).chain(std::iter::repeat(false))) {
        if is_first {
            measure(*size)?;
        }
        let own = measure(*size)?;
        let megapixels = f64::from(own.size).powi(2) / 1e6;
        let painter = own.painter_s.map_or("-".into(), |seconds| format!("{seconds:.2}"));
        let of_stage = |(tiles, (width, height)): &(usize, (u32, u32))| format!("{tiles} of {width} x {height}");
        let tiles = own.seen.iter().map(of_stage).collect::<Vec<_>>().join(", ");
        println!(
            "{size:>6} {megapixels:>6.2} {tiles:>28} {:>9.1} {:>9.2} {:>7.2} {:>7.2} {painter:>9} {:>7.0} {:>8}",
            own.prepare_s,
            own.step_s,
            own.step_s / megapixels,
            own.extra_work,
            own.peak_bytes as f64 / f64::from(1 << 20),
            system_peak().map_or("-".into(), |mib| format!("{mib:.0}")),
        );
    }
    println!(
        "work: operations in units of the same picture's seen at once; device, system: the most MiB so far, the engine's count and this process's"
    );
    Ok(())
}

/// The most MiB of memory that this process held, where Linux says so. A software GPU's memory is among them.
fn system_peak() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1024.0)
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options {
            model: ModelKind::Student,
            precision: Precision::Full,
            sizes: vec![256, 512, 1024, 2048],
            memory: 1024,
        };
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("model") => options.model = model_named(&parser.value()?.string()?)?,
                Arg::Long("half") => options.precision = Precision::Half,
                Arg::Long("memory") => options.memory = parser.value()?.parse()?,
                Arg::Long("sizes") => {
                    let list = parser.value()?.string()?;
                    options.sizes = list.split(',').map(str::parse).collect::<Result<_, _>>()?;
                }
                other => return Err(other.unexpected().into()),
            }
        }
        if options.sizes.iter().any(|&size| size < 64) {
            bail!("a print has at least 64 pixels");
        }
        Ok(options)
    }
}
