// Gradient of a strided convolution to its input:
//   d_x[r, q, c] = sum over (v, u, j, i, o) with stride v + j = r, stride u + i = q of weights[o, j, i, c] * d_y[v, u, o]
// d_y: H', W', C' -> d_x: H, W, C. It reads the weights of the way down: a row vector times a tile is the tile's transpose
// times the vector.

struct Params {
    in_height: u32, // of d_x
    in_width: u32,
    in_blocks: u32,
    out_height: u32, // of d_y
    out_width: u32,
    out_blocks: u32,
    kernel: u32,
    stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> d_y: array<vec4<f32>>;       // H', W', C'
@group(0) @binding(2) var<storage, read> weights: array<mat4x4<f32>>; // C'/4, kernel, kernel, C/4; column = input channel
@group(0) @binding(3) var<storage, read_write> d_x: array<vec4<f32>>; // H, W, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.in_height * params.in_width * params.in_blocks) {
        return;
    }
    let block = index % params.in_blocks;
    let column = (index / params.in_blocks) % params.in_width;
    let row = index / (params.in_blocks * params.in_width);
    let taps = params.kernel * params.kernel * params.in_blocks;
    var sum = vec4<f32>(0.0);
    for (var j = row % params.stride; j < params.kernel && j <= row; j += params.stride) {
        let v = (row - j) / params.stride;
        if (v >= params.out_height) {
            continue;
        }
        for (var i = column % params.stride; i < params.kernel && i <= column; i += params.stride) {
            let u = (column - i) / params.stride;
            if (u >= params.out_width) {
                continue;
            }
            let tap = (j * params.kernel + i) * params.in_blocks + block;
            for (var o = 0u; o < params.out_blocks; o++) {
                sum += d_y[(v * params.out_width + u) * params.out_blocks + o] * weights[o * taps + tap];
            }
        }
    }
    d_x[index] = sum;
}
