// The sums that the gradient of instance normalisation needs, over chunks of pixels; they are the gradients of shift and scale:
//   sum of d[n, c]  and  sum of d[n, c] * normalised[n, c],  where d = d_y where the ReLU let its value through
// x, d_y: N, C -> partials: chunks, (shift, scale), C.

struct Params {
    pixels: u32,
    blocks: u32,
    chunk: u32,  // pixels per chunk
    chunks: u32,
    relu: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;              // N, C
@group(0) @binding(2) var<storage, read> statistics: array<vec4<f32>>;     // (mean, inverse), C
@group(0) @binding(3) var<storage, read> learned: array<vec4<f32>>;        // (shift, scale), C
@group(0) @binding(4) var<storage, read> d_y: array<vec4<f32>>;            // N, C
@group(0) @binding(5) var<storage, read_write> partials: array<vec4<f32>>; // chunks, 2, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.chunks * params.blocks) {
        return;
    }
    let c = id.x % params.blocks;
    let chunk = id.x / params.blocks;
    let end = min((chunk + 1u) * params.chunk, params.pixels);
    let mean = statistics[c];
    let inverse = statistics[params.blocks + c];
    var shift = vec4<f32>(0.0);
    var scale = vec4<f32>(0.0);
    for (var n = chunk * params.chunk; n < end; n++) {
        let index = n * params.blocks + c;
        let normalised = (x[index] - mean) * inverse;
        let d = passed(d_y[index], normalised, learned[c], learned[params.blocks + c], params.relu == 1u);
        shift += d;
        scale += d * normalised;
    }
    partials[2u * chunk * params.blocks + c] = shift;
    partials[(2u * chunk + 1u) * params.blocks + c] = scale;
}
