//! The terminal face: `scumble photo.jpg painting.jpg -o out.png`, the commands of fast style transfer, and lists of such lines.

mod apply;
mod batch;
mod compare;
mod files;
mod film;
mod interrupt;
mod options;
mod output;
mod paint;
mod train;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::process::ExitCode;

/// The names of the commands; without one, a photo is painted.
const TRAIN: &str = "train";
const APPLY: &str = "apply";
const COMPARE: &str = "compare";
const BATCH: &str = "batch";

fn main() -> ExitCode {
    let matches = command().get_matches();
    if let Err(why) = interrupt::listen() {
        eprintln!("{why}"); // then Ctrl-C ends at once, as it does without
    }
    match run(&matches) {
        Ok(()) => interrupt::exit_code(),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// Does what was typed.
fn run(matches: &ArgMatches) -> Result<(), String> {
    match matches.subcommand() {
        Some((TRAIN, own)) => {
            let arguments = given::<train::Arguments>(own);
            options::settings(own, &train::OWN, [])
                .and_then(|settings| pollster::block_on(train::train(&arguments, settings)))
        }
        Some((APPLY, own)) => pollster::block_on(apply::apply(&given(own))),
        Some((COMPARE, own)) => pollster::block_on(compare::compare(&given(own))),
        Some((BATCH, own)) => batch::batch(&given(own), line, run),
        _ => {
            let arguments = given::<paint::Arguments>(matches);
            options::settings(matches, &[], arguments.implied())
                .and_then(|settings| pollster::block_on(paint::paint(&arguments, settings)))
        }
    }
}

fn given<A: FromArgMatches>(matches: &ArgMatches) -> A {
    A::from_arg_matches(matches).unwrap_or_else(|error| error.exit())
}

/// A line of a list, as if its words were typed.
fn line(words: Vec<String>) -> Result<ArgMatches, String> {
    let matches = command().no_binary_name(true).try_get_matches_from(words).map_err(|error| error.to_string())?;
    match matches.subcommand_name() {
        Some(BATCH) => Err("a list holds no other list.".into()),
        _ => Ok(matches),
    }
}

fn command() -> Command {
    let train = options::with_settings(train::Arguments::augment_args(Command::new(TRAIN)), &train::OWN);
    let apply = apply::Arguments::augment_args(Command::new(APPLY));
    let compare = compare::Arguments::augment_args(Command::new(COMPARE));
    let batch = batch::Arguments::augment_args(Command::new(BATCH));
    let paint = options::with_settings(paint::Arguments::augment_args(Command::new("scumble")), &[]);
    // The arguments' own comments would stand in place of what is said here, were it said before.
    paint
        .about("Repaints a photo in the manner of a painting, on your own graphics card")
        .version(env!("CARGO_PKG_VERSION"))
        .args_conflicts_with_subcommands(true)
        .subcommand_negates_reqs(true)
        .subcommand(train.about("Makes a style of a painting: a file that repaints photos in one pass"))
        .subcommand(apply.about("Repaints photos and films with a style"))
        .subcommand(batch.about("Does what the lines of a list say, or a share of them"))
        .subcommand(compare.about("Paints a pair slowly and at once, and reports what each way costs and brings"))
}
