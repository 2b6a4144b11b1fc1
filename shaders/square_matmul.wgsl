// A product of square matrices, as common/square_matmul.wgsl says.
//
// Each thread makes a square of 2x2 tiles or, where WIDE, 4x4; a workgroup shares its columns.

@group(0) @binding(1) var<storage, read> a: array<mat4x4<f32>>;       // C/4, C/4
@group(0) @binding(2) var<storage, read> b: array<mat4x4<f32>>;       // C/4, C/4
@group(0) @binding(4) var<storage, read_write> y: array<mat4x4<f32>>; // C/4, C/4

override WIDE: bool = false; // what a constant rules out, drivers leave out

fn store(i: u32, j: u32, sum: mat4x4<f32>, factor: f32) {
    if (i >= params.out_blocks || j >= params.in_blocks) {
        return;
    }
    var tile = sum * factor;
    if (i == j) {
        tile += diagonal(i, params.channels, params.diagonal);
    }
    y[i * params.in_blocks + j] = tile;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
    let side = select(2u, 4u, WIDE);
    let blocks = params.in_blocks;
    let i = id.x * side;
    let j = group.y * side;
    if (i >= blocks) {
        return;
    }
    // Beyond the last block the last is repeated; it is computed and not stored.
    let last = blocks - 1u;
    let i0 = i * blocks; let i1 = min(i + 1u, last) * blocks;
    let i2 = min(i + 2u, last) * blocks; let i3 = min(i + 3u, last) * blocks;
    let j1 = min(j + 1u, last); let j2 = min(j + 2u, last); let j3 = min(j + 3u, last);
    var s00 = mat4x4<f32>(); var s01 = mat4x4<f32>(); var s02 = mat4x4<f32>(); var s03 = mat4x4<f32>();
    var s10 = mat4x4<f32>(); var s11 = mat4x4<f32>(); var s12 = mat4x4<f32>(); var s13 = mat4x4<f32>();
    var s20 = mat4x4<f32>(); var s21 = mat4x4<f32>(); var s22 = mat4x4<f32>(); var s23 = mat4x4<f32>();
    var s30 = mat4x4<f32>(); var s31 = mat4x4<f32>(); var s32 = mat4x4<f32>(); var s33 = mat4x4<f32>();
    for (var k = 0u; k < blocks; k++) {
        let row = k * blocks;
        let a0 = a[i0 + k]; let a1 = a[i1 + k];
        let b0 = b[row + j]; let b1 = b[row + j1];
        s00 += a0 * b0; s01 += a0 * b1;
        s10 += a1 * b0; s11 += a1 * b1;
        if (WIDE) {
            let a2 = a[i2 + k]; let a3 = a[i3 + k];
            let b2 = b[row + j2]; let b3 = b[row + j3];
            s02 += a0 * b2; s03 += a0 * b3;
            s12 += a1 * b2; s13 += a1 * b3;
            s20 += a2 * b0; s21 += a2 * b1; s22 += a2 * b2; s23 += a2 * b3;
            s30 += a3 * b0; s31 += a3 * b1; s32 += a3 * b2; s33 += a3 * b3;
        }
    }
    let factor = scale();
    store(i, j, s00, factor); store(i, j + 1u, s01, factor);
    store(i + 1u, j, s10, factor); store(i + 1u, j + 1u, s11, factor);
    if (WIDE) {
        store(i, j + 2u, s02, factor); store(i, j + 3u, s03, factor);
        store(i + 1u, j + 2u, s12, factor); store(i + 1u, j + 3u, s13, factor);
        store(i + 2u, j, s20, factor); store(i + 2u, j + 1u, s21, factor);
        store(i + 2u, j + 2u, s22, factor); store(i + 2u, j + 3u, s23, factor);
        store(i + 3u, j, s30, factor); store(i + 3u, j + 1u, s31, factor);
        store(i + 3u, j + 2u, s32, factor); store(i + 3u, j + 3u, s33, factor);
    }
}
