// Gradient of instance normalisation to its input (as in Ioffe & Szegedy 2015, over the pixels of one picture):
//   d_x = scale * inverse * (d - (sum of d + normalised * sum of d * normalised) / N)
// x, d_y: N, C -> d_x: N, C.

struct Params {
    pixels: u32,
    blocks: u32,
    relu: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;          // N, C
@group(0) @binding(2) var<storage, read> statistics: array<vec4<f32>>; // (mean, inverse), C
@group(0) @binding(3) var<storage, read> learned: array<vec4<f32>>;    // (shift, scale), C
@group(0) @binding(4) var<storage, read> sums: array<vec4<f32>>;       // gradients of (shift, scale), C
@group(0) @binding(5) var<storage, read> d_y: array<vec4<f32>>;        // N, C
@group(0) @binding(6) var<storage, read_write> d_x: array<vec4<f32>>;  // N, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.pixels * params.blocks) {
        return;
    }
    let c = index % params.blocks;
    let inverse = statistics[params.blocks + c];
    let normalised = (x[index] - statistics[c]) * inverse;
    let scale = learned[params.blocks + c];
    let d = passed(d_y[index], normalised, learned[c], scale, params.relu == 1u);
    let mean = (sums[c] + normalised * sums[params.blocks + c]) / f32(params.pixels);
    d_x[index] = scale * inverse * (d - mean);
}
