//! This turns the library into a folder for a headless Chromium, and what a worker measures there into the report.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use scumble::bench::Question;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Options;
use super::report::Report;
use crate::{build, process, setup};

/// What `index.html` needs to be: a page that may start a worker.
const PAGE: &str = "<!doctype html><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><title>Bench</title>\n";

/// Builds the library with its feature `bench`, and measures it in Chromium.
///
/// # Errors
/// Where something is missing, or the browser or the engine fails.
pub fn measure(options: &Options, report: &mut Report) -> Result<()> {
    setup::wasm_target()?;
    setup::system(&[&setup::NODE, &setup::CHROMIUM])?;
    setup::test_packages()?;
    let wasm = build::compile(&["bench"])?;
    let site = process::root().join("target/bench-site");
    fs::create_dir_all(&site)?;
    build::bind(&wasm, &site.join("pkg"))?;
    fs::write(site.join("index.html"), PAGE)?;

    let rows: Vec<Question> = options.questions().collect();
    let mut node = process::command("node");
    node.arg("tests/browser/bench.mjs").arg(&site).arg(json!({ "gpu": options.gpu, "rows": rows }).to_string());
    if let Some(chromium) = setup::chromium() {
        node.env("CHROMIUM", chromium);
    }
    let mut child = node.stdout(Stdio::piped()).spawn().map_err(|error| process::could_not_start(&node, &error))?;
    let answers = child.stdout.take().ok_or_else(|| anyhow!("node has no output"))?;
    for line in BufReader::new(answers).lines() {
        let line: Value = serde_json::from_str(&line?).context("tests/browser/bench.mjs did not print JSON")?;
        match (line.get("machine"), line.get("row")) {
            (Some(machine), _) => report.machine(parsed(machine)?),
            (_, Some(row)) => report.row(parsed(row)?),
            _ => bail!("tests/browser/bench.mjs printed something unknown: {line}"),
        }
    }
    ensure!(child.wait()?.success(), "the measurement in the browser failed. Its own words stand above");
    Ok(())
}

fn parsed<T: DeserializeOwned>(value: &Value) -> Result<T> {
    T::deserialize(value).context("the engine in the browser measured something that xtask does not know")
}
