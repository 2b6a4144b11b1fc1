// An affine map of each pixel's channels: y = matrix * x + offset. Serves the network's input normalisation
// (RGB or BGR), luma, and their gradients (transposed matrix, no offset).
// x: H, W, 4 -> y: H, W, 4; channels that the map does not produce become 0.

struct Params {
    matrix: mat4x4<f32>, // column = input channel
    offset: vec4<f32>,
    pixels: u32,
    accumulate: u32,     // 1: add to what y holds
    pad0: u32,
    pad1: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;       // H, W, 4
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // H, W, 4

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.pixels) {
        return;
    }
    var value = params.matrix * x[index] + params.offset;
    if (params.accumulate == 1u) {
        value += y[index];
    }
    y[index] = value;
}
