// Lays a picture over another through a mask: y = base + mask (x - base).
// mask: H, W, of which red counts, 0..1; x, base, y: H, W.

struct Params {
    pixels: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> mask: array<vec4<f32>>;    // H, W
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;       // H, W
@group(0) @binding(3) var<storage, read> base: array<vec4<f32>>;    // H, W
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>; // H, W

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index < params.pixels) {
        y[index] = base[index] + mask[index].r * (x[index] - base[index]);
    }
}
