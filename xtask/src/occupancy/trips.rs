//! This turns a shader and a dispatch into how often its loops are passed: one invocation is followed through the shader.
//!
//! The invocation is the first one of the workgroup in the middle of the grid. Whole numbers are computed as the shader does;
//! floats and what buffers hold stay unknown. Where a branch depends on such, both sides are walked, and nobody leaves a
//! function early.

use std::collections::BTreeMap;

use naga::{Block, Module, Statement};

use super::walk::Walk;

/// How often a loop is passed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Trips {
    /// How often it is reached.
    pub entries: u64,
    /// How often its body is done from beginning to end, or up to a `continue`.
    pub passes: u64,
    /// Whether it is left where nobody can know; then it is passed once.
    pub unknown: bool,
}

impl Trips {
    /// Passes each time it is reached.
    pub fn each(&self) -> f64 {
        if self.entries == 0 { 0.0 } else { self.passes as f64 / self.entries as f64 }
    }
}

/// A loop's place: the calls and loops that lead to it, and itself, as addresses in naga's tree.
pub type Place = Vec<usize>;

/// The loops of a shader in the order of its text, where functions stand where they are called: as a compiler sees them.
pub struct Loops(Vec<Place>);

impl Loops {
    /// Finds them.
    pub fn of(module: &Module) -> Loops {
        let mut places = Vec::new();
        find(module, &module.entry_points[0].function.body, &[], &mut places);
        Loops(places)
    }

    /// Follows an invocation of a dispatch.
    pub fn count(&self, module: &Module, params: &[u8], workgroups: [u32; 3]) -> Vec<Trips> {
        self.told(Walk::new(module, Some((params, workgroups))).trips())
    }

    /// Which of them are passed a number of times that stands in the shader. Of those a compiler may leave nothing, because it
    /// writes their bodies down one after the other.
    pub fn constant(&self, module: &Module) -> Vec<bool> {
        let told = self.told(Walk::new(module, None).trips());
        told.iter().map(|trips| trips.entries > 0 && !trips.unknown).collect()
    }

    fn told(&self, trips: BTreeMap<Place, Trips>) -> Vec<Trips> {
        self.0.iter().map(|place| trips.get(place).copied().unwrap_or_default()).collect()
    }
}

/// The address of a statement, for telling it from others.
pub fn address(statement: &Statement) -> usize {
    std::ptr::from_ref(statement).addr()
}

fn find(module: &Module, block: &Block, calls: &[usize], places: &mut Vec<Place>) {
    for statement in block {
        let here = || [calls, &[address(statement)]].concat();
        match statement {
            Statement::Block(inner) => find(module, inner, calls, places),
            Statement::If { accept, reject, .. } => {
                [accept, reject].into_iter().for_each(|side| find(module, side, calls, places));
            }
            Statement::Switch { cases, .. } => cases.iter().for_each(|case| find(module, &case.body, calls, places)),
            Statement::Loop { body, continuing, .. } => {
                let here = here();
                places.push(here.clone());
                find(module, body, &here, places);
                find(module, continuing, &here, places);
            }
            Statement::Call { function, .. } => find(module, &module.functions[*function].body, &here(), places),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHADER: &str = "
        struct Params { count: u32, step: u32 }
        @group(0) @binding(0) var<uniform> params: Params;
        @group(0) @binding(1) var<storage, read_write> y: array<f32>;
        fn eight(begin: u32) -> f32 {
            var sum = 0.0;
            for (var k = 0u; k < 8u; k++) { sum += y[begin + k]; }
            return sum;
        }
        @compute @workgroup_size(64)
        fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
            if (id.x >= params.count) { return; }
            for (var e = id.x; e < params.count; e += groups.x * 64u) {
                if (e % 128u == 0u) { continue; }
                for (var half = params.step; half > 0u; half /= 2u) { y[e] += eight(e); }
            }
            loop { if (y[0] > 1.0) { break; } y[0] += 1.0; }
        }";

    fn module() -> Module {
        naga::front::wgsl::parse_str(SHADER).unwrap()
    }

    #[test]
    fn an_invocation_is_followed() {
        let module = module();
        let params: Vec<u8> = [640u32, 16].iter().flat_map(|word| word.to_le_bytes()).collect();
        // The middle one of three workgroups begins at 64, and goes on 192 further: at 256, where it turns round, and 448.
        let trips = Loops::of(&module).count(&module, &params, [3, 1, 1]);
        let told: Vec<_> = trips.iter().map(|trips| (trips.entries, trips.passes, trips.unknown)).collect();
        assert_eq!(told, [(1, 3, false), (2, 10, false), (10, 80, false), (1, 1, true)]);
    }

    #[test]
    fn constant_loops_are_known_without_a_dispatch() {
        let module = module();
        assert_eq!(Loops::of(&module).constant(&module), [false, false, true, false]);
    }
}
