// A matrix, scaled, with its diagonal raised:
//   y = factor norm^power x + ridge norm^ridge_power I.
// x, y: C, C in 4x4 tiles. norm: one number that only the device knows, a squared norm of a matrix.

struct Params {
    blocks: u32,
    channels: u32,
    factor: f32,
    power: f32,
    ridge: f32,
    ridge_power: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<mat4x4<f32>>;       // C/4, C/4
@group(0) @binding(2) var<storage, read> norm: array<f32>;            // the first number counts
@group(0) @binding(3) var<storage, read_write> y: array<mat4x4<f32>>; // C/4, C/4

const SMALLEST_NORM = 1e-30;  // to divide by
const SMALLEST_SCALE = 1e-6;  // to take a share of: a flat picture has no covariance

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.blocks * params.blocks) {
        return;
    }
    var tile = x[index] * (params.factor * pow(max(norm[0], SMALLEST_NORM), params.power));
    let block = index % params.blocks;
    if (index / params.blocks == block) {
        tile += diagonal(block, params.channels, params.ridge * pow(max(norm[0], SMALLEST_SCALE), params.ridge_power));
    }
    y[index] = tile;
}
