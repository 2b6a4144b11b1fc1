// Products of matrices, a batch of them; batched_gemm.wgsl and batched_gemm_shared.wgsl are two ways to do them:
//   y[p, n, o] (+)= bias[o] + sum over c of w[p, o, c] x[p, n, c].
// x: P, N, C -> y: P, N, C'; w: P, C'/4, C/4 tiles of 4x4. With P = 36 it is the second of the three steps of a 3x3
// convolution after Winograd (kernels/winograd.rs); with P = 1 it takes a style's gradient back to the features.
//
// The gradient of Winograd's convolution wants the kernels turned by half a turn and their channels exchanged. Its points
// are closed under 1/p and its weights scaled for it, so that turning a kernel only exchanges points; TRANSPOSED reads the
// same weights that way, and they are stored once.

struct Params {
    batch: u32, // P
    rows: u32,  // N
    in_blocks: u32,
    out_blocks: u32,
    biased: u32,     // 1: add the bias
    accumulate: u32, // 1: add to what y holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;           // P, N, C
@group(0) @binding(2) var<storage, read> w: array<mat4x4<f32>>;      // P, C'/4, C/4; column = input channel
@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>>;     // C'
@group(0) @binding(4) var<storage, read_write> y: array<Target>;     // P, N, C'

override TRANSPOSED: bool = false;

// Which weights belong to a product. For the gradient those of 1/p among the points, in both directions: 0 and infinity change
// places, and +-sqrt(2) with +-1/sqrt(2).
fn weights_of(p: u32) -> u32 {
    if (!TRANSPOSED) {
        return p;
    }
    var inverse = array<u32, 6>(5u, 3u, 4u, 1u, 2u, 0u);
    return inverse[p / 6u] * 6u + inverse[p % 6u];
}

fn weight(point: u32, output: u32, input: u32) -> mat4x4<f32> {
    if (TRANSPOSED) {
        return transpose(w[(point * params.in_blocks + input) * params.out_blocks + output]);
    }
    return w[(point * params.out_blocks + output) * params.in_blocks + input];
}

// Where a row of x begins, and four of its values.
fn row_start(p: u32, row: u32) -> u32 {
    return (p * params.rows + row) * params.in_blocks;
}

fn row_at(start: u32, input: u32) -> vec4<f32> {
    return vec4<f32>(x[start + input]);
}

// Beyond the last row there is nothing to store.
fn store_row(p: u32, row: u32, block: u32, sum: vec4<f32>) {
    if (row >= params.rows) {
        return;
    }
    let index = (p * params.rows + row) * params.out_blocks + block;
    var value = sum;
    if (params.biased == 1u) {
        value += bias[block];
    }
    if (params.accumulate == 1u) {
        value += vec4<f32>(y[index]);
    }
    y[index] = narrow(value);
}
