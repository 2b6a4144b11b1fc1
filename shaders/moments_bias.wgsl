// The constant part of the moments' gradient: bias = d_mu - d_sigma mu, so that the gradient to the features,
//   d_x[n] = d_sigma (x[n] - mu) + d_mu = d_sigma x[n] + bias,
// is one 1x1 convolution by conv.wgsl.
// d_sigma: C, C in 4x4 tiles; mu, d_mu, bias: C.

struct Params {
    blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> d_sigma: array<mat4x4<f32>>;  // C/4, C/4
@group(0) @binding(2) var<storage, read> d_mu: array<vec4<f32>>;       // C
@group(0) @binding(3) var<storage, read> mu: array<vec4<f32>>;         // C
@group(0) @binding(4) var<storage, read_write> bias: array<vec4<f32>>; // C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.blocks) {
        return;
    }
    var sum = d_mu[id.x];
    for (var j = 0u; j < params.blocks; j++) {
        sum -= d_sigma[id.x * params.blocks + j] * mu[j];
    }
    bias[id.x] = sum;
}
