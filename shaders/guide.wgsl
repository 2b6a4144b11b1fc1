// Rows of a map as a guide lets them count (Gatys et al. 2017, "Controlling Perceptual Factors"):
//   y (+)= w (x - s), or sqrt(w) (x - s), whose products are weighed by w.
// x, y: N, C; s: C; w: one number for each pixel of the whole map, of which x holds some rows.

struct Params {
    pixels: u32, // N: those that count
    blocks: u32,
    first: u32,  // pixels of x before the first that counts
    start: u32,  // pixels of the whole map before it
    root: u32,   // 1: sqrt(w)
    accumulate: u32, // 1: add to what y holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;
@group(0) @binding(2) var<storage, read> s: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> w: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<Target>; // only those that count

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.pixels * params.blocks) {
        return;
    }
    var weight = w[params.start + index / params.blocks];
    if (params.root == 1u) {
        weight = sqrt(weight);
    }
    var value = weight * (vec4<f32>(x[params.first * params.blocks + index]) - s[index % params.blocks]);
    if (params.accumulate == 1u) {
        value += vec4<f32>(y[index]);
    }
    y[index] = narrow(value);
}
