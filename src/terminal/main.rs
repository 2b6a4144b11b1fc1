//! The terminal face: `scumble photo.jpg painting.jpg -o out.png`, and the commands of fast style transfer.

mod apply;
mod compare;
mod files;
mod film;
mod interrupt;
mod options;
mod output;
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
    if let Err(why) = interrupt::listen() {
        eprintln!("{why}"); // then Ctrl-C ends at once, as it does without
    }
    let done = match matches.subcommand() {
        Some((TRAIN, own)) => train::Arguments::from_arg_matches(own).map_err(|e| e.exit()).and_then(|arguments| {
            options::settings(own, &train::OWN, [])
                .and_then(|settings| pollster::block_on(train::train(&arguments, settings)))
        }),
        Some((APPLY, own)) => apply::Arguments::from_arg_matches(own)
            .map_err(|e| e.exit())
            .and_then(|arguments| pollster::block_on(apply::apply(&arguments))),
        Some((COMPARE, own)) => compare::Arguments::from_arg_matches(own)
            .map_err(|e| e.exit())
            .and_then(|arguments| pollster::block_on(compare::compare(&arguments))),
        _ => paint::Arguments::from_arg_matches(&matches).map_err(|e| e.exit()).and_then(|arguments| {
            options::settings(&matches, &[], arguments.implied())
                .and_then(|settings| pollster::block_on(paint::paint(&arguments, settings)))
        }),
    };
    match done {
        Ok(()) => interrupt::exit_code(),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let train = options::with_settings(train::Arguments::augment_args(Command::new(TRAIN)), &train::OWN);
    let apply = apply::Arguments::augment_args(Command::new(APPLY));
    let compare = compare::Arguments::augment_args(Command::new(COMPARE));
    let paint = options::with_settings(paint::Arguments::augment_args(Command::new("scumble")), &[]);
    // The arguments' own comments would stand in place of what is said here, were it said before.
    paint
        .about("Repaints a photo in the manner of a painting, on your own graphics card")
        .version(env!("CARGO_PKG_VERSION"))
        .args_conflicts_with_subcommands(true)
        .subcommand_negates_reqs(true)
        .subcommand(train.about("Makes a style of a painting: a file that repaints photos in one pass"))
        .subcommand(apply.about("Repaints photos and films with a style"))
        .subcommand(compare.about("Paints a pair slowly and at once, and reports what each way costs and brings"))
}
