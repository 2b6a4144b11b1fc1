//! `cargo xtask fuzz`: files that nobody would make, for everything that reads files from outside.
//!
//! What they are made of, and who reads them, stands in `src/fuzz/` of the library. Here they are counted and timed, natively or
//! on wasm32, where Node.js runs them (`fuzz/wasm.mjs`). Nothing measures which code they reach.

use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, Parser, ValueExt};
use peak_alloc::PeakAlloc;
use scumble::fuzz::{Cases, READERS, Reader};

use crate::{build, process as system};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most that a file may take on the way: 512 MiB beyond the 256 that the largest picture keeps.
const MOST_MIB: f32 = 768.0;
/// A reader that takes so long hangs.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often somebody looks whether one hangs.
const LOOK: Duration = Duration::from_millis(100);

const USAGE: &str = "cargo xtask fuzz [READER ...] [--seconds N | --cases N] [--seed N] [--wasm] [--replay FILE]";

struct Options {
    readers: Vec<&'static Reader>,
    /// For each reader.
    seconds: f64,
    /// The most files for each reader.
    cases: u32,
    seed: u32,
    wasm: bool,
    replay: Option<PathBuf>,
}

/// Feeds the readers.
///
/// # Errors
/// Where a file makes a reader panic, hang, or take too much memory; the file is kept.
pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args).with_context(|| format!("The usage is {USAGE}"))?;
    if let Some(path) = &options.replay {
        let file = fs::read(path).with_context(|| format!("Reading {}", path.display()))?;
        for reader in &options.readers {
            let began = Instant::now();
            let read = (reader.read)(&file);
            println!("{:<12} {} it in {:.2?}", reader.name, if read { "takes" } else { "refuses" }, began.elapsed());
        }
        return Ok(());
    }
    if options.wasm {
        return on_wasm(&options);
    }
    println!("Seed {}. Not guided by what the files reach.", options.seed);
    println!("{:<12} {:>10} {:>9} {:>8}  slowest   most memory", "reader", "files", "read", "per s");
    for reader in &options.readers {
        feed(reader, &options)?;
    }
    Ok(())
}

/// Gives files to a reader natively, and says how many.
fn feed(reader: &'static Reader, options: &Options) -> Result<()> {
    let cases = Cases::new(reader, options.seed);
    let began = Instant::now();
    let (mut number, mut taken) = (0, 0);
    let (mut slowest, mut most) = (Duration::ZERO, 0.0_f32);
    let words = Words::keep();
    let guard = Guard::watch(reader, options.seed);
    while number < options.cases && began.elapsed().as_secs_f64() < options.seconds {
        let file = cases.file(number);
        MEMORY.reset_peak_usage();
        let (before, at) = (MEMORY.current_usage_as_mb(), Instant::now());
        guard.begin(number);
        let read = panic::catch_unwind(AssertUnwindSafe(|| (reader.read)(&file)));
        guard.end();
        let mib = MEMORY.peak_usage_as_mb() - before;
        (slowest, most) = (slowest.max(at.elapsed()), most.max(mib));
        match read {
            Ok(read) => taken += u32::from(read),
            Err(_) => bail!(found(reader, options.seed, number, &file, &words.last())?),
        }
        if mib > MOST_MIB {
            bail!(found(reader, options.seed, number, &file, &format!("takes {mib:.0} MiB"))?);
        }
        number += 1;
    }
    let rate = f64::from(number) / began.elapsed().as_secs_f64();
    println!("{:<12} {number:>10} {taken:>9} {rate:>8.0}  {slowest:<9.1?} {most:.1} MiB", reader.name);
    Ok(())
}

/// Keeps a file that did something, and says what.
fn found(reader: &Reader, seed: u32, number: u32, file: &[u8], what: &str) -> Result<String> {
    let folder = system::root().join("target/fuzz");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{}-{seed}-{number}", reader.name));
    fs::write(&path, file)?;
    let (name, path) = (reader.name, path.display());
    Ok(format!(
        "{name}, file {number} of seed {seed}: {what}. See it again with\n  cargo xtask fuzz {name} --replay {path}"
    ))
}

/// The words of panics, instead of backtraces on the way.
struct Words;

static LAST_WORDS: Mutex<String> = Mutex::new(String::new());

impl Words {
    fn keep() -> Words {
        panic::set_hook(Box::new(|info| {
            *LAST_WORDS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = info.to_string();
        }));
        Words
    }

    fn last(&self) -> String {
        LAST_WORDS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).replace('\n', " ")
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        let _ = panic::take_hook();
    }
}

/// Ends the program where a reader hangs, because nothing else ends it.
struct Guard(Arc<AtomicU32>);

/// What the guard sees between files, and at last.
const BETWEEN: u32 = u32::MAX;
const OVER: u32 = u32::MAX - 1;

impl Guard {
    fn watch(reader: &'static Reader, seed: u32) -> Guard {
        let reading = Arc::new(AtomicU32::new(BETWEEN));
        let seen = reading.clone();
        thread::spawn(move || {
            let (mut watched, mut since) = (BETWEEN, Instant::now());
            loop {
                thread::sleep(LOOK);
                let number = seen.load(Ordering::Relaxed);
                if number == OVER {
                    return;
                }
                if number != watched || number == BETWEEN {
                    (watched, since) = (number, Instant::now());
                } else if since.elapsed() > PATIENCE {
                    let file = Cases::new(reader, seed).file(number);
                    let what = format!("takes more than {PATIENCE:?}");
                    let words = found(reader, seed, number, &file, &what);
                    eprintln!("error: {}", words.unwrap_or_else(|error| error.to_string()));
                    process::exit(1);
                }
            }
        });
        Guard(reading)
    }

    fn begin(&self, number: u32) {
        self.0.store(number, Ordering::Relaxed);
    }

    fn end(&self) {
        self.0.store(BETWEEN, Ordering::Relaxed);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(OVER, Ordering::Relaxed);
    }
}

/// In Node.js, which says the same.
fn on_wasm(options: &Options) -> Result<()> {
    let folder = system::root().join("target/fuzz/pkg");
    fs::create_dir_all(&folder)?;
    build::bind(&build::compile(&["fuzz"])?, &folder)?;
    let script = system::root().join("xtask/src/fuzz/wasm.mjs");
    let mut node = system::command("node");
    node.arg(script).arg(&folder).arg(options.seed.to_string());
    node.arg(options.seconds.to_string()).arg(options.cases.to_string());
    node.args(options.readers.iter().map(|reader| reader.name));
    system::run(&mut node)?;
    Ok(())
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let (mut readers, mut replay) = (Vec::new(), None);
        let (mut seconds, mut cases, mut seed, mut wasm) = (10.0, u32::MAX, 1, false);
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("seconds") => seconds = parser.value()?.parse()?,
                Arg::Long("cases") => cases = parser.value()?.parse()?,
                Arg::Long("seed") => seed = parser.value()?.parse()?,
                Arg::Long("wasm") => wasm = true,
                Arg::Long("replay") => replay = Some(Path::new(&parser.value()?).to_owned()),
                Arg::Value(name) => readers.push(reader_named(&name.string()?)?),
                other => return Err(other.unexpected().into()),
            }
        }
        ensure!(!(wasm && replay.is_some()), "--replay reads natively");
        if readers.is_empty() {
            readers = READERS.iter().collect();
        }
        Ok(Options { readers, seconds, cases, seed, wasm, replay })
    }
}

fn reader_named(name: &str) -> Result<&'static Reader> {
    let all = || READERS.iter().map(|reader| reader.name).collect::<Vec<_>>().join(", ");
    READERS
        .iter()
        .find(|reader| reader.name == name)
        .with_context(|| format!("there is no reader {name}, but {}", all()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a seed and a number, so the same on every machine; half a minute on a slow one.
    #[test]
    fn a_portion_for_every_reader() {
        let readers = READERS.iter().collect();
        let options = Options { readers, seconds: f64::INFINITY, cases: 5_000, seed: 17, wasm: false, replay: None };
        for reader in &options.readers {
            feed(reader, &options).unwrap();
        }
    }

    /// One that panics, so that nobody relies on a net with a hole.
    #[test]
    fn a_panic_is_found_and_its_file_is_kept() {
        let mut spy = READERS[0];
        spy.read = |file| panic!("{} bytes", file.len());
        let spy: &'static Reader = Box::leak(Box::new(spy));
        let options = Options { readers: vec![spy], seconds: 10.0, cases: 5, seed: 1, wasm: false, replay: None };
        let error = feed(spy, &options).unwrap_err().to_string();
        assert!(error.contains("png, file 0 of seed 1") && error.contains("bytes"), "{error}");
        let path = system::root().join("target/fuzz/png-1-0");
        assert_eq!(fs::read(path).unwrap(), Cases::new(spy, 1).file(0));
    }
}
