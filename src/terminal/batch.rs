//! `scumble batch LIST`: many pictures from one list, of which several machines may take a share each.

use crate::files::read;
use crate::interrupt;
use crate::output::rename;
use clap::{ArgMatches, Args};
use std::path::{Path, PathBuf};

/// Which list, and which of its lines.
#[derive(Args)]
pub struct Arguments {
    /// A text file. Each line is what would be typed behind `scumble`; empty ones and those that begin with # are passed over.
    list: PathBuf,
    /// Which share of the lines: 3/16 is every 16th, from the 3rd on.
    #[arg(long, value_name = "N/M", default_value = "1/1", value_parser = shard)]
    shard: Shard,
    /// Paint again what is there already.
    #[arg(long)]
    again: bool,
}

/// One of so many equal shares, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shard {
    number: usize,
    of: usize,
}

fn shard(text: &str) -> Result<Shard, String> {
    let parsed = text.split_once('/').and_then(|(number, of)| {
        let (number, of) = (number.parse::<usize>().ok()?.checked_sub(1)?, of.parse().ok()?);
        (number < of).then_some(Shard { number, of })
    });
    parsed.ok_or_else(|| format!("\"{text}\" is no share; write for example 3/16 for the third of sixteen"))
}

/// Does what the lines say, one after the other. `parse` turns the words of a line into its options, and `run` does it. A line
/// that fails is told, and the next one begins.
///
/// # Errors
/// Where a line cannot be understood, before the first begins; and at the end, where lines failed.
pub fn batch(
    arguments: &Arguments,
    parse: impl Fn(Vec<String>) -> Result<ArgMatches, String>,
    run: impl Fn(&ArgMatches) -> Result<(), String>,
) -> Result<(), String> {
    let list = arguments.list.display();
    let text = String::from_utf8(read(&arguments.list)?).map_err(|_| format!("{list} is no text."))?;
    let mut all = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words = shlex::split(line).ok_or_else(|| format!("{list}, line {number}: a quote is not closed."))?;
        if !words.is_empty() {
            all.push((number, parse(words).map_err(|why| format!("{list}, line {number}: {why}"))?));
        }
    }
    let mut failed = Vec::new();
    for (number, matches) in all.iter().skip(arguments.shard.number).step_by(arguments.shard.of) {
        if interrupt::is_wished() {
            return Ok(());
        }
        match out(matches) {
            Some(out) if out.is_file() && !arguments.again => eprintln!("Line {number}: {} is there.", out.display()),
            _ => {
                eprintln!("Line {number}");
                let done = run(matches);
                if done.is_err() || interrupt::is_wished() {
                    set_aside(out(matches))?;
                }
                if let Err(why) = done {
                    eprintln!("{why}");
                    failed.push(number.to_string());
                }
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("Of {list} these lines failed: {}.", failed.join(", "))) }
}

/// Gives an unfinished picture another name: what has its own is taken for finished by whoever starts the list again.
fn set_aside(out: Option<&Path>) -> Result<(), String> {
    let Some(out) = out.filter(|out| out.is_file()) else { return Ok(()) };
    let mut name = std::ffi::OsString::from("unfinished-");
    name.push(out.file_name().unwrap_or_default());
    let aside = out.with_file_name(name);
    rename(out, &aside)?;
    eprintln!("{} is not finished.", aside.display());
    Ok(())
}

/// The file that a line makes.
fn out(matches: &ArgMatches) -> Option<&Path> {
    let own = matches.subcommand().map_or(matches, |(_, own)| own);
    own.try_get_one::<PathBuf>("out").ok().flatten().map(PathBuf::as_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_one_of_so_many() {
        assert_eq!(shard("3/16"), Ok(Shard { number: 2, of: 16 }));
        for text in ["0/4", "5/4", "4", "a/b", "1/0", ""] {
            assert!(shard(text).unwrap_err().contains("write for example 3/16"), "{text}");
        }
    }
}
