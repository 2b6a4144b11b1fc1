//! This turns what test runners print, while it passes through to the terminal, into a list of what took longest.

use std::{
    io::{self, BufRead, BufReader, Write},
    process::Command,
};

use anyhow::{Result, ensure};

use crate::process;

/// How many are told.
const MOST: usize = 10;

/// What was timed so far. Stable Rust times a file of tests as a whole, Node.js every test.
#[derive(Default)]
pub struct Slowest {
    timed: Vec<(f64, String)>,
    /// The file of tests that cargo runs at the moment.
    file: String,
}

impl Slowest {
    /// Runs tests to their end.
    pub fn run(&mut self, mut tests: Command) -> Result<()> {
        let spelled = process::spelled(&tests);
        // One pipe for both, so that lines stay in their order: cargo names a file on one, its tests report on the other.
        let (reader, writer) = io::pipe()?;
        tests.stdout(writer.try_clone()?).stderr(writer);
        let mut child = tests.spawn().map_err(|error| process::could_not_start(&tests, &error))?;
        drop(tests); // it holds an end of the pipe open
        let mut lines = BufReader::new(reader);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            io::stdout().write_all(&line)?;
            self.read(&String::from_utf8_lossy(&line));
            line.clear();
        }
        let status = child.wait()?;
        ensure!(status.success(), "`{spelled}` failed ({status}). Its own words stand above");
        Ok(())
    }

    fn read(&mut self, line: &str) {
        let plain = without_colours(line);
        let line = plain.trim();
        if let Some(file) = line.strip_prefix("Running ").or_else(|| line.strip_prefix("Doc-tests ")) {
            file.split(" (").next().unwrap_or(file).clone_into(&mut self.file);
        } else if line.starts_with("test result: ") {
            let took = line.rsplit_once("finished in ").and_then(|(_, took)| took.strip_suffix('s')?.parse().ok());
            self.timed.extend(took.map(|seconds| (seconds, self.file.clone())));
        } else if let Some((test, took)) =
            line.strip_prefix(['✔', '✖']).and_then(|line| line.strip_suffix("ms)")?.rsplit_once(" ("))
        {
            self.timed.extend(took.parse().ok().map(|ms: f64| (ms / 1e3, format!("browser: {}", test.trim()))));
        }
    }

    /// Prints the slowest, the very slowest first.
    pub fn tell(mut self) {
        if self.timed.is_empty() {
            return;
        }
        self.timed.sort_by(|a, b| b.0.total_cmp(&a.0));
        println!("\n== The slowest, of Rust by file");
        for (seconds, name) in self.timed.iter().take(MOST) {
            println!("{seconds:8.1} s  {name}");
        }
    }
}

/// A line without the escape sequences that colour it.
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\x1b');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_runners_are_understood() {
        let mut slowest = Slowest::default();
        for line in [
            "\x1b[1m\x1b[32m     Running\x1b[0m tests/goldens.rs (target/debug/deps/goldens-57)",
            "running 2 tests",
            "test seeded_numbers ... ok",
            "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 73.12s",
            "✔ a mask is brushed (by pointer) (1234.5ms)",
            "✖ pause holds the picture still (20ms)",
            "ℹ duration_ms 786.933385",
        ] {
            slowest.read(line);
        }
        let expected = [
            (73.12, "tests/goldens.rs"),
            (1.2345, "browser: a mask is brushed (by pointer)"),
            (0.02, "browser: pause holds the picture still"),
        ];
        assert_eq!(slowest.timed, expected.map(|(seconds, name)| (seconds, name.to_owned())));
    }
}
