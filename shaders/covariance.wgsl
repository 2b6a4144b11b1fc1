// Centred second moments over chunks of pixels, as common/covariance.wgsl says; each thread for itself, without barriers.
//
// Each thread makes a square of one chunk, of 2x2 tiles or, where WIDE, 4x4. Threads run along the squares, so that none
// stands idle.

override WIDE: bool = false; // what a constant rules out, drivers leave out

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let side = select(2u, 4u, WIDE);
    let strips = (params.blocks + side - 1u) / side;
    let squares = strips * (strips + 1u) / 2u;
    let index = id.x + id.y * groups.x * 64u;
    let chunk = index / squares;
    if (chunk >= params.chunks) {
        return;
    }
    let place = square(index % squares, strips);
    let i = place.x * side;
    let j = place.y * side;
    // Beyond the last block the last is repeated; it is computed and not stored.
    let last = params.blocks - 1u;
    let i1 = min(i + 1u, last); let i2 = min(i + 2u, last); let i3 = min(i + 3u, last);
    let j1 = min(j + 1u, last); let j2 = min(j + 2u, last); let j3 = min(j + 3u, last);
    let mu_i0 = mu[i]; let mu_i1 = mu[i1]; let mu_i2 = mu[i2]; let mu_i3 = mu[i3];
    let mu_j0 = mu[j]; let mu_j1 = mu[j1]; let mu_j2 = mu[j2]; let mu_j3 = mu[j3];

    var s00 = mat4x4<f32>(); var s01 = mat4x4<f32>(); var s02 = mat4x4<f32>(); var s03 = mat4x4<f32>();
    var s10 = mat4x4<f32>(); var s11 = mat4x4<f32>(); var s12 = mat4x4<f32>(); var s13 = mat4x4<f32>();
    var s20 = mat4x4<f32>(); var s21 = mat4x4<f32>(); var s22 = mat4x4<f32>(); var s23 = mat4x4<f32>();
    var s30 = mat4x4<f32>(); var s31 = mat4x4<f32>(); var s32 = mat4x4<f32>(); var s33 = mat4x4<f32>();
    let end = min((chunk + 1u) * params.chunk, params.pixels);
    for (var n = chunk * params.chunk; n < end; n++) {
        let row = (params.first + n) * params.blocks;
        let a0 = vec4<f32>(x[row + i]) - mu_i0;
        let a1 = vec4<f32>(x[row + i1]) - mu_i1;
        let b0 = vec4<f32>(x[row + j]) - mu_j0;
        let b1 = vec4<f32>(x[row + j1]) - mu_j1;
        s00 += outer(a0, b0); s01 += outer(a0, b1);
        s10 += outer(a1, b0); s11 += outer(a1, b1);
        if (WIDE) {
            let a2 = vec4<f32>(x[row + i2]) - mu_i2;
            let a3 = vec4<f32>(x[row + i3]) - mu_i3;
            let b2 = vec4<f32>(x[row + j2]) - mu_j2;
            let b3 = vec4<f32>(x[row + j3]) - mu_j3;
            s02 += outer(a0, b2); s03 += outer(a0, b3);
            s12 += outer(a1, b2); s13 += outer(a1, b3);
            s20 += outer(a2, b0); s21 += outer(a2, b1); s22 += outer(a2, b2); s23 += outer(a2, b3);
            s30 += outer(a3, b0); s31 += outer(a3, b1); s32 += outer(a3, b2); s33 += outer(a3, b3);
        }
    }
    store(chunk, i, j, s00); store(chunk, i, j + 1u, s01);
    store(chunk, i + 1u, j, s10); store(chunk, i + 1u, j + 1u, s11);
    if (WIDE) {
        store(chunk, i, j + 2u, s02); store(chunk, i, j + 3u, s03);
        store(chunk, i + 1u, j + 2u, s12); store(chunk, i + 1u, j + 3u, s13);
        store(chunk, i + 2u, j, s20); store(chunk, i + 2u, j + 1u, s21);
        store(chunk, i + 2u, j + 2u, s22); store(chunk, i + 2u, j + 3u, s23);
        store(chunk, i + 3u, j, s30); store(chunk, i + 3u, j + 1u, s31);
        store(chunk, i + 3u, j + 2u, s32); store(chunk, i + 3u, j + 3u, s33);
    }
}
