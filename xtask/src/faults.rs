//! `cargo xtask faults`: a real Chromium suffers random faults, and no picture may be lost. `tests/browser/faults/` is the rig.

use crate::{build, process, setup};
use anyhow::{Context, Result};
use lexopt::{Arg, Parser, ValueExt};

/// `cargo xtask faults [--count 200] [--seed 1] [--only KIND] [--moment MOMENT] [--json FILE]`.
pub fn run(args: &[String]) -> Result<()> {
    let passed_on = parse(args).context("`cargo xtask faults` does not understand its arguments")?;
    setup::system(&[&setup::NODE, &setup::CHROMIUM])?;
    setup::test_packages()?;
    build::build()?;
    let mut node = process::command("node");
    node.arg("tests/browser/faults/rig.mjs").args(passed_on);
    if let Some(chromium) = setup::chromium() {
        node.env("CHROMIUM", chromium);
    }
    process::run(&mut node)
}

/// The arguments as the rig takes them.
fn parse(args: &[String]) -> Result<Vec<String>> {
    let mut passed_on = Vec::new();
    let mut parser = Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long(name @ ("count" | "seed")) => {
                let name = format!("--{name}");
                let number: u32 = parser.value()?.parse()?;
                passed_on.extend([name, number.to_string()]);
            }
            Arg::Long(name @ ("only" | "moment")) => {
                let name = format!("--{name}");
                passed_on.extend([name, parser.value()?.string()?]);
            }
            Arg::Long("json") => {
                let file = std::path::absolute(parser.value()?)?;
                passed_on.extend(["--json".into(), file.to_string_lossy().into_owned()]);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(passed_on)
}
