// L-BFGS, part 1: puts the newest pair into the history and remembers where we are.
//   s = x - x_before, y = g - g_before  ->  rows slot and history + slot of the basis; row 2 history = g
// x, g, x_before, g_before: E -> basis: 2 history + 1, E.

struct Params {
    vectors: u32, // vec4 elements of x
    history: u32, // pairs that are kept
    slot: u32,    // where this pair goes
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;              // E
@group(0) @binding(2) var<storage, read> g: array<vec4<f32>>;              // E
@group(0) @binding(3) var<storage, read_write> x_before: array<vec4<f32>>; // E
@group(0) @binding(4) var<storage, read_write> g_before: array<vec4<f32>>; // E
@group(0) @binding(5) var<storage, read_write> basis: array<vec4<f32>>;    // 2 history + 1, E

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.vectors) {
        return;
    }
    let here = x[index];
    let gradient = g[index];
    basis[params.slot * params.vectors + index] = here - x_before[index];
    basis[(params.history + params.slot) * params.vectors + index] = gradient - g_before[index];
    basis[2u * params.history * params.vectors + index] = gradient;
    x_before[index] = here;
    g_before[index] = gradient;
}
