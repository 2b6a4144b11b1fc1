// The same matrix at every position: y[n] = matrix x[n] + bias. It takes a style gradient back to the features.
// x: N, C -> y: N, C'; the matrix as 4x4 tiles.
//
// Each thread makes 8 positions of 4 output blocks in registers, without barriers, as winograd_product.wgsl does.

struct Params {
    pixels: u32, // N
    in_blocks: u32,
    out_blocks: u32,
    accumulate: u32, // 1: add to what y holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;            // N, C
@group(0) @binding(2) var<storage, read> tiles: array<mat4x4<f32>>;   // C'/4, C/4; column = input channel
@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>>;      // C'
@group(0) @binding(4) var<storage, read_write> y: array<Target>;      // N, C'

const PIXELS = 8u; // per thread
const BLOCKS = 4u; // per thread

fn store(pixel: u32, block: u32, sum: vec4<f32>) {
    if (pixel >= params.pixels || block >= params.out_blocks) {
        return;
    }
    let index = pixel * params.out_blocks + block;
    var value = sum + bias[block];
    if (params.accumulate == 1u) {
        value += vec4<f32>(y[index]);
    }
    y[index] = narrow(value);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
    let pixel = id.x * PIXELS;
    let block = group.y * BLOCKS;
    if (pixel >= params.pixels) {
        return;
    }
    // Beyond the last pixel and block the last is repeated; it is computed and not stored.
    let last = params.pixels - 1u;
    let p0 = min(pixel + 0u, last) * params.in_blocks; let p1 = min(pixel + 1u, last) * params.in_blocks;
    let p2 = min(pixel + 2u, last) * params.in_blocks; let p3 = min(pixel + 3u, last) * params.in_blocks;
    let p4 = min(pixel + 4u, last) * params.in_blocks; let p5 = min(pixel + 5u, last) * params.in_blocks;
    let p6 = min(pixel + 6u, last) * params.in_blocks; let p7 = min(pixel + 7u, last) * params.in_blocks;
    let last_block = params.out_blocks - 1u;
    let row0 = min(block + 0u, last_block) * params.in_blocks;
    let row1 = min(block + 1u, last_block) * params.in_blocks;
    let row2 = min(block + 2u, last_block) * params.in_blocks;
    let row3 = min(block + 3u, last_block) * params.in_blocks;

    var a0 = vec4<f32>(); var a1 = vec4<f32>(); var a2 = vec4<f32>(); var a3 = vec4<f32>();
    var a4 = vec4<f32>(); var a5 = vec4<f32>(); var a6 = vec4<f32>(); var a7 = vec4<f32>();
    var b0 = vec4<f32>(); var b1 = vec4<f32>(); var b2 = vec4<f32>(); var b3 = vec4<f32>();
    var b4 = vec4<f32>(); var b5 = vec4<f32>(); var b6 = vec4<f32>(); var b7 = vec4<f32>();
    var c0 = vec4<f32>(); var c1 = vec4<f32>(); var c2 = vec4<f32>(); var c3 = vec4<f32>();
    var c4 = vec4<f32>(); var c5 = vec4<f32>(); var c6 = vec4<f32>(); var c7 = vec4<f32>();
    var d0 = vec4<f32>(); var d1 = vec4<f32>(); var d2 = vec4<f32>(); var d3 = vec4<f32>();
    var d4 = vec4<f32>(); var d5 = vec4<f32>(); var d6 = vec4<f32>(); var d7 = vec4<f32>();
    for (var c = 0u; c < params.in_blocks; c++) {
        let x0 = vec4<f32>(x[p0 + c]); let x1 = vec4<f32>(x[p1 + c]);
        let x2 = vec4<f32>(x[p2 + c]); let x3 = vec4<f32>(x[p3 + c]);
        let x4 = vec4<f32>(x[p4 + c]); let x5 = vec4<f32>(x[p5 + c]);
        let x6 = vec4<f32>(x[p6 + c]); let x7 = vec4<f32>(x[p7 + c]);
        let wa = tiles[row0 + c];
        a0 += wa * x0; a1 += wa * x1; a2 += wa * x2; a3 += wa * x3;
        a4 += wa * x4; a5 += wa * x5; a6 += wa * x6; a7 += wa * x7;
        let wb = tiles[row1 + c];
        b0 += wb * x0; b1 += wb * x1; b2 += wb * x2; b3 += wb * x3;
        b4 += wb * x4; b5 += wb * x5; b6 += wb * x6; b7 += wb * x7;
        let wc = tiles[row2 + c];
        c0 += wc * x0; c1 += wc * x1; c2 += wc * x2; c3 += wc * x3;
        c4 += wc * x4; c5 += wc * x5; c6 += wc * x6; c7 += wc * x7;
        let wd = tiles[row3 + c];
        d0 += wd * x0; d1 += wd * x1; d2 += wd * x2; d3 += wd * x3;
        d4 += wd * x4; d5 += wd * x5; d6 += wd * x6; d7 += wd * x7;
    }
    store(pixel + 0u, block + 0u, a0); store(pixel + 1u, block + 0u, a1);
    store(pixel + 2u, block + 0u, a2); store(pixel + 3u, block + 0u, a3);
    store(pixel + 4u, block + 0u, a4); store(pixel + 5u, block + 0u, a5);
    store(pixel + 6u, block + 0u, a6); store(pixel + 7u, block + 0u, a7);
    store(pixel + 0u, block + 1u, b0); store(pixel + 1u, block + 1u, b1);
    store(pixel + 2u, block + 1u, b2); store(pixel + 3u, block + 1u, b3);
    store(pixel + 4u, block + 1u, b4); store(pixel + 5u, block + 1u, b5);
    store(pixel + 6u, block + 1u, b6); store(pixel + 7u, block + 1u, b7);
    store(pixel + 0u, block + 2u, c0); store(pixel + 1u, block + 2u, c1);
    store(pixel + 2u, block + 2u, c2); store(pixel + 3u, block + 2u, c3);
    store(pixel + 4u, block + 2u, c4); store(pixel + 5u, block + 2u, c5);
    store(pixel + 6u, block + 2u, c6); store(pixel + 7u, block + 2u, c7);
    store(pixel + 0u, block + 3u, d0); store(pixel + 1u, block + 3u, d1);
    store(pixel + 2u, block + 3u, d2); store(pixel + 3u, block + 3u, d3);
    store(pixel + 4u, block + 3u, d4); store(pixel + 5u, block + 3u, d5);
    store(pixel + 6u, block + 3u, d6); store(pixel + 7u, block + 3u, d7);
}
