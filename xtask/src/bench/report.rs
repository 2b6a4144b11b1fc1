//! This turns measurements into a table beside the last stored run, and into a JSON file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use scumble::bench::{Machine, Pipelines, Row};
use serde_json::{Value, json};

use super::{layers, name};

/// What has been measured so far. Every part is printed as it comes.
pub struct Report {
    path: PathBuf,
    /// What the file held before.
    last: Option<Value>,
    machine: Option<Machine>,
    rows: Vec<Row>,
}

impl Report {
    /// A report that compares with the run in `path`, and replaces it at the end.
    pub fn new(path: &Path) -> Report {
        let last = fs::read_to_string(path).ok().and_then(|text| serde_json::from_str(&text).ok());
        Report { path: path.to_owned(), last, machine: None, rows: Vec::new() }
    }

    /// Prints the adapter's rates and the head of the table.
    pub fn machine(&mut self, machine: Machine) {
        let Machine { adapter, pipelines, ceilings } = &machine;
        println!("{adapter}");
        let Pipelines { count, calls_ms, first_use_ms, again_ms } = pipelines;
        println!(
            "{count} pipelines: {:.2} s until each has run once (the calls return after {:.2} s; running each again takes \
             {again_ms:.1} ms)",
            first_use_ms / 1e3,
            calls_ms / 1e3,
        );
        println!("multiply and add {:.1} GFLOP/s, copy {:.1} GB/s\n", ceilings.gflop_per_s, ceilings.gbyte_per_s);
        println!(
            "model         size  prepare ms   first ms  iteration ms  queued ms   GFLOP/s   of peak   MiB peak   B/pixel   last time"
        );
        self.machine = Some(machine);
    }

    /// Prints a row, and its layers if they were measured.
    pub fn row(&mut self, row: Row) {
        println!("{}", self.line(&row));
        if let Some(layers) = &row.layers {
            layers::print(layers, row.iteration_ms, &row.ceilings);
        }
        self.rows.push(row);
    }

    /// Explains the table and stores everything.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn store(self) -> Result<()> {
        println!(
            "\nPrepare: weights, pictures and the targets of the smallest scale. First: the first iteration at this size, with\n\
             what is prepared for it unless this is the smallest scale.\n\
             Queued: an iteration when the next stand in line, as on the page; the others are waited for one by one.\n\
             Of peak: of the rate of multiplying and adding, measured again after each row; direct convolutions are counted,\n\
             however they are done. B/pixel: without the weights. Last time: that run's iteration in units of this one's."
        );
        if self.rows.iter().any(|row| row.layers.is_some()) {
            println!("{}", layers::LEGEND);
        }
        let mut report = json!({ "rows": self.rows });
        if let Some(Machine { adapter, pipelines, ceilings }) = self.machine {
            report["adapter"] = json!(adapter);
            report["pipelines"] = json!(pipelines);
            report["ceilings"] = json!(ceilings);
        }
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.path, format!("{report:#}\n")).with_context(|| format!("Writing {}", self.path.display()))?;
        println!("Stored in {}.", self.path.display());
        Ok(())
    }

    fn line(&self, row: &Row) -> String {
        let rate = row.gflop / row.iteration_ms * 1e3;
        let per_pixel = (row.peak_bytes - row.weight_bytes) as f64 / f64::from(row.size).powi(2);
        let last = self.last.as_ref().and_then(|run| in_run(run, row));
        format!(
            "{:<11} {:>6} {:>11.1} {:>10.1} {:>13.1} {:>10.1} {:>9.2} {:>8.0} % {:>10.0} {:>9.0} {:>11}",
            name(row.model),
            row.size,
            row.prepare_ms,
            row.first_ms,
            row.iteration_ms,
            row.queued_ms,
            rate,
            100.0 * rate / row.ceilings.gflop_per_s,
            row.peak_bytes as f64 / f64::from(1 << 20),
            per_pixel,
            last.map_or("-".into(), |ms| format!("{:.2}", ms / row.iteration_ms)),
        )
    }
}

/// The same row's milliseconds in a stored run.
fn in_run(run: &Value, row: &Row) -> Option<f64> {
    let mut rows = run["rows"].as_array()?.iter();
    rows.find(|old| old["model"] == name(row.model) && old["size"] == row.size)?["iteration_ms"].as_f64()
}
