// Adds up a few thousand numbers into one slot: y[slot] = scale * sum of x.
// x: E floats -> y: slots.

struct Params {
    count: u32, // floats of x
    slot: u32,
    scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;       // E
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // slots

const THREADS = 64u;
var<workgroup> sh_sum: array<f32, THREADS>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var e = local; e < params.count; e += THREADS) {
        sum += x[e];
    }
    sh_sum[local] = sum;
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            sh_sum[local] += sh_sum[local + half];
        }
    }
    if (local == 0u) {
        y[params.slot] = sh_sum[0] * params.scale;
    }
}
