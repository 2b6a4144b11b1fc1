// L-BFGS, part 1: judges the evaluation at x, puts what it says about the curvature into the history, and frees the pixels.
//   s = x - best, y = g - g_best  ->  rows slot and history + slot of the basis
//   loss(x) <= loss(best): best = x, g_best = g. Otherwise x = best: the step is taken back, but its pair stays.
//   A loss, a gradient or a pixel that is not finite raises the alarm. No other step comes then (see lbfgs_step.wgsl), and the
//   best picture stays as it is.
//   free = 0 where the pixel stands at 0 or 1 and -g_best points outwards, else 1
// x, g, best, free: E; basis: 2 history + 1, E (its last row is g_best); losses: one number per term.

struct Params {
    vectors: u32, // vec4 elements of x
    history: u32, // pairs that are kept
    slot: u32,    // where this pair goes
    pairs: u32,   // pairs that are filled with this one; 0 at the first evaluation, which is accepted
    terms: u32,   // losses that add up to the loss
    step: u32,    // the evaluation, from 1
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<vec4<f32>>;             // E
@group(0) @binding(2) var<storage, read> losses: array<f32>;              // terms
@group(0) @binding(3) var<storage, read> state: array<f32>;               // loss(best), radius, length
@group(0) @binding(4) var<storage, read_write> x: array<vec4<f32>>;       // E
@group(0) @binding(5) var<storage, read_write> best: array<vec4<f32>>;    // E
@group(0) @binding(6) var<storage, read_write> free: array<vec4<f32>>;    // E
@group(0) @binding(7) var<storage, read_write> basis: array<vec4<f32>>;   // 2 history + 1, E
@group(0) @binding(8) var<storage, read_write> alarm: array<atomic<u32>>; // the evaluation that raised it, or 0

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.vectors) {
        return;
    }
    let raised = atomicLoad(&alarm[0]);
    if (raised != 0u && raised != params.step) {
        return;
    }
    let loss = evaluated_loss();
    let good = finite(vec4<f32>(loss)) & finite(x[index]);
    if (!all(good & finite(g[index]))) {
        atomicStore(&alarm[0], params.step);
    }
    if (!all(good)) {
        return;
    }
    let newest = 2u * params.history * params.vectors + index;
    basis[params.slot * params.vectors + index] = x[index] - best[index];
    basis[(params.history + params.slot) * params.vectors + index] = g[index] - basis[newest];
    if (params.pairs == 0u || loss <= state[0]) {
        best[index] = x[index];
        basis[newest] = g[index];
    } else {
        x[index] = best[index];
    }
    let here = best[index];
    let gradient = basis[newest];
    let below = (here <= vec4<f32>(0.0)) & (gradient > vec4<f32>(0.0));
    let above = (here >= vec4<f32>(1.0)) & (gradient < vec4<f32>(0.0));
    free[index] = select(vec4<f32>(1.0), vec4<f32>(0.0), below | above);
}
