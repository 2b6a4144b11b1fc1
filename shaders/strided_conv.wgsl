// Convolution with a square kernel and a stride, without padding:
//   y[v, u, o] = sum over (j, i, c) of weights[o, j, i, c] * x[stride v + j, stride u + i, c]
// x: H, W, C -> y: H', W', C'; channels last, padded to blocks of 4; weights as 4x4 tiles.
//
// Each thread makes 4 neighbouring pixels of 2 output blocks: 8 sums for 6 loads of a tap.

struct Params {
    in_height: u32,
    in_width: u32,
    in_blocks: u32,
    out_height: u32,
    out_width: u32,
    out_blocks: u32,
    kernel: u32, // width and height of the kernel
    stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;         // H, W, C
@group(0) @binding(2) var<storage, read> weights: array<mat4x4<f32>>; // C'/4, kernel, kernel, C/4; column = input channel
@group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;   // H', W', C'

const TILE = 4u; // pixels of a row per thread

fn store(row: u32, column: u32, block: u32, sum: vec4<f32>) {
    if (column < params.out_width) {
        y[(row * params.out_width + column) * params.out_blocks + block] = sum;
    }
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let tiles = (params.out_width + TILE - 1u) / TILE;
    let row = id.x / tiles;
    let column = (id.x % tiles) * TILE;
    let block = id.y * 2u;
    if (row >= params.out_height || block >= params.out_blocks) {
        return;
    }
    // The second block of an odd count repeats the last; pixels beyond the row's end repeat its last.
    let second = min(block + 1u, params.out_blocks - 1u);
    let taps = params.kernel * params.kernel * params.in_blocks;
    let last = params.out_width - 1u;
    let u0 = column * params.stride;
    let u1 = min(column + 1u, last) * params.stride;
    let u2 = min(column + 2u, last) * params.stride;
    let u3 = min(column + 3u, last) * params.stride;

    var a0 = vec4<f32>(); var a1 = vec4<f32>(); var a2 = vec4<f32>(); var a3 = vec4<f32>();
    var b0 = vec4<f32>(); var b1 = vec4<f32>(); var b2 = vec4<f32>(); var b3 = vec4<f32>();
    for (var j = 0u; j < params.kernel; j++) {
        let first = (row * params.stride + j) * params.in_width;
        for (var i = 0u; i < params.kernel; i++) {
            for (var c = 0u; c < params.in_blocks; c++) {
                let tap = (j * params.kernel + i) * params.in_blocks + c;
                let a = weights[block * taps + tap];
                let b = weights[second * taps + tap];
                let x0 = x[(first + u0 + i) * params.in_blocks + c];
                let x1 = x[(first + u1 + i) * params.in_blocks + c];
                let x2 = x[(first + u2 + i) * params.in_blocks + c];
                let x3 = x[(first + u3 + i) * params.in_blocks + c];
                a0 += a * x0; a1 += a * x1; a2 += a * x2; a3 += a * x3;
                b0 += b * x0; b1 += b * x1; b2 += b * x2; b3 += b * x3;
            }
        }
    }
    store(row, column, block, a0); store(row, column + 1u, block, a1);
    store(row, column + 2u, block, a2); store(row, column + 3u, block, a3);
    if (second > block) {
        store(row, column, second, b0); store(row, column + 1u, second, b1);
        store(row, column + 2u, second, b2); store(row, column + 3u, second, b3);
    }
}
