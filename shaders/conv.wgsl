// Convolution with a square kernel, stride 1, zero padding, bias and ReLU:
//   y[v, u, o] = relu(bias[o] + sum over (j, i, c) of weights[o, j, i, c] * x[v + j - pad, u + i - pad, c])
// The gradient to the input is the same sum with flipped, transposed weights (see kernels/conv.rs).
// x: H, W, C -> y: H', W', C'; channels last, padded to blocks of 4; weights as 4x4 tiles.
//
// Each thread makes 8 neighbouring pixels of 2 output blocks, without barriers: 16 vec4 sums stay in registers,
// and 16 loads feed 64 multiply-adds of vec4 (direct convolution, register tiled).

struct Params {
    in_height: u32,
    in_width: u32,
    in_blocks: u32,
    out_height: u32,
    out_width: u32,
    out_blocks: u32,
    kernel: u32,     // width and height of the kernel
    pad: u32,        // rows and columns of zeros around x
    relu: u32,       // 1: y = max(y, 0)
    accumulate: u32, // 1: add to what y holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;         // H, W, C
@group(0) @binding(2) var<storage, read> weights: array<mat4x4<f32>>; // C'/4, kernel, kernel, C/4; column = input channel
@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>>;      // C'
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>;   // H', W', C'

const TILE = 8u; // pixels of a row per thread

fn inside(column: i32) -> bool {
    return column >= 0 && column < i32(params.in_width);
}

// The first vec4 of a column, moved inside where the column is not.
fn address(row: u32, column: i32) -> u32 {
    let inner = u32(clamp(column, 0, i32(params.in_width) - 1));
    return (row * params.in_width + inner) * params.in_blocks;
}

fn load(index: u32, valid: bool) -> vec4<f32> {
    return select(vec4<f32>(0.0), x[index], valid);
}

fn store(row: u32, column: u32, block: u32, sum: vec4<f32>) {
    if (column >= params.out_width || block >= params.out_blocks) {
        return;
    }
    let index = (row * params.out_width + column) * params.out_blocks + block;
    var value = sum + bias[block];
    if (params.relu == 1u) {
        value = max(value, vec4<f32>(0.0));
    }
    if (params.accumulate == 1u) {
        value += y[index];
    }
    y[index] = value;
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
    // The second block of an odd count repeats the first; store drops it.
    let second = min(block + 1u, params.out_blocks - 1u);
    let taps = params.kernel * params.kernel * params.in_blocks;

    var a0 = vec4<f32>(0.0); var a1 = vec4<f32>(0.0); var a2 = vec4<f32>(0.0); var a3 = vec4<f32>(0.0);
    var a4 = vec4<f32>(0.0); var a5 = vec4<f32>(0.0); var a6 = vec4<f32>(0.0); var a7 = vec4<f32>(0.0);
    var b0 = vec4<f32>(0.0); var b1 = vec4<f32>(0.0); var b2 = vec4<f32>(0.0); var b3 = vec4<f32>(0.0);
    var b4 = vec4<f32>(0.0); var b5 = vec4<f32>(0.0); var b6 = vec4<f32>(0.0); var b7 = vec4<f32>(0.0);

    for (var j = 0u; j < params.kernel; j++) {
        let signed_row = i32(row + j) - i32(params.pad);
        if (signed_row < 0 || signed_row >= i32(params.in_height)) {
            continue;
        }
        let in_row = u32(signed_row);
        for (var i = 0u; i < params.kernel; i++) {
            let left = i32(column + i) - i32(params.pad);
            let v0 = inside(left); let v1 = inside(left + 1); let v2 = inside(left + 2); let v3 = inside(left + 3);
            let v4 = inside(left + 4); let v5 = inside(left + 5); let v6 = inside(left + 6); let v7 = inside(left + 7);
            let p0 = address(in_row, left); let p1 = address(in_row, left + 1);
            let p2 = address(in_row, left + 2); let p3 = address(in_row, left + 3);
            let p4 = address(in_row, left + 4); let p5 = address(in_row, left + 5);
            let p6 = address(in_row, left + 6); let p7 = address(in_row, left + 7);
            let tap = (j * params.kernel + i) * params.in_blocks;
            let wa = block * taps + tap;
            let wb = second * taps + tap;
            for (var c = 0u; c < params.in_blocks; c++) {
                let a = weights[wa + c];
                let b = weights[wb + c];
                let x0 = load(p0 + c, v0); let x1 = load(p1 + c, v1);
                let x2 = load(p2 + c, v2); let x3 = load(p3 + c, v3);
                let x4 = load(p4 + c, v4); let x5 = load(p5 + c, v5);
                let x6 = load(p6 + c, v6); let x7 = load(p7 + c, v7);
                a0 += a * x0; a1 += a * x1; a2 += a * x2; a3 += a * x3;
                a4 += a * x4; a5 += a * x5; a6 += a * x6; a7 += a * x7;
                b0 += b * x0; b1 += b * x1; b2 += b * x2; b3 += b * x3;
                b4 += b * x4; b5 += b * x5; b6 += b * x6; b7 += b * x7;
            }
        }
    }
    store(row, column, block, a0); store(row, column + 1u, block, a1);
    store(row, column + 2u, block, a2); store(row, column + 3u, block, a3);
    store(row, column + 4u, block, a4); store(row, column + 5u, block, a5);
    store(row, column + 6u, block, a6); store(row, column + 7u, block, a7);
    if (block + 1u < params.out_blocks) {
        store(row, column, block + 1u, b0); store(row, column + 1u, block + 1u, b1);
        store(row, column + 2u, block + 1u, b2); store(row, column + 3u, block + 1u, b3);
        store(row, column + 4u, block + 1u, b4); store(row, column + 5u, block + 1u, b5);
        store(row, column + 6u, block + 1u, b6); store(row, column + 7u, block + 1u, b7);
    }
}
