//! This turns what RADV's compiler prints (`ACO_DEBUG=perfinfo`) into blocks of instructions, the loops around them and their costs.
//!
//! The compiler simulates a wave that runs alone: each instruction's clocks are those until the next can begin, so they hold the
//! latency of memory where somebody waits for it. What units of the machine an instruction keeps busy is not printed; [`Unit`]
//! says it by the instruction's name, as the compiler's own table does (Mesa's aco_statistics.cpp).

use anyhow::{Context, Result, bail};

/// What a part of a compute unit has to do for an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Vectors.
    Valu,
    /// Vectors of 64 bits, quotients, roots, products of whole numbers: rarer units.
    Complex,
    /// Scalars, and loads of scalars.
    Scalar,
    /// Jumps and messages.
    Branch,
    /// Memory, and what is spilled to it.
    Memory,
    /// Memory of a workgroup.
    Shared,
}

impl Unit {
    /// How many there are.
    const COUNT: usize = Unit::Shared as usize + 1;
}

/// Clocks and busy units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// Clocks of a wave that runs alone.
    pub latency: f64,
    /// Clocks of each [`Unit`].
    pub busy: [f64; Unit::COUNT],
}

/// Instructions that always run together.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The loops around it, outermost first, as indices into the order in which they begin.
    pub loops: Vec<usize>,
    /// The cost of passing it once.
    pub cost: Cost,
}

/// A compiled shader.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Its pieces, in their order.
    pub pieces: Vec<Piece>,
    /// How many loops there are.
    pub loops: usize,
    /// Whether the first is none of the shader's: it fills the workgroup's memory with zeros before all else.
    pub zeroes: bool,
    /// Waves of 64 that a SIMD holds at once.
    pub waves: u64,
}

impl Listing {
    /// Reads what was printed while one shader was compiled.
    ///
    /// # Errors
    /// Where it is not what the compiler of Mesa 22 to 25 prints.
    pub fn read(text: &str, old: bool) -> Result<Listing> {
        let (_, text) = text.split_once("After RA:").context("the compiler printed no listing")?;
        let mut listing = Listing { pieces: Vec::new(), loops: 0, zeroes: false, waves: 0 };
        let mut around = Vec::new();
        let mut first = Vec::new();
        for line in text.lines() {
            if let Some((_, kinds)) = line.split_once("kind:") {
                let is = |kind: &str| kinds.split([',', ' ']).any(|word| word == kind);
                if is("loop-exit") && around.pop().is_none() {
                    bail!("the compiler's listing leaves a loop that never began");
                }
                if is("loop-header") {
                    around.push(listing.loops);
                    listing.loops += 1;
                }
                listing.pieces.push(Piece { loops: around.clone(), cost: Cost::default() });
            } else if let Some((clocks, instruction)) = instruction(line) {
                let piece = listing.pieces.last_mut().context("an instruction stands before the first block")?;
                piece.cost.latency += clocks;
                first.extend((piece.loops == [0]).then_some(instruction));
                for (unit, clocks) in busy(instruction, old) {
                    piece.cost.busy[unit as usize] += clocks;
                }
            } else if let Some(waves) = line.strip_prefix("num_waves: ") {
                listing.waves = waves.trim().parse()?;
            }
        }
        let has = |word: &str| first.iter().any(|name| name.starts_with(word));
        listing.zeroes = has("ds_write") && !has("ds_read") && !has("buffer_") && !has("s_barrier");
        if listing.waves == 0 || !around.is_empty() {
            bail!("the compiler's listing has no end");
        }
        Ok(listing)
    }

    /// The cost of a wave that passes each loop as often as told, whenever it reaches it. Both sides of every branch count.
    pub fn cost(&self, passes: &[f64]) -> Cost {
        let mut sum = Cost::default();
        for Piece { loops, cost } in &self.pieces {
            let times: f64 = loops.iter().map(|&index| passes[index]).product();
            sum.latency += times * cost.latency;
            sum.busy.iter_mut().zip(cost.busy).for_each(|(sum, clocks)| *sum += times * clocks);
        }
        sum
    }
}

impl Cost {
    /// Clocks that a SIMD spends on a wave among so many: where others have work to do while one waits, the busiest unit decides.
    pub fn among(&self, waves: u64) -> f64 {
        self.busy.iter().copied().fold(self.latency / waves as f64, f64::max)
    }
}

/// Clocks and name of a line like `( 23 clk)   v0 = v_add_f32 v1, v2`.
fn instruction(line: &str) -> Option<(f64, &str)> {
    let (clocks, rest) = line.trim_start().strip_prefix('(')?.split_once(" clk)")?;
    let rest = rest.trim_start();
    let name = rest.split_once(" = ").map_or(rest, |(_, after)| after).split(' ').next()?;
    Some((clocks.trim().parse().ok()?, name))
}

/// The units that an instruction of a wave of 64 keeps busy, and for how many clocks. `old` is GCN (up to Vega), whose vectors are 16
/// wide; RDNA's are 32 wide.
fn busy(name: &str, old: bool) -> Vec<(Unit, f64)> {
    let (valu, scalar, branch, memory) = if old { (4.0, 4.0, 8.0, 4.0) } else { (2.0, 1.0, 1.0, 2.0) };
    let is = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    let rare =
        is(&["v_rcp", "v_rsq", "v_sqrt", "v_exp", "v_log", "v_sin", "v_cos", "v_mul_lo_u32", "v_mul_hi", "v_mad_u64"]);
    if rare && old {
        vec![(Unit::Valu, 4.0 * valu)]
    } else if rare {
        vec![(Unit::Valu, valu), (Unit::Complex, 4.0 * valu)]
    } else if name.starts_with("v_") && (name.contains("64") && !name.starts_with("v_cmp")) {
        vec![(Unit::Valu, 2.0 * valu), (Unit::Complex, 2.0 * valu)]
    } else if name.starts_with("v_") {
        vec![(Unit::Valu, valu)]
    } else if is(&["buffer_", "global_", "flat_", "scratch_", "image_"]) {
        vec![(Unit::Memory, memory)]
    } else if name.starts_with("ds_") {
        vec![(Unit::Shared, memory)]
    } else if is(&["s_branch", "s_cbranch", "s_sendmsg"]) {
        vec![(Unit::Branch, branch)]
    } else if is(&["s_waitcnt", "s_barrier", "s_nop", "s_endpgm", "s_inst_prefetch", "s_clause", "s_delay_alu"]) {
        vec![]
    } else {
        vec![(Unit::Scalar, scalar)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "
After RA:
ACO shader stage: compute_cs
BB0
/* logical preds: / linear preds: / kind: top-level, branch, */
	(  2 clk)   v0 = v_lshl_add_u32 (is16bit)s6, 6, v0
BB1
/* logical preds: BB0, / linear preds: BB0, / kind: uniform, loop-header, */
	(  1 clk)   s0, scc = s_add_u32 s0, 1
	(  6 clk)   v[8-11] = buffer_load_dwordx4 s[16-19], v5, 0 offen storage:buffer
	(319 clk)   s_waitcnt vmcnt(0)
	(  2 clk)   v4 = v_add_f32 v4, v8
BB2
/* logical preds: BB1, / linear preds: BB1, / kind: uniform, loop-exit, top-level, */
	(  6 clk)   buffer_store_dwordx4 s[0-3], v0, 0, v[12-15] offen storage:buffer

num_waves: 16
";

    #[test]
    fn a_listing_is_read() {
        let listing = Listing::read(PRINTED, false).unwrap();
        assert_eq!((listing.loops, listing.waves, listing.pieces.len()), (1, 16, 3));
        let cost = listing.cost(&[10.0]);
        assert_eq!(cost.latency, 2.0 + 10.0 * 328.0 + 6.0);
        assert_eq!(cost.busy, [22.0, 0.0, 10.0, 0.0, 22.0, 0.0]);
        assert_eq!(cost.among(16), cost.latency / 16.0);
        assert_eq!(cost.among(1000), 22.0);
    }

    #[test]
    fn an_unknown_listing_is_refused() {
        assert!(Listing::read("nothing", false).is_err());
        assert!(Listing::read(&PRINTED.replace("num_waves", "waves"), false).is_err());
        assert!(Listing::read(&PRINTED.replace("loop-header, ", ""), false).is_err());
    }
}
