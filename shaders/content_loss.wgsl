// Content loss and its gradient in one pass: L = weight / norm * |x - x_t|^2, d_x = 2 weight / norm * (x - x_t).
// norm is the target's squared norm (a relative loss, free of scale), or N times its variance.
// x, x_t, d_x: H, W, C -> partials: one sum per workgroup, which total.wgsl adds up.

struct Params {
    vectors: u32,    // vec4 elements
    weight: f32,
    norm_scale: f32, // what norm[0] is multiplied with
    accumulate: u32, // 1: add to what d_x holds
    gradient_scale: f32, // gradients of 16 bits are stored as so many times themselves
    blocks: u32,
}

override OF_TILE = false; // only those pixels count that own lets

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;            // H, W, C
@group(0) @binding(2) var<storage, read> x_t: array<Source>;          // H, W, C, the photo's
@group(0) @binding(3) var<storage, read> norm: array<f32>;            // 1
@group(0) @binding(4) var<storage, read> own: array<f32>;             // H, W: 0 or 1; of a tile alone
@group(0) @binding(5) var<storage, read_write> d_x: array<Target>;    // H, W, C
@group(0) @binding(6) var<storage, read_write> partials: array<f32>;   // workgroups

const THREADS = 64u;
const SMALLEST_NORM = 1e-6; // a flat picture has no variance

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>) {
    let scale = params.weight / max(norm[0] * params.norm_scale, SMALLEST_NORM);
    var sum = 0.0;
    for (var e = group.x * THREADS + local; e < params.vectors; e += groups.x * THREADS) {
        var difference = vec4<f32>(x[e]) - vec4<f32>(x_t[e]);
        if (OF_TILE) {
            difference *= own[e / params.blocks];
        }
        sum += scale * dot(difference, difference);
        var gradient = 2.0 * scale * params.gradient_scale * difference;
        if (params.accumulate == 1u) {
            gradient += vec4<f32>(d_x[e]);
        }
        d_x[e] = narrow(gradient);
    }
    let total = workgroup_sum(local, sum);
    if (local == 0u) {
        partials[group.x] = total;
    }
}
