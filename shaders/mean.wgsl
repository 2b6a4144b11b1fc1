// Sums of each channel over chunks of pixels, the first half of mu[c] = sum over n of x[n, c] / N;
// reduce.wgsl adds the chunks.
// x: N, C -> partials: chunks, C.

struct Params {
    pixels: u32, // N: those that count
    blocks: u32,
    first: u32,  // pixels of x before the first that counts
    chunk: u32,  // pixels per chunk
    chunks: u32,
    accumulate: u32, // 1: add to what partials holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;                // N, C
@group(0) @binding(2) var<storage, read_write> partials: array<vec4<f32>>; // chunks, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.chunks * params.blocks) {
        return;
    }
    let block = id.x % params.blocks;
    let chunk = id.x / params.blocks;
    let end = min((chunk + 1u) * params.chunk, params.pixels);
    var sum = vec4<f32>(0.0);
    for (var n = chunk * params.chunk; n < end; n++) {
        sum += vec4<f32>(x[(params.first + n) * params.blocks + block]);
    }
    if (params.accumulate == 1u) {
        sum += partials[id.x];
    }
    partials[id.x] = sum;
}
