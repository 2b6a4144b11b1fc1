// Total variation and its gradient in one pass, squared form:
//   L = weight (sum of (right - x)^2 / (3 H (W-1)) + sum of (below - x)^2 / (3 (H-1) W))
// over red, green and blue; alpha is left alone.
// x, d_x: H, W, 4 -> partials: one sum per workgroup, which total.wgsl adds up.

struct Params {
    height: u32,
    width: u32,
    across: f32,     // weight / (3 H (W-1)), 0 for a single column
    down: f32,       // weight / (3 (H-1) W), 0 for a single row
    accumulate: u32, // 1: add to what d_x holds
}

override OF_TILE = false; // only those pixels count that own lets

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;         // H, W, 4
@group(0) @binding(2) var<storage, read> own: array<f32>;             // H, W: 0 or 1; of a tile alone
@group(0) @binding(3) var<storage, read_write> d_x: array<vec4<f32>>; // H, W, 4
@group(0) @binding(4) var<storage, read_write> partials: array<f32>;   // workgroups

const THREADS = 64u;
const COLOURS = vec4<f32>(1.0, 1.0, 1.0, 0.0);

// Whether the differences of a pixel to its right and below count.
fn counts(e: u32) -> bool {
    return !OF_TILE || own[e] > 0.0;
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>) {
    var sum = 0.0;
    for (var e = group.x * THREADS + local; e < params.height * params.width; e += groups.x * THREADS) {
        let row = e / params.width;
        let column = e % params.width;
        let here = x[e];
        var gradient = vec4<f32>(0.0);
        if (column + 1u < params.width && counts(e)) {
            let step = (x[e + 1u] - here) * COLOURS;
            sum += params.across * dot(step, step);
            gradient -= 2.0 * params.across * step;
        }
        if (column > 0u && counts(e - 1u)) {
            gradient += 2.0 * params.across * (here - x[e - 1u]) * COLOURS;
        }
        if (row + 1u < params.height && counts(e)) {
            let step = (x[e + params.width] - here) * COLOURS;
            sum += params.down * dot(step, step);
            gradient -= 2.0 * params.down * step;
        }
        if (row > 0u && counts(e - params.width)) {
            gradient += 2.0 * params.down * (here - x[e - params.width]) * COLOURS;
        }
        if (params.accumulate == 1u) {
            gradient += d_x[e];
        }
        d_x[e] = gradient;
    }
    let total = workgroup_sum(local, sum);
    if (local == 0u) {
        partials[group.x] = total;
    }
}
