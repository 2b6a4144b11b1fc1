// The second of three steps of a 3x3 convolution after Winograd: at each of the 36 points one product of matrices,
//   m[p, t, o] = sum over c of u[p, o, c] * v[p, t, c].
// v: 36, tiles, C -> m: 36, tiles, C'; u: the transformed weights G g G', as 4x4 tiles (see kernels/winograd.rs).
//
// The gradient to the input wants the kernels turned by half a turn and their channels exchanged. The points are closed
// under 1/p and the rows of G scaled for it, so that turning a kernel only exchanges points; TRANSPOSED reads the same
// weights that way, and they are stored once.
//
// Each thread makes 8 or 16 tiles of 4 output blocks in registers, without barriers. Threads run over tiles and points, so
// that small maps, with few tiles, still fill a workgroup.

struct Params {
    tiles: u32,
    in_blocks: u32,
    out_blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> v: array<vec4<f32>>;       // 36, tiles, C
@group(0) @binding(2) var<storage, read> u: array<mat4x4<f32>>;     // 36, C'/4, C/4; column = input channel
@group(0) @binding(3) var<storage, read_write> m: array<vec4<f32>>; // 36, tiles, C'

override TRANSPOSED: bool = false;
override TILES: u32 = 8u; // per thread, 8 or 16; what a constant rules out, drivers leave out

const POINTS = 36u;
const BLOCKS = 4u; // per thread

// Where the transform of the turned kernel finds its value: 0 and infinity change places, and +-sqrt(2) with +-1/sqrt(2).
fn turned(point: u32) -> u32 {
    var partner = array<u32, 6>(5u, 3u, 4u, 1u, 2u, 0u);
    return partner[point / 6u] * 6u + partner[point % 6u];
}

fn weight(point: u32, output: u32, input: u32) -> mat4x4<f32> {
    if (TRANSPOSED) {
        return transpose(u[(point * params.in_blocks + input) * params.out_blocks + output]);
    }
    return u[(point * params.out_blocks + output) * params.in_blocks + input];
}

fn store(point: u32, tile: u32, block: u32, sum: vec4<f32>) {
    if (tile < params.tiles && block < params.out_blocks) {
        m[(point * params.tiles + tile) * params.out_blocks + block] = sum;
    }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
    let columns = (params.tiles + TILES - 1u) / TILES;
    let point = id.x / columns;
    let tile = id.x % columns * TILES;
    let block = group.y * BLOCKS;
    if (point >= POINTS) {
        return;
    }
    // Beyond the last tile and block the last is repeated; it is computed and not stored.
    let last = params.tiles - 1u;
    let t0 = (point * params.tiles + min(tile + 0u, last)) * params.in_blocks;
    let t1 = (point * params.tiles + min(tile + 1u, last)) * params.in_blocks;
    let t2 = (point * params.tiles + min(tile + 2u, last)) * params.in_blocks;
    let t3 = (point * params.tiles + min(tile + 3u, last)) * params.in_blocks;
    let t4 = (point * params.tiles + min(tile + 4u, last)) * params.in_blocks;
    let t5 = (point * params.tiles + min(tile + 5u, last)) * params.in_blocks;
    let t6 = (point * params.tiles + min(tile + 6u, last)) * params.in_blocks;
    let t7 = (point * params.tiles + min(tile + 7u, last)) * params.in_blocks;
    let t8 = (point * params.tiles + min(tile + 8u, last)) * params.in_blocks;
    let t9 = (point * params.tiles + min(tile + 9u, last)) * params.in_blocks;
    let t10 = (point * params.tiles + min(tile + 10u, last)) * params.in_blocks;
    let t11 = (point * params.tiles + min(tile + 11u, last)) * params.in_blocks;
    let t12 = (point * params.tiles + min(tile + 12u, last)) * params.in_blocks;
    let t13 = (point * params.tiles + min(tile + 13u, last)) * params.in_blocks;
    let t14 = (point * params.tiles + min(tile + 14u, last)) * params.in_blocks;
    let t15 = (point * params.tiles + min(tile + 15u, last)) * params.in_blocks;
    let last_block = params.out_blocks - 1u;
    let block1 = min(block + 1u, last_block);
    let block2 = min(block + 2u, last_block);
    let block3 = min(block + 3u, last_block);
    let source = select(point, turned(point), TRANSPOSED);

    var a0 = vec4<f32>(); var a1 = vec4<f32>(); var a2 = vec4<f32>(); var a3 = vec4<f32>();
    var a4 = vec4<f32>(); var a5 = vec4<f32>(); var a6 = vec4<f32>(); var a7 = vec4<f32>();
    var b0 = vec4<f32>(); var b1 = vec4<f32>(); var b2 = vec4<f32>(); var b3 = vec4<f32>();
    var b4 = vec4<f32>(); var b5 = vec4<f32>(); var b6 = vec4<f32>(); var b7 = vec4<f32>();
    var c0 = vec4<f32>(); var c1 = vec4<f32>(); var c2 = vec4<f32>(); var c3 = vec4<f32>();
    var c4 = vec4<f32>(); var c5 = vec4<f32>(); var c6 = vec4<f32>(); var c7 = vec4<f32>();
    var d0 = vec4<f32>(); var d1 = vec4<f32>(); var d2 = vec4<f32>(); var d3 = vec4<f32>();
    var d4 = vec4<f32>(); var d5 = vec4<f32>(); var d6 = vec4<f32>(); var d7 = vec4<f32>();
    var a8 = vec4<f32>(); var a9 = vec4<f32>(); var a10 = vec4<f32>(); var a11 = vec4<f32>();
    var a12 = vec4<f32>(); var a13 = vec4<f32>(); var a14 = vec4<f32>(); var a15 = vec4<f32>();
    var b8 = vec4<f32>(); var b9 = vec4<f32>(); var b10 = vec4<f32>(); var b11 = vec4<f32>();
    var b12 = vec4<f32>(); var b13 = vec4<f32>(); var b14 = vec4<f32>(); var b15 = vec4<f32>();
    var c8 = vec4<f32>(); var c9 = vec4<f32>(); var c10 = vec4<f32>(); var c11 = vec4<f32>();
    var c12 = vec4<f32>(); var c13 = vec4<f32>(); var c14 = vec4<f32>(); var c15 = vec4<f32>();
    var d8 = vec4<f32>(); var d9 = vec4<f32>(); var d10 = vec4<f32>(); var d11 = vec4<f32>();
    var d12 = vec4<f32>(); var d13 = vec4<f32>(); var d14 = vec4<f32>(); var d15 = vec4<f32>();
    for (var c = 0u; c < params.in_blocks; c++) {
        let wa = weight(source, block, c);
        let wb = weight(source, block1, c);
        let wc = weight(source, block2, c);
        let wd = weight(source, block3, c);
        let x0 = v[t0 + c]; let x1 = v[t1 + c]; let x2 = v[t2 + c]; let x3 = v[t3 + c];
        let x4 = v[t4 + c]; let x5 = v[t5 + c]; let x6 = v[t6 + c]; let x7 = v[t7 + c];
        a0 += wa * x0; a1 += wa * x1; a2 += wa * x2; a3 += wa * x3;
        a4 += wa * x4; a5 += wa * x5; a6 += wa * x6; a7 += wa * x7;
        b0 += wb * x0; b1 += wb * x1; b2 += wb * x2; b3 += wb * x3;
        b4 += wb * x4; b5 += wb * x5; b6 += wb * x6; b7 += wb * x7;
        c0 += wc * x0; c1 += wc * x1; c2 += wc * x2; c3 += wc * x3;
        c4 += wc * x4; c5 += wc * x5; c6 += wc * x6; c7 += wc * x7;
        d0 += wd * x0; d1 += wd * x1; d2 += wd * x2; d3 += wd * x3;
        d4 += wd * x4; d5 += wd * x5; d6 += wd * x6; d7 += wd * x7;
        if (TILES == 16u) {
            let x8 = v[t8 + c]; let x9 = v[t9 + c]; let x10 = v[t10 + c]; let x11 = v[t11 + c];
            let x12 = v[t12 + c]; let x13 = v[t13 + c]; let x14 = v[t14 + c]; let x15 = v[t15 + c];
            a8 += wa * x8; a9 += wa * x9; a10 += wa * x10; a11 += wa * x11;
            a12 += wa * x12; a13 += wa * x13; a14 += wa * x14; a15 += wa * x15;
            b8 += wb * x8; b9 += wb * x9; b10 += wb * x10; b11 += wb * x11;
            b12 += wb * x12; b13 += wb * x13; b14 += wb * x14; b15 += wb * x15;
            c8 += wc * x8; c9 += wc * x9; c10 += wc * x10; c11 += wc * x11;
            c12 += wc * x12; c13 += wc * x13; c14 += wc * x14; c15 += wc * x15;
            d8 += wd * x8; d9 += wd * x9; d10 += wd * x10; d11 += wd * x11;
            d12 += wd * x12; d13 += wd * x13; d14 += wd * x14; d15 += wd * x15;
        }
    }
    store(point, tile + 0u, block + 0u, a0); store(point, tile + 1u, block + 0u, a1);
    store(point, tile + 2u, block + 0u, a2); store(point, tile + 3u, block + 0u, a3);
    store(point, tile + 4u, block + 0u, a4); store(point, tile + 5u, block + 0u, a5);
    store(point, tile + 6u, block + 0u, a6); store(point, tile + 7u, block + 0u, a7);
    store(point, tile + 0u, block + 1u, b0); store(point, tile + 1u, block + 1u, b1);
    store(point, tile + 2u, block + 1u, b2); store(point, tile + 3u, block + 1u, b3);
    store(point, tile + 4u, block + 1u, b4); store(point, tile + 5u, block + 1u, b5);
    store(point, tile + 6u, block + 1u, b6); store(point, tile + 7u, block + 1u, b7);
    store(point, tile + 0u, block + 2u, c0); store(point, tile + 1u, block + 2u, c1);
    store(point, tile + 2u, block + 2u, c2); store(point, tile + 3u, block + 2u, c3);
    store(point, tile + 4u, block + 2u, c4); store(point, tile + 5u, block + 2u, c5);
    store(point, tile + 6u, block + 2u, c6); store(point, tile + 7u, block + 2u, c7);
    store(point, tile + 0u, block + 3u, d0); store(point, tile + 1u, block + 3u, d1);
    store(point, tile + 2u, block + 3u, d2); store(point, tile + 3u, block + 3u, d3);
    store(point, tile + 4u, block + 3u, d4); store(point, tile + 5u, block + 3u, d5);
    store(point, tile + 6u, block + 3u, d6); store(point, tile + 7u, block + 3u, d7);
    if (TILES == 16u) {
        store(point, tile + 8u, block + 0u, a8); store(point, tile + 9u, block + 0u, a9);
        store(point, tile + 10u, block + 0u, a10); store(point, tile + 11u, block + 0u, a11);
        store(point, tile + 12u, block + 0u, a12); store(point, tile + 13u, block + 0u, a13);
        store(point, tile + 14u, block + 0u, a14); store(point, tile + 15u, block + 0u, a15);
        store(point, tile + 8u, block + 1u, b8); store(point, tile + 9u, block + 1u, b9);
        store(point, tile + 10u, block + 1u, b10); store(point, tile + 11u, block + 1u, b11);
        store(point, tile + 12u, block + 1u, b12); store(point, tile + 13u, block + 1u, b13);
        store(point, tile + 14u, block + 1u, b14); store(point, tile + 15u, block + 1u, b15);
        store(point, tile + 8u, block + 2u, c8); store(point, tile + 9u, block + 2u, c9);
        store(point, tile + 10u, block + 2u, c10); store(point, tile + 11u, block + 2u, c11);
        store(point, tile + 12u, block + 2u, c12); store(point, tile + 13u, block + 2u, c13);
        store(point, tile + 14u, block + 2u, c14); store(point, tile + 15u, block + 2u, c15);
        store(point, tile + 8u, block + 3u, d8); store(point, tile + 9u, block + 3u, d9);
        store(point, tile + 10u, block + 3u, d10); store(point, tile + 11u, block + 3u, d11);
        store(point, tile + 12u, block + 3u, d12); store(point, tile + 13u, block + 3u, d13);
        store(point, tile + 14u, block + 3u, d14); store(point, tile + 15u, block + 3u, d15);
    }
}
