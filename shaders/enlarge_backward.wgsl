// Gradient of enlarging by 2: each position gathers those of its four copies.
// d_y: 2 H, 2 W, C -> d_x: H, W, C.

struct Params {
    height: u32, // of d_x
    width: u32,
    blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> d_y: array<vec4<f32>>;       // 2 H, 2 W, C
@group(0) @binding(2) var<storage, read_write> d_x: array<vec4<f32>>; // H, W, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.height * params.width * params.blocks) {
        return;
    }
    let block = index % params.blocks;
    let column = (index / params.blocks) % params.width;
    let row = index / (params.blocks * params.width);
    let upper = (4u * row * params.width + 2u * column) * params.blocks + block;
    let lower = upper + 2u * params.width * params.blocks;
    d_x[index] = d_y[upper] + d_y[upper + params.blocks] + d_y[lower] + d_y[lower + params.blocks];
}
