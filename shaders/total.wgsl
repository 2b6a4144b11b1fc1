// Adds up a few thousand numbers into one slot: y[slot] (+)= scale * sum of x.
// x: E floats -> y: slots.

struct Params {
    count: u32, // floats of x
    slot: u32,
    scale: f32,
    accumulate: u32, // 1: add to what the slot holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;       // E
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // slots

const THREADS = 64u;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    var sum = 0.0;
    for (var e = local; e < params.count; e += THREADS) {
        sum += x[e];
    }
    let total = workgroup_sum(local, sum);
    if (local == 0u) {
        y[params.slot] = select(0.0, y[params.slot], params.accumulate == 1u) + total * params.scale;
    }
}
