//! This turns a checkout into a verdict: every check and test of the project, cheapest first, up to the first failure.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use lexopt::{Arg, Parser};

use crate::{build, process, setup, slowest::Slowest, supply};

/// `cargo xtask test [--quick] [--no-browser] [--gpu]`.
pub fn run(args: &[String]) -> Result<()> {
    let options = Options::parse(args).context("`cargo xtask test` does not understand its arguments")?;
    let started = Instant::now();
    let mut slowest = Slowest::default();
    stage("What the tests need", || install(&options))?;
    stage("Format", || process::run(process::cargo("fmt").args(["--all", "--check"])))?;
    stage("Lints", || lint(&options))?;
    stage("Supply chain", || supply::check(!options.quick))?;
    if !options.quick {
        stage("Documentation", document)?;
    }
    if options.browser {
        stage("The page's sources", || test_sources(&mut slowest))?;
    }
    stage("Building the tests", || process::run(cargo_test(&options).arg("--no-run")))?;
    stage("Tests", || test(&options, &mut slowest))?;
    if !options.quick {
        stage("Site", || build::build().map(drop))?;
    }
    if options.browser {
        stage("Tests in the browser", || test_in_browser(&mut slowest))?;
    }
    slowest.tell();
    println!("\nEverything passes, in {}.", seconds(started.elapsed()));
    Ok(())
}

struct Options {
    /// Whether to leave out whatever renders or is built for the web.
    quick: bool,
    browser: bool,
    /// Whether the kernels are tested on this machine's GPU, and not on the software GPU lavapipe.
    gpu: bool,
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options { quick: false, browser: true, gpu: false };
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("quick") => (options.quick, options.browser) = (true, false),
                Arg::Long("no-browser") => options.browser = false,
                Arg::Long("gpu") => options.gpu = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }

    /// Lavapipe computes the same everywhere, so it is what we test on unless somebody chose another driver. Only Linux
    /// has it; elsewhere the tests take the system's own GPU.
    fn wants_lavapipe(&self) -> bool {
        let chosen = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].into_iter().any(|name| env::var_os(name).is_some());
        cfg!(target_os = "linux") && !self.gpu && !chosen
    }
}

/// Runs one stage below its headline, and prints how long it took.
fn stage(headline: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("\n== {headline}");
    let started = Instant::now();
    work().with_context(|| format!("the stage \"{headline}\" failed after {}", seconds(started.elapsed())))?;
    println!("-- {headline}: {}", seconds(started.elapsed()));
    Ok(())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn install(options: &Options) -> Result<()> {
    setup::rust_components()?;
    if options.quick {
        return Ok(());
    }
    setup::wasm_target()?;
    let mut needs = Vec::new();
    if options.wants_lavapipe() {
        needs.push(&setup::LAVAPIPE);
    } else if cfg!(target_os = "linux") {
        needs.push(&setup::VULKAN);
    }
    if cfg!(target_os = "linux") {
        needs.push(&setup::RADV);
    }
    if options.browser {
        needs.extend([&setup::NODE, &setup::CHROMIUM]);
    }
    setup::system(&needs)?;
    if options.browser { setup::test_packages() } else { Ok(()) }
}

fn lint(options: &Options) -> Result<()> {
    let everything = ["--workspace", "--all-targets", "--all-features", "--locked", "--", "-D", "warnings"];
    process::run(process::cargo("clippy").args(everything))?;
    if options.quick {
        return Ok(());
    }
    // What ships, and what `cargo xtask bench --browser` measures with and `cargo xtask fuzz --wasm` reads with.
    for features in ["", "bench", "fuzz"] {
        let wasm =
            ["--lib", "--target", setup::WASM_TARGET, "--features", features, "--locked", "--", "-D", "warnings"];
        process::run(process::cargo("clippy").args(wasm))?;
    }
    Ok(())
}

fn document() -> Result<()> {
    let flags = format!("{} -D warnings", env::var("RUSTDOCFLAGS").unwrap_or_default());
    process::run(process::cargo("doc").args(["--lib", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", flags.trim_start()))
}

/// `cargo test` for what is tested.
fn cargo_test(options: &Options) -> Command {
    let mut cargo = process::cargo("test");
    cargo.args(["--workspace", "--all-features", "--locked"]);
    if options.quick {
        cargo.args(["--lib", "--bins"]).args(WITHOUT_ADAPTER.iter().flat_map(|name| ["--test", name]));
    }
    cargo
}

fn test(options: &Options, slowest: &mut Slowest) -> Result<()> {
    let mut cargo = cargo_test(options);
    if !options.quick && options.wants_lavapipe() {
        choose_lavapipe(&mut cargo)?;
    }
    if process::root().join(PUBLISHED_WEIGHTS).is_dir() {
        cargo.args(["--", "--include-ignored"]);
    } else {
        println!("Tests of the published weights are ignored: {PUBLISHED_WEIGHTS} is not there.");
    }
    slowest.run(cargo)
}

/// Test files that need no graphics adapter.
const WITHOUT_ADAPTER: [&str; 6] = ["gradients", "pictures", "rooms", "settings", "shaders", "weights"];

/// Where some tests look for the published VGG19, below the checkout.
const PUBLISHED_WEIGHTS: &str = "../shared/weights";

/// Shows the Vulkan loader no driver but lavapipe.
fn choose_lavapipe(command: &mut Command) -> Result<()> {
    let drivers = env::join_paths(setup::lavapipe_drivers())?;
    println!("The kernels run on lavapipe: {}.", drivers.display());
    // Loaders before 1.3.207 only know the second name.
    command.env("VK_DRIVER_FILES", &drivers).env("VK_ICD_FILENAMES", &drivers);
    Ok(())
}

/// Tests of the page's sources, which need neither a browser nor what is built.
const WITHOUT_SITE: [&str; 3] = ["pure.test.mjs", "rooms.test.mjs", "words.test.mjs"];

fn test_sources(slowest: &mut Slowest) -> Result<()> {
    let folder = Path::new(BROWSER_TESTS);
    let mut node = process::command("node");
    node.args(["--test", "--test-reporter=spec"]).args(WITHOUT_SITE.map(|name| folder.join(name)));
    slowest.run(node)
}

fn test_in_browser(slowest: &mut Slowest) -> Result<()> {
    let mut files = browser_tests()?;
    files.retain(|file| !is_among(&WITHOUT_SITE, file));
    ensure!(!files.is_empty(), "{BROWSER_TESTS}/ holds no *.test.mjs file, so nothing was tested there");
    let (timed, untimed): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_among(&TIMED, file));
    // A page compiles its kernels on one processor and runs them on all: two at a time fill two cores better.
    for (files, at_once) in [(untimed, 2), (timed, 1)] {
        let mut node = process::command("node");
        node.args(["--test", &format!("--test-concurrency={at_once}"), "--test-reporter=spec"]).args(files);
        if let Some(chromium) = setup::chromium() {
            node.env("CHROMIUM", chromium);
        }
        slowest.run(node)?;
    }
    Ok(())
}

/// Browser tests of how long something takes, which nothing may disturb.
const TIMED: [&str; 3] = ["app.test.mjs", "first.test.mjs", "page.test.mjs"];

fn is_among(names: &[&str], file: &OsStr) -> bool {
    Path::new(file).file_name().is_some_and(|own| names.iter().any(|name| own == *name))
}

const BROWSER_TESTS: &str = "tests/browser";

/// The test files by name: given a folder, Node.js 20 and its successors disagree about what to run.
fn browser_tests() -> Result<Vec<OsString>> {
    let folder = PathBuf::from(BROWSER_TESTS);
    let entries = fs::read_dir(process::root().join(&folder))?.collect::<io::Result<Vec<_>>>()?;
    let names = entries.iter().map(fs::DirEntry::file_name);
    let tests = names.filter(|name| name.to_string_lossy().ends_with(".test.mjs"));
    let mut files: Vec<OsString> = tests.map(|name| folder.join(name).into_os_string()).collect();
    files.sort();
    Ok(files)
}
