//! This turns what comes along from elsewhere into a verdict: licences, sources, and faults that are known.

use std::{fs, io, process::Command};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::process;

/// Folders with packages of npm.
const NPM: [&str; 2] = ["libraries", "tests/browser"];

/// Checks licences and sources of all crates against deny.toml. With the `network`, also asks who knows of faults; where nobody
/// answers, it says so.
pub fn check(network: bool) -> Result<()> {
    let deny = fs::read_to_string(process::root().join("deny.toml"))?;
    let (licences, registries) = (list(&deny, "allow")?, list(&deny, "allow-registry")?);
    let output = process::cargo("metadata").args(["--format-version", "1", "--all-features", "--locked"]).output()?;
    ensure!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let wrong: Vec<String> = packages.iter().filter_map(|package| complaint(package, &licences, &registries)).collect();
    ensure!(wrong.is_empty(), "deny.toml does not allow this:\n{}", wrong.join("\n"));
    println!("{} crates have the licences and sources that deny.toml allows.", packages.len());
    if network {
        ask_cargo_deny()?;
        NPM.iter().try_for_each(|folder| ask_npm(folder))?;
    } else {
        println!("SKIPPED: nobody was asked for known faults.");
    }
    Ok(())
}

/// What is wrong with a crate, if anything. Those of this workspace have no source.
fn complaint(package: &Value, licences: &[&str], registries: &[&str]) -> Option<String> {
    let name = format!("{} {}", package["name"].as_str()?, package["version"].as_str()?);
    let source = package["source"].as_str();
    let is_known = |source: &str| source.strip_prefix("registry+").is_some_and(|address| registries.contains(&address));
    let licence = package["license"].as_str().unwrap_or("no licence");
    match source {
        Some(source) if !is_known(source) => Some(format!("{name} comes from {source}")),
        _ if !allows(licence, licences) => Some(format!("{name} has the licence {licence}")),
        _ => None,
    }
}

/// Whether an SPDX expression can be met with these licences. `AND` binds closer than `OR`, and `/` is an old way to write that.
fn allows(expression: &str, licences: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "+WITH+");
    let words: Vec<String> = spaced.split_whitespace().map(|word| word.replace("+WITH+", " WITH ")).collect();
    let mut at = 0;
    any(&words, &mut at, licences) && at == words.len()
}

fn any(words: &[String], at: &mut usize, licences: &[&str]) -> bool {
    let mut met = all(words, at, licences);
    while words.get(*at).is_some_and(|word| word == "OR") {
        *at += 1;
        met |= all(words, at, licences);
    }
    met
}

fn all(words: &[String], at: &mut usize, licences: &[&str]) -> bool {
    let mut met = one(words, at, licences);
    while words.get(*at).is_some_and(|word| word == "AND") {
        *at += 1;
        met &= one(words, at, licences);
    }
    met
}

fn one(words: &[String], at: &mut usize, licences: &[&str]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if word != "(" {
        return licences.contains(&word.as_str());
    }
    let met = any(words, at, licences);
    let is_closed = words.get(*at).is_some_and(|word| word == ")");
    *at += 1;
    met && is_closed
}

/// The texts of a list in deny.toml, `key = ["one", "two"]`.
fn list<'a>(toml: &'a str, key: &str) -> Result<Vec<&'a str>> {
    let (_, behind) =
        toml.split_once(&format!("\n{key} = [")).with_context(|| format!("deny.toml has no list `{key}`"))?;
    let (inside, _) = behind.split_once(']').with_context(|| format!("the list `{key}` has no end"))?;
    Ok(inside.split('"').skip(1).step_by(2).collect())
}

/// Runs cargo-deny where it is installed. Its advisories come from another host, which not everybody reaches.
fn ask_cargo_deny() -> Result<()> {
    if !process::cargo("deny").arg("--version").output()?.status.success() {
        println!(
            "SKIPPED: cargo-deny is not installed, so no advisories were read. `cargo install cargo-deny --locked`"
        );
        return Ok(());
    }
    process::run(process::cargo("deny").args(["check", "bans", "licenses", "sources"]))?;
    let output = process::cargo("deny").args(["check", "advisories"]).output()?;
    let words = String::from_utf8_lossy(&output.stderr);
    if words.contains("failed to fetch advisory database") {
        println!("SKIPPED: the advisories of RustSec cannot be reached from here.");
    } else {
        ensure!(output.status.success(), "cargo deny check advisories:\n{words}");
    }
    Ok(())
}

/// Asks npm's registry for faults in what is installed. Some mirrors do not know that question.
fn ask_npm(folder: &str) -> Result<()> {
    let mut npm: Command = process::command("npm");
    npm.args(["audit", "--json", "--audit-level=low"]).current_dir(process::root().join(folder));
    let output = match npm.output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            println!("SKIPPED: npm is not installed, so {folder} was not audited.");
            return Ok(());
        }
        output => output?,
    };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    match report["metadata"]["vulnerabilities"]["total"].as_u64() {
        Some(0) => println!("npm knows of no fault in {folder}."),
        Some(_) => bail!("npm knows of faults in {folder}:\n{:#}", report["vulnerabilities"]),
        None => println!("SKIPPED: the registry answered no audit of {folder}: {}", report["message"]),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_met_by_what_is_allowed() {
        let ours = ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"];
        for met in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(allows(met, &ours), "{met}");
        }
        for unmet in ["GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(MIT", "MIT)", "no licence", ""] {
            assert!(!allows(unmet, &ours), "{unmet}");
        }
    }

    #[test]
    fn a_crate_from_elsewhere_is_complained_of() {
        let of = |source: &str, licence: &str| {
            let package = serde_json::json!({ "name": "a", "version": "1.0.0", "source": source, "license": licence });
            complaint(&package, &["MIT"], &["https://index"])
        };
        assert_eq!(of("registry+https://index", "MIT"), None);
        assert!(of("git+https://index", "MIT").is_some_and(|told| told.contains("comes from")));
        assert!(of("registry+https://other", "MIT").is_some());
        assert!(of("registry+https://index", "GPL-3.0").is_some_and(|told| told.contains("GPL-3.0")));
    }

    #[test]
    fn deny_toml_has_lists() {
        let toml = "[licenses]\nallow = [\n    \"MIT\",\n    \"ISC\",\n]\nallow-registry = [\"https://index\"]\n";
        assert_eq!(list(toml, "allow").unwrap(), ["MIT", "ISC"]);
        assert_eq!(list(toml, "allow-registry").unwrap(), ["https://index"]);
        assert!(list(toml, "deny").is_err());
    }
}
