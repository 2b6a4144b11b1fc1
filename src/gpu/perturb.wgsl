// Changes every number by a random part of itself, of at most one in a million: x *= 1 + 1e-6 r with r in -1..1.

struct Params {
    vectors: u32,
    seed: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> x: array<vec4<f32>>;

// PCG (Jarzynski & Olano 2020, "Hash functions for GPU rendering").
fn hash(value: u32) -> u32 {
    let state = value * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.vectors) {
        return;
    }
    let bytes = (vec4<u32>(hash(index ^ hash(params.seed))) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(255u);
    x[index] *= vec4<f32>(1.0) + 1e-6 * (vec4<f32>(bytes) / 127.5 - 1.0);
}
