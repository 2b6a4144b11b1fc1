// Gradient of the colours to the numbers that they were made of: d_x = d_y * y * (1 - y).
// y, d_y: H, W, 4 -> d_x: H, W, 3.

struct Params {
    pixels: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> y: array<vec4<f32>>;         // H, W, 4
@group(0) @binding(2) var<storage, read> d_y: array<vec4<f32>>;       // H, W, 4
@group(0) @binding(3) var<storage, read_write> d_x: array<vec4<f32>>; // H, W, 3

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index < params.pixels) {
        let colour = y[index].rgb;
        d_x[index] = vec4<f32>(d_y[index].rgb * colour * (1.0 - colour), 0.0);
    }
}
