//! This turns an iteration of a model into the clocks that its dispatches keep a card busy, kernel by kernel.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use pollster::block_on;
use scumble::bench::iteration;
use scumble::choices::ModelKind;
use scumble::gpu::{Kernel, Recorded};
use scumble::kernels::GemmVariant;
use serde::{Deserialize, Serialize};

use super::compile::{self, Compiled};
use super::listing::Listing;
use super::report::Row;
use super::spirv::{self, Shader};
use super::trips::Loops;

/// All dispatches of one kernel in an iteration.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The kernel's name, with the way its tensors are stored.
    pub kernel: String,
    /// How many dispatches.
    pub dispatches: u64,
    /// How many waves of 64 they start.
    pub waves: u64,
    /// Clocks of a SIMD, over all waves.
    pub clocks: f64,
    /// How often the most expensive dispatch passes each loop that the compiler left, whenever it is reached.
    pub trips: Vec<f64>,
    /// The clocks of that dispatch.
    pub most: f64,
}

/// A shader, and its loops as the compiler left them.
struct Known<'c> {
    kernel: &'static Kernel,
    compiled: &'c Compiled,
    /// Bytes of the workgroup's memory.
    lds: u64,
    shader: Shader,
    loops: Loops,
    /// For each of the compiler's loops the shader's; none for the one that fills the workgroup's memory with zeros.
    left: Vec<Option<usize>>,
}

/// Records an iteration and adds up its dispatches, the most expensive kernel first.
///
/// # Errors
/// Where it cannot be recorded, or a shader's loops are not the compiler's.
pub fn parts(model: ModelKind, size: u32, products: GemmVariant, compiled: &[Compiled]) -> Result<Vec<Part>> {
    let mut known = BTreeMap::new();
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    for recorded in block_on(iteration(model, size, products))? {
        let name = compile::name(recorded.kernel, recorded.elements);
        if !known.contains_key(&name) {
            known.insert(name.clone(), Known::new(&recorded, &name, compiled).with_context(|| name.clone())?);
        }
        let part = parts.entry(name.clone()).or_insert_with(|| Part { kernel: name.clone(), ..Part::default() });
        known[&name].add(&recorded, part);
    }
    let mut parts: Vec<Part> = parts.into_values().collect();
    parts.sort_by(|a, b| b.clocks.total_cmp(&a.clocks));
    Ok(parts)
}

impl<'c> Known<'c> {
    fn new(recorded: &Recorded, name: &str, compiled: &'c [Compiled]) -> Result<Known<'c>> {
        let compiled = compiled.iter().find(|each| each.name == name).context("this kernel was not compiled")?;
        let mut variants = compile::variants().map(|(kernel, _)| kernel);
        let kernel = variants.find(|kernel| kernel.name == recorded.kernel).context("this kernel is in no list")?;
        let shader = spirv::translate(kernel, recorded.elements)?;
        let loops = Loops::of(&shader.module);
        let Listing { loops: compiled_loops, zeroes, .. } = compiled.listing;
        let left = left(&loops.constant(&shader.module), compiled_loops, zeroes)?;
        Ok(Known { kernel, compiled, lds: Row::of(compiled)?.lds, shader, loops, left })
    }

    /// Adds a dispatch.
    fn add(&self, recorded: &Recorded, part: &mut Part) {
        let trips = self.loops.count(&self.shader.module, &recorded.params, recorded.workgroups);
        let listing = &self.compiled.listing;
        let threads: u32 = self.kernel.workgroup.iter().product();
        // RADV writes 16 bytes at once.
        let zeros = self.lds.div_ceil(16 * u64::from(threads)) as f64;
        let trips: Vec<f64> = self.left.iter().map(|of| of.map_or(zeros, |index| trips[index].each())).collect();
        let waves = recorded.workgroups.iter().map(|&count| u64::from(count)).product::<u64>()
            * u64::from(threads.div_ceil(64));
        let clocks = waves as f64 * listing.cost(&trips).among(listing.waves);
        part.dispatches += 1;
        part.waves += waves;
        part.clocks += clocks;
        if clocks > part.most {
            (part.most, part.trips) = (clocks, trips);
        }
    }
}

/// Which of a shader's loops the compiler left: all, or all but those that it can write down one pass after the other.
fn left(constant: &[bool], compiled: usize, zeroes: bool) -> Result<Vec<Option<usize>>> {
    let all: Vec<Option<usize>> = (0..constant.len()).map(Some).collect();
    let dynamic = all.iter().copied().filter(|index| index.is_some_and(|index| !constant[index])).collect();
    let zeroing = zeroes.then_some(None);
    let mut ways = [all, dynamic].into_iter().map(|loops: Vec<_>| zeroing.into_iter().chain(loops).collect::<Vec<_>>());
    let found = ways.find(|loops| loops.len() == compiled);
    found.with_context(|| format!("the shader has {} loops, and the compiler left {compiled}", constant.len()))
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn constant_loops_may_be_gone() {
        let constant = [false, true, false];
        assert_eq!(left(&constant, 3, false).unwrap(), [Some(0), Some(1), Some(2)]);
        assert_eq!(left(&constant, 2, false).unwrap(), [Some(0), Some(2)]);
        assert_eq!(left(&constant, 3, true).unwrap(), [None, Some(0), Some(2)]);
        assert!(left(&constant, 1, false).is_err());
    }
}
