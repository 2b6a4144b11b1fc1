//! The terminal face: `scumble photo.jpg painting.jpg -o out.png`, and the commands of fast style transfer.

mod apply;
mod compare;
mod files;
mod film;
mod options;
mod paint;
mod train;

use clap::{Args, Command, FromArgMatches};
use std::process::ExitCode;

/// The names of the commands; without one, a photo is painted.
const TRAIN: &str = "train";
const APPLY: &str = "apply";
const COMPARE: &str = "compare";

fn main() -> ExitCode {
    let matches = command().get_matches();
    let done = match matches.subcommand() {
        Some((TRAIN, own)) => train::Arguments::from_arg_matches(own).map_err(|e| e.exit()).and_then(|arguments| {
            options::settings(own, []).and_then(|settings| pollster::block_on(train::train(&arguments, settings)))
        }),
        Some((APPLY, own)) => apply::Arguments::from_arg_matches(own)
            .map_err(|e| e.exit())
            .and_then(|arguments| pollster::block_on(apply::apply(&arguments))),
        Some((COMPARE, own)) => compare::Arguments::from_arg_matches(own)
            .map_err(|e| e.exit())
            .and_then(|arguments| pollster::block_on(compare::compare(&arguments))),
        _ => paint::Arguments::from_arg_matches(&matches).map_err(|e| e.exit()).and_then(|arguments| {
            options::settings(&matches, arguments.implied())
                .and_then(|settings| pollster::block_on(paint::paint(&arguments, settings)))
        }),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let about = "Repaints a photo in the manner of a painting, on your own graphics card";
    let train = Command::new(TRAIN).about("Makes a style of a painting: a file that repaints photos in one pass");
    let apply = Command::new(APPLY).about("Repaints photos with a style");
    let compare =
        Command::new(COMPARE).about("Paints a pair slowly and at once, and reports what each way costs and brings");
    let paint = Command::new("scumble")
        .version(env!("CARGO_PKG_VERSION"))
        .about(about)
        .args_conflicts_with_subcommands(true)
        .subcommand_negates_reqs(true)
        .subcommand(options::with_settings(train::Arguments::augment_args(train), &train::OWN))
        .subcommand(apply::Arguments::augment_args(apply))
        .subcommand(compare::Arguments::augment_args(compare));
    options::with_settings(paint::Arguments::augment_args(paint), &[])
}
