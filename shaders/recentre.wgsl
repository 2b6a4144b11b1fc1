// A second moment about any point s, made one about the mean: sigma -= (mu - s) (mu - s)'. With s near the mean nothing of
// note cancels, and the mean need not be known before the features are walked over.
// sigma: C, C in 4x4 tiles; mu, s: C.

struct Params {
    blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> mu: array<vec4<f32>>;              // C
@group(0) @binding(2) var<storage, read> s: array<vec4<f32>>;               // C
@group(0) @binding(3) var<storage, read_write> sigma: array<mat4x4<f32>>;   // C/4, C/4

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= params.blocks * params.blocks) {
        return;
    }
    let i = id.x / params.blocks;
    let j = id.x % params.blocks;
    sigma[id.x] -= outer(mu[i] - s[i], mu[j] - s[j]);
}
