// Gradient of padding with copies: each pixel of x gathers the gradients of all its copies. Faded, those of the margin
// count less and less towards its outer edge.
// d_y: H + 2 radius, W + 2 radius, C -> d_x: H, W, C.

struct Params {
    height: u32,     // of x
    width: u32,      // of x
    blocks: u32,
    radius: u32,
    copies: u32,     // 0: replicate, 1: wrap
    accumulate: u32, // 1: add to what d_x holds
    faded: u32,      // 1: the margin fades
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> d_y: array<vec4<f32>>;       // H + 2 radius, W + 2 radius, C
@group(0) @binding(2) var<storage, read_write> d_x: array<vec4<f32>>; // H, W, C

// Where copies of a position may stand: the margins and its own place. The candidates are numbered 0..=2 radius.
fn candidate(number: u32, position: u32, count: u32) -> u32 {
    if (number == 2u * params.radius) {
        return position + params.radius;
    }
    return select(number, count + number, number >= params.radius);
}

// How much the gradient at a padded row (column) counts.
fn share(position: u32, count: u32) -> f32 {
    let inwards = min(position, count + 2u * params.radius - 1u - position);
    return select(1.0, min(1.0, (f32(inwards) + 0.5) / f32(params.radius)), params.faded == 1u);
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
    let wrap = params.copies == 1u;
    var sum = vec4<f32>(0.0);
    for (var i = 0u; i <= 2u * params.radius; i++) {
        let v = candidate(i, row, params.height);
        if (unpadded(v, params.height, params.radius, wrap) != row) {
            continue;
        }
        for (var j = 0u; j <= 2u * params.radius; j++) {
            let u = candidate(j, column, params.width);
            if (unpadded(u, params.width, params.radius, wrap) == column) {
                let weight = share(v, params.height) * share(u, params.width);
                sum += weight * d_y[(v * out_width + u) * params.blocks + block];
            }
        }
    }
    if (params.accumulate == 1u) {
        sum += d_x[index];
    }
    d_x[index] = sum;
}
