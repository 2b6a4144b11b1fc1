// L-BFGS, part 4: moves the free pixels, x = clamp(best + sum over k of coefficients[k] * basis[k], 0, 1); those that
// arrive at a bound stay there and are free no more, so that a second direction can be found for the others.
// A step to where no number is raises the alarm; once it is raised, nothing moves.
// basis: rows, E; best, free, x: E.

struct Params {
    vectors: u32, // vec4 elements of x
    rows: u32,    // 2 history + 1
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> basis: array<vec4<f32>>;         // rows, E
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;        // rows
@group(0) @binding(3) var<storage, read> best: array<vec4<f32>>;          // E
@group(0) @binding(4) var<storage, read_write> free: array<vec4<f32>>;    // E
@group(0) @binding(5) var<storage, read_write> x: array<vec4<f32>>;       // E
@group(0) @binding(6) var<storage, read_write> alarm: array<atomic<u32>>; // not 0 once it is raised

const OF_A_STEP = 0xffffffffu; // no evaluation has this number, so none goes on

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.vectors || atomicLoad(&alarm[0]) != 0u) {
        return;
    }
    var goal = best[index];
    for (var k = 0u; k < params.rows; k++) {
        goal += coefficients[k] * basis[k * params.vectors + index];
    }
    if (!all(finite(goal))) {
        atomicStore(&alarm[0], OF_A_STEP);
        return;
    }
    let inside = clamp(goal, vec4<f32>(0.0), vec4<f32>(1.0));
    let was_free = free[index] > vec4<f32>(0.5);
    x[index] = select(x[index], inside, was_free);
    free[index] = select(vec4<f32>(0.0), vec4<f32>(1.0), was_free & (inside == goal));
}
