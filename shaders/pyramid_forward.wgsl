// One level down a Gaussian pyramid: 5-tap binomial blur [1 4 6 4 1]/16 in both directions with replicated borders,
// then every second pixel (Burt & Adelson 1983).
//   y[v, u] = sum over (j, i) of tap[j] * tap[i] * x[clamp(2v + j - 2), clamp(2u + i - 2)]
// x: H, W, 4 -> y: ceil(H/2), ceil(W/2), 4.

struct Params {
    height: u32, // of x
    width: u32,  // of x
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;       // H, W, 4
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>; // ceil(H/2), ceil(W/2), 4

// Binomial weight of a tap 0..4.
fn tap(index: u32) -> f32 {
    return select(select(1.0, 4.0, index == 1u || index == 3u), 6.0, index == 2u) / 16.0;
}

fn source(out_position: u32, index: u32, count: u32) -> u32 {
    return u32(clamp(i32(out_position * 2u + index) - 2, 0, i32(count) - 1));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    let out_width = (params.width + 1u) / 2u;
    let out_height = (params.height + 1u) / 2u;
    if (index >= out_height * out_width) {
        return;
    }
    let row = index / out_width;
    let column = index % out_width;
    var sum = vec4<f32>(0.0);
    for (var j = 0u; j < 5u; j++) {
        let start = source(row, j, params.height) * params.width;
        for (var i = 0u; i < 5u; i++) {
            sum += tap(j) * tap(i) * x[start + source(column, i, params.width)];
        }
    }
    y[index] = sum;
}
