// Enlarges a map by 2 in both directions with copies (nearest neighbour): y[v, u, c] = x[v / 2, u / 2, c].
// x: H, W, C -> y: 2 H, 2 W, C.

struct Params {
    height: u32, // of x
    width: u32,
    blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;       // H, W, C
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // 2 H, 2 W, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    let out_width = 2u * params.width;
    if (index >= 2u * params.height * out_width * params.blocks) {
        return;
    }
    let block = index % params.blocks;
    let column = (index / params.blocks) % out_width;
    let row = index / (params.blocks * out_width);
    y[index] = x[(row / 2u * params.width + column / 2u) * params.blocks + block];
}
