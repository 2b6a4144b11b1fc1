// Gradient of 2x2 pooling: average gives every pixel of a window a quarter; max gives all to the first of the
// largest, in reading order; L2 gives x / (4 y), and nothing where all are 0. Pixels that no window covers get 0.
// x, d_x: H, W, C; d_y: H/2, W/2, C.

struct Params {
    height: u32,     // of x
    width: u32,      // of x
    blocks: u32,
    kind: u32,       // 0: average, 1: max, 2: L2
    accumulate: u32, // 1: add to what d_x holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;            // H, W, C
@group(0) @binding(2) var<storage, read> d_y: array<Source>;          // H/2, W/2, C
@group(0) @binding(3) var<storage, read_write> d_x: array<Target>;    // H, W, C

// What max pooling passes on to the window's pixel `place` (0..3): all where it is the first of the largest.
fn max_share(first: u32, place: u32) -> vec4<f32> {
    let below = first + params.width * params.blocks;
    let a = vec4<f32>(x[first]);
    let b = vec4<f32>(x[first + params.blocks]);
    let c = vec4<f32>(x[below]);
    let d = vec4<f32>(x[below + params.blocks]);
    let wins = winners(a, b, c, d);
    let top = select(wins.a, wins.b, vec4<bool>(place == 1u));
    let bottom = select(wins.c, wins.d, vec4<bool>(place == 3u));
    return select(vec4<f32>(0.0), vec4<f32>(1.0), select(top, bottom, vec4<bool>(place >= 2u)));
}

// What L2 pooling passes on to the pixel `x[index]` of a window.
fn l2_share(first: u32, index: u32) -> vec4<f32> {
    let below = first + params.width * params.blocks;
    let a = vec4<f32>(x[first]);
    let b = vec4<f32>(x[first + params.blocks]);
    let c = vec4<f32>(x[below]);
    let d = vec4<f32>(x[below + params.blocks]);
    let root = sqrt(a * a + b * b + c * c + d * d);
    return select(vec4<f32>(0.0), 0.5 * vec4<f32>(x[index]) / root, root > vec4<f32>(0.0));
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
    let out_width = params.width / 2u;
    let out_row = row / 2u;
    let out_column = column / 2u;
    var value = vec4<f32>(0.0);
    if (out_row < params.height / 2u && out_column < out_width) {
        let d = vec4<f32>(d_y[(out_row * out_width + out_column) * params.blocks + block]);
        let first = ((out_row * 2u) * params.width + out_column * 2u) * params.blocks + block;
        if (params.kind == 1u) {
            value = d * max_share(first, (row % 2u) * 2u + column % 2u);
        } else if (params.kind == 2u) {
            value = d * l2_share(first, index);
        } else {
            value = d * 0.25;
        }
    }
    if (params.accumulate == 1u) {
        value += vec4<f32>(d_x[index]);
    }
    d_x[index] = narrow(value);
}
