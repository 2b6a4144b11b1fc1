// L-BFGS, part 4: takes the step, x = clamp(x + sum over k of coefficients[k] * basis[k], 0, 1), and averages the
// iterates as adam.wgsl does.
// basis: rows, E; x, average: E.

struct Params {
    vectors: u32, // vec4 elements of x
    rows: u32,    // 2 history + 1
    share: f32,   // of the new picture in the average
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> basis: array<vec4<f32>>;         // rows, E
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;        // rows
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;       // E
@group(0) @binding(4) var<storage, read_write> average: array<vec4<f32>>; // E

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.vectors) {
        return;
    }
    var step = vec4<f32>(0.0);
    for (var k = 0u; k < params.rows; k++) {
        step += coefficients[k] * basis[k * params.vectors + index];
    }
    let next = clamp(x[index] + step, vec4<f32>(0.0), vec4<f32>(1.0));
    x[index] = next;
    average[index] += params.share * (next - average[index]);
}
