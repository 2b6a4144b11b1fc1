//! This turns every kernel into what RADV makes of it for a family of graphics cards.
//!
//! The driver takes the family and its wishes from the environment, and prints listings on the standard error of the process that it
//! lives in. So xtask runs itself once more for every family, and reads what that run leaves.

use std::{fs, process::Stdio};

use anyhow::{Context, Result, bail};
use scumble::bench::all_kernels;
use scumble::gpu::{DType, Elements, Kernel};

use super::listing::Listing;
use super::spirv;
use super::vulkan::{Compiler, Statistics};
use crate::{process, setup};

/// The hidden argument of the run that lives with the driver.
pub const INSIDE: &str = "--inside";

/// A kernel as it was compiled for tensors that are stored in one way.
pub struct Compiled {
    pub name: String,
    pub statistics: Statistics,
    pub listing: Listing,
}

/// The name of a kernel for tensors that are stored in this way.
pub fn name(kernel: &str, elements: Elements) -> String {
    let word = |dtype| if dtype == DType::F32 { "f32" } else { "f16" };
    match elements == Elements::default() {
        true => kernel.to_owned(),
        false => format!("{kernel} {}>{}", word(elements.source), word(elements.target)),
    }
}

/// Every kernel in every way in which its tensors can be stored.
pub fn variants() -> impl Iterator<Item = (&'static Kernel, Elements)> {
    all_kernels().into_iter().flat_map(|kernel| kernel.storages().into_iter().map(move |elements| (kernel, elements)))
}

/// Compiles all for one family, e.g. "navi21". The listings stay in `target/occupancy/FAMILY.txt`.
///
/// # Errors
/// Where the driver is missing, or does not know the family, or refuses a kernel.
pub fn all(family: &str) -> Result<Vec<Compiled>> {
    setup::system(&[&setup::RADV])?;
    let drivers = std::env::join_paths(setup::radv_drivers())?;
    let folder = process::root().join("target/occupancy");
    fs::create_dir_all(&folder)?;
    let printed = folder.join(format!("{family}.txt"));
    let mut inside = process::command(std::env::current_exe()?);
    inside.args(["occupancy", INSIDE]).stdout(Stdio::piped()).stderr(fs::File::create(&printed)?);
    // Loaders before 1.3.207 only know the second name.
    inside.env("VK_DRIVER_FILES", &drivers).env("VK_ICD_FILENAMES", &drivers);
    inside.env("RADV_FORCE_FAMILY", family).env("RADV_DEBUG", "nocache").env("ACO_DEBUG", "perfinfo");
    let output = inside.output().map_err(|error| process::could_not_start(&inside, &error))?;
    let text = fs::read_to_string(&printed)?;
    if !output.status.success() {
        bail!("RADV did not compile for {family}: {}", text.lines().last().unwrap_or("it said nothing"));
    }
    let told: Vec<(String, Statistics)> = serde_json::from_slice(&output.stdout)?;
    let heading = heading("");
    let mut listings = text.split(&heading).skip(1);
    let compiled = told.into_iter().map(|(name, statistics)| {
        let text = listings.next().context("a listing is missing")?;
        // RDNA came with Navi.
        let old = !["navi", "gfx10", "gfx11", "gfx12"].iter().any(|new| family.to_lowercase().starts_with(new));
        let listing = Listing::read(text, old).with_context(|| format!("Reading the listing of {name}"))?;
        Ok(Compiled { name, statistics, listing })
    });
    compiled.collect()
}

/// What stands before each listing.
fn heading(name: &str) -> String {
    format!("\n==== {name}")
}

/// The run that lives with the driver: compiles all, and writes what the driver tells on the standard output.
///
/// # Errors
/// As [`all`].
pub fn inside() -> Result<()> {
    let compiler = Compiler::open()?;
    let mut told: Vec<(String, Statistics)> = Vec::new();
    for (kernel, elements) in variants() {
        let shader = spirv::translate(kernel, elements)?;
        let name = name(kernel.name, elements);
        eprintln!("{}", heading(&name));
        let statistics = compiler.compile(&shader.words, kernel.bindings).with_context(|| name.clone())?;
        told.push((name, statistics));
    }
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}
