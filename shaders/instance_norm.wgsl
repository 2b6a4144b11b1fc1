// Instance normalisation (Ulyanov, Vedaldi & Lempitsky 2017), and a ReLU if asked:
//   y[n, c] = relu(scale[c] * (x[n, c] - mean[c]) * inverse[c] + shift[c])
// x: N, C -> y: N, C.

struct Params {
    vectors: u32, // vec4 elements of x
    blocks: u32,
    relu: u32,    // 1: y = max(y, 0)
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;          // N, C
@group(0) @binding(2) var<storage, read> statistics: array<vec4<f32>>; // (mean, inverse), C
@group(0) @binding(3) var<storage, read> learned: array<vec4<f32>>;    // (shift, scale), C
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>;    // N, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.vectors) {
        return;
    }
    let c = index % params.blocks;
    let normalised = (x[index] - statistics[c]) * statistics[params.blocks + c];
    let value = learned[params.blocks + c] * normalised + learned[c];
    y[index] = select(value, max(value, vec4<f32>(0.0)), params.relu == 1u);
}
