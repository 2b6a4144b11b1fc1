// Turns numbers of any size into colours: y = 1 / (1 + exp(-x)), opaque. Rows and columns of x beyond y are left out.
// x: H, W, 3 -> y: H', W', 4.

struct Params {
    in_width: u32,
    height: u32, // of y
    width: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;       // H, W, 3
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // H', W', 4

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.height * params.width) {
        return;
    }
    let value = x[index / params.width * params.in_width + index % params.width].rgb;
    y[index] = vec4<f32>(1.0 / (1.0 + exp(-value)), 1.0);
}
