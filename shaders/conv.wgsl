// Convolution with a square kernel, stride 1, zero padding, bias and ReLU:
//   y[v, u, o] = relu(bias[o] + sum over (j, i, c) of weights[o, j, i, c] * x[v + j - pad, u + i - pad, c])
// The gradient to the input is the same sum with flipped, transposed weights (see kernels/conv.rs).
// Some rows of it at a time: x and y may hold only some rows of their maps, and rows beyond x are zeros.
// x: H, W, C -> y: H', W', C'; channels last, padded to blocks of 4; weights as 4x4 tiles.
//
// Each thread makes 16 neighbouring pixels of 2 output blocks, without barriers: 32 vec4 sums stay in registers. Along a
// row of the kernel the 16 inputs move on by one, so that each step loads one new input and two tiles of weights for
// 32 products of a matrix and a vector (direct convolution, register tiled). Loads are what costs on every adapter; but on a
// graphics card so many registers leave too few threads to wait for them, and there a thread makes 8 pixels.

struct Params {
    in_height: u32,
    in_width: u32,
    in_blocks: u32,
    rows: u32,       // of the output that are made
    out_width: u32,
    out_blocks: u32,
    kernel: u32,     // width and height of the kernel
    pad: u32,        // columns of zeros on both sides of x
    first_in: i32,   // row of x under the kernel's first row, for the first row that is made
    first_out: u32,  // where in y that row goes
    added: u32,      // rows of y before this one are added to, not overwritten
    relu: u32,       // 1: y = max(y, 0)
    scale: f32,      // what the sum is multiplied with
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;            // H, W, C
@group(0) @binding(2) var<storage, read> weights: array<mat4x4<f32>>; // C'/4, kernel, kernel, C/4; column = input channel
@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>>;      // C'
@group(0) @binding(4) var<storage, read_write> y: array<Target>;      // H', W', C'

// Pictures have three channels in one block. What a constant rules out, drivers leave out.
override BLOCKS: u32 = 2u;   // output blocks per thread: 1 towards pictures
override CHANNELS: u32 = 4u; // input channels in a block that are not padding: 3 from pictures
override OUTPUTS: u32 = 4u;  // output channels in a block that are not padding: 3 towards pictures
override TILE: u32 = 16u;    // pixels of a row per thread: 16, or 8 on graphics cards

// The input at a column of a row, zero outside.
fn load(row: u32, column: i32, block: u32) -> vec4<f32> {
    let inner = u32(clamp(column, 0, i32(params.in_width) - 1));
    let value = vec4<f32>(x[(row * params.in_width + inner) * params.in_blocks + block]);
    return select(vec4<f32>(0.0), value, column >= 0 && column < i32(params.in_width));
}

fn product(a: mat4x4<f32>, x: vec4<f32>) -> vec4<f32> {
    if (CHANNELS == 3u) {
        return a[0] * x.x + a[1] * x.y + a[2] * x.z;
    }
    return a * x;
}

fn store(row: u32, column: u32, block: u32, sum: vec4<f32>) {
    if (column >= params.out_width) {
        return;
    }
    let out_row = row + params.first_out;
    let index = (out_row * params.out_width + column) * params.out_blocks + block;
    var value = sum * params.scale + bias[block];
    if (params.relu == 1u) {
        value = max(value, vec4<f32>(0.0));
    }
    if (out_row < params.added) {
        value += vec4<f32>(y[index]);
    }
    if (OUTPUTS == 3u) {
        value.w = 0.0;
    }
    y[index] = narrow(value);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let tiles = (params.out_width + TILE - 1u) / TILE;
    let row = id.x / tiles;
    let column = (id.x % tiles) * TILE;
    let block = id.y * BLOCKS;
    if (row >= params.rows || block >= params.out_blocks) {
        return;
    }
    // The second block of an odd count repeats the last; it is computed and not stored.
    let second = min(block + 1u, params.out_blocks - 1u);
    let taps = params.kernel * params.kernel * params.in_blocks;
    let left = i32(column) - i32(params.pad);

    var a0 = vec4<f32>(); var a1 = vec4<f32>(); var a2 = vec4<f32>(); var a3 = vec4<f32>();
    var a4 = vec4<f32>(); var a5 = vec4<f32>(); var a6 = vec4<f32>(); var a7 = vec4<f32>();
    var a8 = vec4<f32>(); var a9 = vec4<f32>(); var a10 = vec4<f32>(); var a11 = vec4<f32>();
    var a12 = vec4<f32>(); var a13 = vec4<f32>(); var a14 = vec4<f32>(); var a15 = vec4<f32>();
    var b0 = vec4<f32>(); var b1 = vec4<f32>(); var b2 = vec4<f32>(); var b3 = vec4<f32>();
    var b4 = vec4<f32>(); var b5 = vec4<f32>(); var b6 = vec4<f32>(); var b7 = vec4<f32>();
    var b8 = vec4<f32>(); var b9 = vec4<f32>(); var b10 = vec4<f32>(); var b11 = vec4<f32>();
    var b12 = vec4<f32>(); var b13 = vec4<f32>(); var b14 = vec4<f32>(); var b15 = vec4<f32>();

    for (var j = 0u; j < params.kernel; j++) {
        let in_row = i32(row + j) + params.first_in;
        if (in_row < 0 || in_row >= i32(params.in_height)) {
            continue;
        }
        let v = u32(in_row);
        for (var c = 0u; c < params.in_blocks; c++) {
            var x0 = load(v, left + 0, c); var x1 = load(v, left + 1, c);
            var x2 = load(v, left + 2, c); var x3 = load(v, left + 3, c);
            var x4 = load(v, left + 4, c); var x5 = load(v, left + 5, c);
            var x6 = load(v, left + 6, c); var x7 = vec4<f32>();
            var x8 = vec4<f32>(); var x9 = vec4<f32>(); var x10 = vec4<f32>(); var x11 = vec4<f32>();
            var x12 = vec4<f32>(); var x13 = vec4<f32>(); var x14 = vec4<f32>();
            if (TILE == 16u) {
                x7 = load(v, left + 7, c); x8 = load(v, left + 8, c);
                x9 = load(v, left + 9, c); x10 = load(v, left + 10, c);
                x11 = load(v, left + 11, c); x12 = load(v, left + 12, c);
                x13 = load(v, left + 13, c); x14 = load(v, left + 14, c);
            }
            for (var i = 0u; i < params.kernel; i++) {
                let fresh = load(v, left + i32(i + TILE) - 1, c);
                if (TILE == 8u) {
                    x7 = fresh;
                }
                let tap = (j * params.kernel + i) * params.in_blocks + c;
                let a = weights[block * taps + tap];
                a0 += product(a, x0); a1 += product(a, x1); a2 += product(a, x2); a3 += product(a, x3);
                a4 += product(a, x4); a5 += product(a, x5); a6 += product(a, x6); a7 += product(a, x7);
                if (TILE == 16u) {
                    a8 += product(a, x8); a9 += product(a, x9); a10 += product(a, x10); a11 += product(a, x11);
                    a12 += product(a, x12); a13 += product(a, x13); a14 += product(a, x14); a15 += product(a, fresh);
                }
                if (BLOCKS == 2u) {
                    let b = weights[second * taps + tap];
                    b0 += product(b, x0); b1 += product(b, x1); b2 += product(b, x2); b3 += product(b, x3);
                    b4 += product(b, x4); b5 += product(b, x5); b6 += product(b, x6); b7 += product(b, x7);
                    if (TILE == 16u) {
                        b8 += product(b, x8); b9 += product(b, x9); b10 += product(b, x10); b11 += product(b, x11);
                        b12 += product(b, x12); b13 += product(b, x13); b14 += product(b, x14); b15 += product(b, fresh);
                    }
                }
                x0 = x1; x1 = x2; x2 = x3; x3 = x4; x4 = x5; x5 = x6; x6 = x7;
                if (TILE == 16u) {
                    x7 = x8; x8 = x9; x9 = x10; x10 = x11; x11 = x12; x12 = x13; x13 = x14; x14 = fresh;
                }
            }
        }
    }
    store(row, column + 0u, block, a0); store(row, column + 1u, block, a1);
    store(row, column + 2u, block, a2); store(row, column + 3u, block, a3);
    store(row, column + 4u, block, a4); store(row, column + 5u, block, a5);
    store(row, column + 6u, block, a6); store(row, column + 7u, block, a7);
    if (TILE == 16u) {
        store(row, column + 8u, block, a8); store(row, column + 9u, block, a9);
        store(row, column + 10u, block, a10); store(row, column + 11u, block, a11);
        store(row, column + 12u, block, a12); store(row, column + 13u, block, a13);
        store(row, column + 14u, block, a14); store(row, column + 15u, block, a15);
    }
    if (BLOCKS == 2u && second > block) {
        store(row, column + 0u, second, b0); store(row, column + 1u, second, b1);
        store(row, column + 2u, second, b2); store(row, column + 3u, second, b3);
        store(row, column + 4u, second, b4); store(row, column + 5u, second, b5);
        store(row, column + 6u, second, b6); store(row, column + 7u, second, b7);
        if (TILE == 16u) {
            store(row, column + 8u, second, b8); store(row, column + 9u, second, b9);
            store(row, column + 10u, second, b10); store(row, column + 11u, second, b11);
            store(row, column + 12u, second, b12); store(row, column + 13u, second, b13);
            store(row, column + 14u, second, b14); store(row, column + 15u, second, b15);
        }
    }
}
