// Padding with copies of x: y[v, u] = x[unpadded(v), unpadded(u)], where a position beyond an edge is clamped to it
// (replicate) or counted on from the opposite one (wrap), over and over where x is smaller than the margin.
// x: H, W, C -> y: H + 2 radius, W + 2 radius, C.

struct Params {
    height: u32, // of x
    width: u32,  // of x
    blocks: u32,
    radius: u32,
    copies: u32, // 0: replicate, 1: wrap
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;       // H, W, C
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // H + 2 radius, W + 2 radius, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    let out_width = params.width + 2u * params.radius;
    let out_height = params.height + 2u * params.radius;
    if (index >= out_height * out_width * params.blocks) {
        return;
    }
    let block = index % params.blocks;
    let column = (index / params.blocks) % out_width;
    let row = index / (params.blocks * out_width);
    let wrap = params.copies == 1u;
    let from_row = unpadded(row, params.height, params.radius, wrap);
    let from_column = unpadded(column, params.width, params.radius, wrap);
    y[index] = x[(from_row * params.width + from_column) * params.blocks + block];
}
