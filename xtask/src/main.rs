//! The developer commands of Scumble: `cargo xtask <command>`.
//!
//! Each command is thin: it says in plain sentences what it does, and hands the work to cargo, to a library or to
//! the system's package manager. `cargo xtask help` lists them.
//!
//! A newcomer waits for this crate before anything else happens, so it is compiled for the commands of every day. Those
//! with a large dependency, `bench`, `fuzz`, `occupancy`, `quality`, `samples` and `weights`, are features of the same names
//! (`sheets` belongs to `quality`); called without its feature, a command runs cargo once more with it.

#[cfg(feature = "bench")]
mod bench;
mod build;
mod faults;
#[cfg(feature = "fuzz")]
mod fuzz;
#[cfg(feature = "occupancy")]
mod occupancy;
mod process;
#[cfg(feature = "quality")]
mod quality;
#[cfg(feature = "samples")]
mod samples;
mod serve;
mod setup;
mod slowest;
mod supply;
mod test;
#[cfg(feature = "weights")]
mod weights;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
The developer commands of Scumble. Run them from anywhere inside the repository.

cargo xtask serve [--port 8080] [--no-build]
    Builds the site and serves it on this machine, by default at http://localhost:8080.
    --port 0 takes any free port; --no-build serves dist/ as it is.

cargo xtask build
    Builds the site into dist/: the files of www/, the WebAssembly in pkg/, and the weights if they are there.
    Fails when the WebAssembly has grown over its limit.

cargo xtask test [--quick] [--no-browser] [--gpu]
    Installs what the tests need, then runs every check and test, from rustfmt to the browser.
    --quick only formats, lints and runs the tests that need no graphics adapter.
    --no-browser leaves the browser tests out; --gpu tests on this machine's GPU instead of the software GPU lavapipe.

cargo xtask faults [--count 200] [--seed 1] [--only KIND] [--moment MOMENT] [--json FILE]
    Lets a headless Chromium suffer random faults while it paints (traps, lost devices, closed and crashed tabs, damaged
    files ...), and counts the pictures that are lost and the seconds of work that are done twice.

cargo xtask bench [--browser [--gpu]] [--sizes 128,256] [--model student|vgg19] [--layers] [--json FILE]
    Measures how fast this machine's adapter paints, beside how fast it could, and compares with the last time.
    --browser measures in headless Chromium, by default at 128 pixels on its software GPU; with --gpu on this machine's.
    --layers also times every layer and every kernel. --json says where the last run is read and this one is stored.

cargo xtask bench --card [--weights FILE]
    Measures a graphics card in at most eight minutes: limits, rates, every model at 256 to 2048 pixels in 32 and 16 bits, the
    tests of the kernels, the tuner's choices and a picture of each model. target/card/ is what to send. VGG19's picture needs
    its weights.

cargo xtask bench --print [--model student|vgg19] [--half] [--sizes 256,512,1024,2048] [--memory 1024]
    Measures a step of a print at each of these edges, in tiles within so many MiB, beside the painter's own step up to 1024 pixels.

cargo xtask occupancy [--family navi21,vega10,...] [--only NAME ...] [--size 512] [--products narrow|wide|shared] [--json FILE]
    Compiles every kernel for graphics cards of AMD, which need not be there, and prints registers, spills, waves, code and the
    compiler's cycles beside the last time (before -> now), and what an iteration of each model costs at that size. Families are
    Mesa's, e.g. vega10, navi10, navi21, gfx1100. --only takes beginnings of kernels' names. --products says how matrices are
    multiplied, as the page tries out on a device. Listings stay in target/occupancy/.

cargo xtask fuzz [READER ...] [--seconds N | --cases N] [--seed N] [--wasm] [--replay FILE]
    Gives files that nobody would make to everything that reads files from outside (or the readers named: png, jpeg, webp, gif,
    bmp, label, pth-zip, pth-stream, safetensors, manifest, student, style, training, settings), for 10 seconds each. Fails where
    one panics, takes more than 5 seconds or a GiB; the file is kept in target/fuzz/, and --replay reads it again. --wasm does it
    on wasm32, in Node.js.

cargo xtask quality PHOTOS PAINTINGS --weights FILE [--student FILE] [--settings JSON] [--style FILE]
                    [--print EDGE] [--pairs N] [--variants JSON] [--out FOLDER] [--measure]
    Paints every photo in every painting's manner (files or folders; --pairs N: only so many, well mixed) and says how near
    each result is to its painting and to its photo, judged by layers of VGG19 that no loss looks at. The pictures, a table
    and a contact sheet go to FOLDER, by default target/quality. --settings are the page's, e.g. '{\"model\":\"vgg19\"}'.
    With --style a style of the painting paints instead of the painter. --print also makes a print of each, and measures it made
    small again. --variants takes these variants of kernels, e.g. '{\"reach of products\":2}'. --measure only measures what is
    there.

cargo xtask sheets [NAME ...]
    Paints, for every control (or those named), what it does at three of its values, into docs/controls/.

cargo xtask samples
    Draws the sample pictures of the page again, into www/samples/.

cargo xtask weights [FILE or URL] [--origin torchvision|caffe] [--out FOLDER]
    Turns a published VGG19 into the weights that the site serves, by default into weights/. Without FILE or URL it
    downloads one.

cargo xtask help
    Shows this text.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let Some((command, rest)) = args.split_first() else {
        print!("{HELP}");
        return Ok(());
    };
    match command.as_str() {
        #[cfg(feature = "bench")]
        "bench" => bench::run(rest),
        #[cfg(not(feature = "bench"))]
        "bench" => run_with_feature("bench", command, rest),
        "build" => build::run(rest),
        "faults" => faults::run(rest),
        #[cfg(feature = "fuzz")]
        "fuzz" => fuzz::run(rest),
        #[cfg(not(feature = "fuzz"))]
        "fuzz" => run_with_feature("fuzz", command, rest),
        #[cfg(feature = "occupancy")]
        "occupancy" => occupancy::run(rest),
        #[cfg(not(feature = "occupancy"))]
        "occupancy" => run_with_feature("occupancy", command, rest),
        "serve" => serve::run(rest),
        "test" => test::run(rest),
        #[cfg(feature = "quality")]
        "quality" => quality::run(rest),
        #[cfg(not(feature = "quality"))]
        "quality" => run_with_feature("quality", command, rest),
        #[cfg(feature = "quality")]
        "sheets" => quality::sheets::run(rest),
        #[cfg(not(feature = "quality"))]
        "sheets" => run_with_feature("quality", command, rest),
        #[cfg(feature = "samples")]
        "samples" => samples::run(rest),
        #[cfg(not(feature = "samples"))]
        "samples" => run_with_feature("samples", command, rest),
        #[cfg(feature = "weights")]
        "weights" => weights::run(rest),
        #[cfg(not(feature = "weights"))]
        "weights" => run_with_feature("weights", command, rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`. `cargo xtask help` lists the commands"),
    }
}

/// Runs a command again in an xtask that was compiled with the feature of that name. Relative paths among its arguments
/// keep their meaning, because cargo starts it where it stands itself.
#[cfg(not(all(
    feature = "bench",
    feature = "fuzz",
    feature = "occupancy",
    feature = "quality",
    feature = "samples",
    feature = "weights"
)))]
fn run_with_feature(feature: &str, command: &str, args: &[String]) -> Result<()> {
    let mut cargo = process::cargo("run");
    cargo.current_dir(std::env::current_dir()?).arg("--manifest-path").arg(process::root().join("xtask/Cargo.toml"));
    cargo.args(["--features", feature, "--", command]).args(args);
    let status = cargo.status().map_err(|error| process::could_not_start(&cargo, &error))?;
    // The command has already said what went wrong, so only its verdict travels on.
    std::process::exit(status.code().unwrap_or(1))
}
