// Adds chunks: y[e] = scale * sum over k of partials[k, e], on top of what y holds if asked.
// partials: chunks, E -> y: E.

struct Params {
    vectors: u32, // vec4 elements of y
    chunks: u32,
    scale: f32,
    accumulate: u32, // 1: add to what y holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<vec4<f32>>; // chunks, E
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // E

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.vectors) {
        return;
    }
    var sum = vec4<f32>(0.0);
    for (var k = 0u; k < params.chunks; k++) {
        sum += partials[k * params.vectors + index];
    }
    let own = sum * params.scale;
    y[index] = select(own, own + y[index], params.accumulate == 1u);
}
