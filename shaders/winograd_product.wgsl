// The second of three steps of a 3x3 convolution after Winograd: at each of the 36 points one product of matrices,
//   m[p, t, o] = sum over c of u[p, o, c] * v[p, t, c].
// v: 36, tiles, C -> m: 36, tiles, C'; u: the transformed weights G g G', as 4x4 tiles (see kernels/winograd.rs).
//
// The gradient to the input wants the kernels turned by half a turn and their channels exchanged. The points are closed
// under 1/p and the rows of G scaled for it, so that turning a kernel only exchanges points; TRANSPOSED reads the same
// weights that way, and they are stored once.
//
// Each thread makes 8 tiles of 4 output blocks in registers, without barriers. Threads run over tiles and points, so
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

const POINTS = 36u;
const TILES = 8u;  // per thread
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
    for (var c = 0u; c < params.in_blocks; c++) {
        let x0 = v[t0 + c]; let x1 = v[t1 + c]; let x2 = v[t2 + c]; let x3 = v[t3 + c];
        let x4 = v[t4 + c]; let x5 = v[t5 + c]; let x6 = v[t6 + c]; let x7 = v[t7 + c];
        let wa = weight(source, block, c);
        a0 += wa * x0; a1 += wa * x1; a2 += wa * x2; a3 += wa * x3;
        a4 += wa * x4; a5 += wa * x5; a6 += wa * x6; a7 += wa * x7;
        let wb = weight(source, block1, c);
        b0 += wb * x0; b1 += wb * x1; b2 += wb * x2; b3 += wb * x3;
        b4 += wb * x4; b5 += wb * x5; b6 += wb * x6; b7 += wb * x7;
        let wc = weight(source, block2, c);
        c0 += wc * x0; c1 += wc * x1; c2 += wc * x2; c3 += wc * x3;
        c4 += wc * x4; c5 += wc * x5; c6 += wc * x6; c7 += wc * x7;
        let wd = weight(source, block3, c);
        d0 += wd * x0; d1 += wd * x1; d2 += wd * x2; d3 += wd * x3;
        d4 += wd * x4; d5 += wd * x5; d6 += wd * x6; d7 += wd * x7;
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
}
