// A product of square matrices that may be scaled and have its diagonal raised:
//   y = factor norm^power a b + diagonal I.
// a, b, y: C, C in 4x4 tiles. norm: one number that only the device knows; with power 0 it does not matter.
//
// Each thread makes a square of 2x2 tiles.

struct Params {
    blocks: u32,
    channels: u32,
    factor: f32,
    power: f32,
    diagonal: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<mat4x4<f32>>;       // C/4, C/4
@group(0) @binding(2) var<storage, read> b: array<mat4x4<f32>>;       // C/4, C/4
@group(0) @binding(3) var<storage, read> norm: array<f32>;            // the first number counts
@group(0) @binding(4) var<storage, read_write> y: array<mat4x4<f32>>; // C/4, C/4

const SIDE = 2u;

// d on the diagonal where there is a channel.
fn diagonal(block: u32, d: f32) -> mat4x4<f32> {
    let channels = vec4<u32>(block * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
    let v = select(vec4<f32>(0.0), vec4<f32>(d), channels < vec4<u32>(params.channels));
    return mat4x4<f32>(v.x, 0.0, 0.0, 0.0, 0.0, v.y, 0.0, 0.0, 0.0, 0.0, v.z, 0.0, 0.0, 0.0, 0.0, v.w);
}

fn store(i: u32, j: u32, sum: mat4x4<f32>, scale: f32) {
    if (i >= params.blocks || j >= params.blocks) {
        return;
    }
    var tile = sum * scale;
    if (i == j) {
        tile += diagonal(i, params.diagonal);
    }
    y[i * params.blocks + j] = tile;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let strips = (params.blocks + SIDE - 1u) / SIDE;
    if (id.x >= strips * strips) {
        return;
    }
    // Beyond the last block the last is repeated; it is computed and not stored.
    let last = params.blocks - 1u;
    let i0 = id.x / strips * SIDE; let i1 = min(i0 + 1u, last);
    let j0 = id.x % strips * SIDE; let j1 = min(j0 + 1u, last);
    var s00 = mat4x4<f32>(); var s01 = mat4x4<f32>();
    var s10 = mat4x4<f32>(); var s11 = mat4x4<f32>();
    for (var k = 0u; k < params.blocks; k++) {
        let a0 = a[i0 * params.blocks + k];
        let a1 = a[i1 * params.blocks + k];
        let b0 = b[k * params.blocks + j0];
        let b1 = b[k * params.blocks + j1];
        s00 += a0 * b0; s01 += a0 * b1;
        s10 += a1 * b0; s11 += a1 * b1;
    }
    var scale = params.factor;
    if (params.power != 0.0) {
        scale *= pow(norm[0], params.power);
    }
    store(i0, j0, s00, scale); store(i0, j0 + 1u, s01, scale);
    store(i0 + 1u, j0, s10, scale); store(i0 + 1u, j0 + 1u, s11, scale);
}
