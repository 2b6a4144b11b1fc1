//! This turns what was compiled into tables beside the last stored run, and into a JSON file.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::compile::Compiled;
use super::iteration::Part;

/// A kernel's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Registers of an invocation.
    pub vgprs: u64,
    /// Values that found no register.
    pub spilled: u64,
    /// Waves of 64 that a SIMD holds at once.
    pub waves: u64,
    /// Bytes of workgroup memory.
    pub lds: u64,
    /// Bytes of code.
    pub code: u64,
    /// Instructions.
    pub instructions: u64,
    /// The compiler's own estimate, with guessed branches and loops: clocks of a SIMD for each wave.
    pub cycles: u64,
}

/// What is stored of a run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Every kernel.
    pub kernels: BTreeMap<String, Row>,
    /// Iterations by model and size.
    pub iterations: BTreeMap<String, Vec<Part>>,
}

const HEAD: [&str; 8] = ["kernel", "VGPRs", "spilled", "waves", "LDS", "code", "instrs", "cycles"];

impl Row {
    pub fn of(compiled: &Compiled) -> Result<Row> {
        let number = |name: &str| {
            compiled.statistics.get(name).copied().with_context(|| format!("RADV does not tell the statistic {name}"))
        };
        Ok(Row {
            vgprs: number("VGPRs")?,
            spilled: number("Spilled VGPRs")?,
            waves: compiled.listing.waves,
            lds: number("LDS size")?,
            code: number("Code size")?,
            instructions: number("Instructions")?,
            cycles: number("Inverse Throughput")?,
        })
    }

    fn numbers(&self) -> [u64; 7] {
        [self.vgprs, self.spilled, self.waves, self.lds, self.code, self.instructions, self.cycles]
    }
}

impl Report {
    /// What an earlier run left, if anything.
    pub fn stored(path: &Path) -> Report {
        fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    /// Prints the table of these kernels; what changed since the last run as before -> now.
    pub fn print_kernels(&self, names: &[&str], last: &Report) {
        println!("{}", line(&HEAD.map(String::from)));
        for &name in names {
            let now = self.kernels[name].numbers();
            let before = last.kernels.get(name).map_or(now, Row::numbers);
            let cells = now.iter().zip(before).map(|(now, before)| match *now == before {
                true => now.to_string(),
                false => format!("{before} -> {now}"),
            });
            let cells: Vec<String> = [name.to_owned()].into_iter().chain(cells).collect();
            println!("{}", line(&cells));
        }
    }

    /// Prints an iteration's kernels and their sum.
    pub fn print_iteration(&self, key: &str, last: &Report) {
        let parts = &self.iterations[key];
        let sum = |parts: &[Part]| parts.iter().map(|part| part.clocks).sum::<f64>();
        let all = sum(parts);
        println!("\nAn iteration of {key}, in 1e6 clocks of a SIMD:\n");
        println!("{:<38} {:>10} {:>10} {:>11} {:>7}  trips", "kernel", "dispatches", "waves", "clocks", "share");
        for part in parts {
            let trips: Vec<String> = part.trips.iter().map(|trips| trimmed(*trips)).collect();
            println!(
                "{:<38} {:>10} {:>10} {:>11.3} {:>5.1} %  {}",
                part.kernel,
                part.dispatches,
                part.waves,
                part.clocks / 1e6,
                100.0 * part.clocks / all,
                trips.join(" ")
            );
        }
        let before = last.iterations.get(key).map(|parts| sum(parts)).filter(|before| *before != all);
        let before = before.map_or(String::new(), |before| {
            format!(" (last time {:.3}, {:+.1} %)", before / 1e6, 100.0 * (all / before - 1.0))
        });
        println!("{:<38} {:>10} {:>10} {:>11.3}{before}", "all of them", "", "", all / 1e6);
    }

    /// Stores it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn store(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(path, text).with_context(|| format!("Writing {}", path.display()))?;
        println!("\nStored in {}.", path.display());
        Ok(())
    }
}

fn line(cells: &[String]) -> String {
    let columns = cells[1..].iter().map(|cell| format!(" {cell:>8}")).collect::<String>();
    format!("{:<38}{columns}", cells[0])
}

/// A number with a decimal only where it needs one.
fn trimmed(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number}") } else { format!("{number:.1}") }
}

/// What the columns mean.
pub const LEGEND: &str = "
VGPRs of an invocation; waves of 64 that a SIMD holds at once; LDS and code in bytes; cycles as RADV guesses its inverse throughput,
with loops of 8 passes. Clocks of an iteration: every dispatch's waves, times a SIMD's clocks for one, with the loops' real passes
(trips: of a kernel's most expensive dispatch, for each loop in the order of its text).";
