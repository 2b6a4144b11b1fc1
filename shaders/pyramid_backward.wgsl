// Adjoint of one pyramid level: each pixel of x gathers from every output whose blur reached it.
// d_y: ceil(H/2), ceil(W/2), 4 -> d_x: H, W, 4.

struct Params {
    height: u32,     // of x
    width: u32,      // of x
    accumulate: u32, // 1: add to what d_x holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> d_y: array<vec4<f32>>;       // ceil(H/2), ceil(W/2), 4
@group(0) @binding(2) var<storage, read_write> d_x: array<vec4<f32>>; // H, W, 4

// Binomial weight of a tap 0..4.
fn tap(index: u32) -> f32 {
    return select(select(1.0, 4.0, index == 1u || index == 3u), 6.0, index == 2u) / 16.0;
}

// With what weight output `out_position` read `position`: at the borders several taps do.
fn reach(out_position: u32, position: u32, count: u32) -> f32 {
    var sum = 0.0;
    for (var i = 0u; i < 5u; i++) {
        let source = u32(clamp(i32(out_position * 2u + i) - 2, 0, i32(count) - 1));
        sum += select(0.0, tap(i), source == position);
    }
    return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.height * params.width) {
        return;
    }
    let row = index / params.width;
    let column = index % params.width;
    let out_width = (params.width + 1u) / 2u;
    let out_height = (params.height + 1u) / 2u;
    let first_row = u32(max(i32(row / 2u) - 1, 0));
    let first_column = u32(max(i32(column / 2u) - 1, 0));
    var sum = vec4<f32>(0.0);
    for (var v = first_row; v <= min(row / 2u + 1u, out_height - 1u); v++) {
        let vertical = reach(v, row, params.height);
        for (var u = first_column; u <= min(column / 2u + 1u, out_width - 1u); u++) {
            sum += vertical * reach(u, column, params.width) * d_y[v * out_width + u];
        }
    }
    if (params.accumulate == 1u) {
        sum += d_x[index];
    }
    d_x[index] = sum;
}
