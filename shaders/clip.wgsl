// Clips a gradient by its length (Pascanu, Mikolov & Bengio 2013): g *= min(1, limit / |g|).
// squared: |g|^2; g: E.

struct Params {
    vectors: u32,
    limit: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> squared: array<f32>;
@group(0) @binding(2) var<storage, read_write> g: array<vec4<f32>>; // E

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index < params.vectors) {
        let share = params.limit * inverseSqrt(max(squared[0], 1e-30));
        g[index] *= min(1.0, share);
    }
}
