// Merges the statistics of chunks (Chan, Golub & LeVeque 1983) into each channel's mean and the inverse of its deviation:
//   inverse = 1 / sqrt(variance + epsilon)
// partials: chunks, (mean, deviations), C -> statistics: (mean, inverse), C.

struct Params {
    pixels: u32,
    blocks: u32,
    chunk: u32,  // pixels per chunk
    chunks: u32,
    epsilon: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<vec4<f32>>;         // chunks, 2, C
@group(0) @binding(2) var<storage, read_write> statistics: array<vec4<f32>>; // 2, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let block = id.x;
    if (block >= params.blocks) {
        return;
    }
    var mean = vec4<f32>(0.0);
    var deviations = vec4<f32>(0.0);
    var seen = 0.0;
    for (var chunk = 0u; chunk < params.chunks; chunk++) {
        let count = f32(min(params.chunk, params.pixels - chunk * params.chunk));
        let delta = partials[2u * chunk * params.blocks + block] - mean;
        mean += delta * (count / (seen + count));
        deviations += partials[(2u * chunk + 1u) * params.blocks + block] + delta * delta * (seen * count / (seen + count));
        seen += count;
    }
    statistics[block] = mean;
    statistics[params.blocks + block] = inverseSqrt(deviations / seen + params.epsilon);
}
