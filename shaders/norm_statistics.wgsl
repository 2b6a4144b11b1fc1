// Each channel's mean, and sum of squared deviations from it, over chunks of a map's pixels. Two walks over a chunk keep the
// deviations exact.
// x: N, C -> partials: chunks, (mean, deviations), C.

struct Params {
    pixels: u32,
    blocks: u32,
    chunk: u32,  // pixels per chunk
    chunks: u32, // none of them empty
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;              // N, C
@group(0) @binding(2) var<storage, read_write> partials: array<vec4<f32>>; // chunks, 2, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.chunks * params.blocks) {
        return;
    }
    let block = id.x % params.blocks;
    let chunk = id.x / params.blocks;
    let begin = chunk * params.chunk;
    let end = min(begin + params.chunk, params.pixels);
    var sum = vec4<f32>(0.0);
    for (var n = begin; n < end; n++) {
        sum += x[n * params.blocks + block];
    }
    let mean = sum / f32(end - begin);
    var deviations = vec4<f32>(0.0);
    for (var n = begin; n < end; n++) {
        let deviation = x[n * params.blocks + block] - mean;
        deviations += deviation * deviation;
    }
    partials[2u * chunk * params.blocks + block] = mean;
    partials[(2u * chunk + 1u) * params.blocks + block] = deviations;
}
