// Gradient of replicate padding: each pixel of x gathers the gradients of all its copies.
// d_y: H + 2 radius, W + 2 radius, C -> d_x: H, W, C.

struct Params {
    height: u32,     // of x
    width: u32,      // of x
    blocks: u32,
    radius: u32,
    accumulate: u32, // 1: add to what d_x holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> d_y: array<vec4<f32>>;       // H + 2 radius, W + 2 radius, C
@group(0) @binding(2) var<storage, read_write> d_x: array<vec4<f32>>; // H, W, C

// First and last padded position that copies `position`: an edge has its own and the whole margin beyond it.
fn first_copy(position: u32) -> u32 {
    return select(position + params.radius, 0u, position == 0u);
}

fn last_copy(position: u32, count: u32) -> u32 {
    return select(position + params.radius, count - 1u + 2u * params.radius, position == count - 1u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.height * params.width * params.blocks) {
        return;
    }
    let block = index % params.blocks;
    let column = (index / params.blocks) % params.width;
    let row = index / (params.blocks * params.width);
    let out_width = params.width + 2u * params.radius;
    var sum = vec4<f32>(0.0);
    for (var v = first_copy(row); v <= last_copy(row, params.height); v++) {
        for (var u = first_copy(column); u <= last_copy(column, params.width); u++) {
            sum += d_y[(v * out_width + u) * params.blocks + block];
        }
    }
    if (params.accumulate == 1u) {
        sum += d_x[index];
    }
    d_x[index] = sum;
}
