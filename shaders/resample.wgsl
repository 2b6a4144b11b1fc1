// Resampling along one axis with a table of taps (area, Lanczos or Catmull-Rom: image/resample.rs decides):
//   y[o] = sum over t of weights[o, t] * x[start[o] + t]
// x: H, W, 4 -> y: H', W, 4 (down) or H, W', 4 (across).

struct Params {
    in_width: u32,
    out_height: u32,
    out_width: u32,
    taps: u32,     // per output
    across: u32,   // 1: along the rows, 0: along the columns
    clamp_unit: u32, // 1: clamp to 0..1
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;       // H, W, 4
@group(0) @binding(2) var<storage, read> start: array<f32>;         // outputs; whole numbers
@group(0) @binding(3) var<storage, read> weights: array<f32>;       // outputs, taps
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>; // H', W', 4

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.out_height * params.out_width) {
        return;
    }
    let row = index / params.out_width;
    let column = index % params.out_width;
    let output = select(row, column, params.across == 1u);
    let stride = select(params.in_width, 1u, params.across == 1u);
    let base = select(column, row * params.in_width, params.across == 1u);
    let first = base + u32(start[output]) * stride;
    var sum = vec4<f32>(0.0);
    for (var t = 0u; t < params.taps; t++) {
        sum += weights[output * params.taps + t] * x[first + t * stride];
    }
    if (params.clamp_unit == 1u) {
        sum = clamp(sum, vec4<f32>(0.0), vec4<f32>(1.0));
    }
    y[index] = sum;
}
