// Gradient of a convolution, without padding, to its weights, in partial sums over chunks of its output's rows:
//   d_weights[o, j, i, c] = sum over (v, u) of d_y[v, u, o] * x[stride v + j, stride u + i, c]
// x: H, W, C; d_y: H', W', C' -> partials: chunks, weights as 4x4 tiles.
//
// Each thread sums three neighbouring taps of a kernel's row for one input block and two output blocks: 6 tiles in
// registers, for 5 loads a pixel.

struct Params {
    in_width: u32,
    in_channels: u32,
    in_blocks: u32,
    out_height: u32,
    out_width: u32,
    out_blocks: u32,
    kernel: u32, // a multiple of 3
    stride: u32,
    rows: u32,   // of d_y in a chunk
    chunks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;                 // H, W, C
@group(0) @binding(2) var<storage, read> d_y: array<vec4<f32>>;               // H', W', C'
@group(0) @binding(3) var<storage, read_write> partials: array<mat4x4<f32>>; // chunks, C'/4, kernel, kernel, C/4


// Columns of channels that the input does not have are zero.
fn masked(sum: mat4x4<f32>, block: u32) -> mat4x4<f32> {
    let there = vec4<u32>(0u, 1u, 2u, 3u) + block * 4u < vec4<u32>(params.in_channels);
    let one = select(vec4<f32>(0.0), vec4<f32>(1.0), there);
    return mat4x4<f32>(sum[0] * one.x, sum[1] * one.y, sum[2] * one.z, sum[3] * one.w);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    // Along x: the input block, then three taps of a row, then the row of the kernel; along y: output blocks, then chunks.
    let thirds = params.kernel / 3u;
    let pairs = (params.out_blocks + 1u) / 2u;
    let c = id.x % params.in_blocks;
    let i = (id.x / params.in_blocks) % thirds * 3u;
    let j = id.x / (params.in_blocks * thirds);
    let o = id.y % pairs * 2u;
    let chunk = id.y / pairs;
    if (j >= params.kernel || chunk >= params.chunks) {
        return;
    }
    let second = min(o + 1u, params.out_blocks - 1u);
    var a0 = mat4x4<f32>(); var a1 = mat4x4<f32>(); var a2 = mat4x4<f32>();
    var b0 = mat4x4<f32>(); var b1 = mat4x4<f32>(); var b2 = mat4x4<f32>();
    let end = min((chunk + 1u) * params.rows, params.out_height);
    for (var v = chunk * params.rows; v < end; v++) {
        let corner = (v * params.stride + j) * params.in_width + i;
        for (var u = 0u; u < params.out_width; u++) {
            let at = (corner + u * params.stride) * params.in_blocks + c;
            let x0 = x[at];
            let x1 = x[at + params.in_blocks];
            let x2 = x[at + 2u * params.in_blocks];
            let to = (v * params.out_width + u) * params.out_blocks;
            let d0 = d_y[to + o];
            let d1 = d_y[to + second];
            a0 += outer(d0, x0); a1 += outer(d0, x1); a2 += outer(d0, x2);
            b0 += outer(d1, x0); b1 += outer(d1, x1); b2 += outer(d1, x2);
        }
    }
    let taps = params.kernel * params.kernel * params.in_blocks;
    let tap = (j * params.kernel + i) * params.in_blocks + c;
    let first = (chunk * params.out_blocks + o) * taps + tap;
    partials[first] = masked(a0, c);
    partials[first + params.in_blocks] = masked(a1, c);
    partials[first + 2u * params.in_blocks] = masked(a2, c);
    if (second > o) {
        partials[first + taps] = masked(b0, c);
        partials[first + taps + params.in_blocks] = masked(b1, c);
        partials[first + taps + 2u * params.in_blocks] = masked(b2, c);
    }
}
