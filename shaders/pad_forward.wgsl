// Replicate padding: y[v, u] = x[clamp(v - radius), clamp(u - radius)].
// x: H, W, C -> y: H + 2 radius, W + 2 radius, C.

struct Params {
    height: u32, // of x
    width: u32,  // of x
    blocks: u32,
    radius: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;       // H, W, C
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // H + 2 radius, W + 2 radius, C

fn source(position: u32, count: u32) -> u32 {
    return u32(clamp(i32(position) - i32(params.radius), 0, i32(count) - 1));
}

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
    let origin = source(row, params.height) * params.width + source(column, params.width);
    y[index] = x[origin * params.blocks + block];
}
