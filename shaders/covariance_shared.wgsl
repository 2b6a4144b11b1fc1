// Centred second moments over chunks of pixels, as common/covariance.wgsl says; for graphics cards.
//
// A workgroup makes a square of 16x16 tiles of one chunk. Its threads bring 16 pixels at a time into workgroup memory, where
// neighbours read what lies side by side, already centred; each makes 2x2 tiles of them, every eighth, in registers.

const SIDE = 16u;  // tiles along a square's side
const DEPTH = 16u; // pixels at a time

var<workgroup> left: array<vec4<f32>, 256>; // DEPTH, SIDE
var<workgroup> top: array<vec4<f32>, 256>;  // DEPTH, SIDE

// One block of one pixel, centred; zeros beyond the chunk's end.
fn centred(n: u32, end: u32, block: u32) -> vec4<f32> {
    if (n >= end) {
        return vec4<f32>();
    }
    return vec4<f32>(x[(params.first + n) * params.blocks + block]) - mu[block];
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let strips = (params.blocks + SIDE - 1u) / SIDE;
    let squares = strips * (strips + 1u) / 2u;
    let index = group.x + group.y * groups.x;
    let chunk = index / squares;
    let place = square(index % squares, strips);
    let first_i = place.x * SIDE;
    let first_j = place.y * SIDE;
    // Beyond the last block the last is repeated; it is computed and not stored.
    let last = params.blocks - 1u;
    let block_i = min(first_i + thread % SIDE, last);
    let block_j = min(first_j + thread % SIDE, last);
    let among = thread / SIDE;
    let i = thread / 8u;
    let j = thread % 8u;

    var s00 = mat4x4<f32>(); var s01 = mat4x4<f32>(); var s10 = mat4x4<f32>(); var s11 = mat4x4<f32>();
    // Beyond the last chunk there is nothing to do, but all threads meet at the barriers.
    let end = min((chunk + 1u) * params.chunk, params.pixels);
    for (var first = chunk * params.chunk; first < end; first += DEPTH) {
        left[thread] = centred(first + among, end, block_i);
        top[thread] = centred(first + among, end, block_j);
        left[thread + 4u * SIDE] = centred(first + 4u + among, end, block_i);
        top[thread + 4u * SIDE] = centred(first + 4u + among, end, block_j);
        left[thread + 8u * SIDE] = centred(first + 8u + among, end, block_i);
        top[thread + 8u * SIDE] = centred(first + 8u + among, end, block_j);
        left[thread + 12u * SIDE] = centred(first + 12u + among, end, block_i);
        top[thread + 12u * SIDE] = centred(first + 12u + among, end, block_j);
        workgroupBarrier();
        for (var n = 0u; n < DEPTH; n++) {
            let row = n * SIDE;
            let a0 = left[row + i];
            let a1 = left[row + i + 8u];
            let b0 = top[row + j];
            let b1 = top[row + j + 8u];
            s00 += outer(a0, b0); s01 += outer(a0, b1);
            s10 += outer(a1, b0); s11 += outer(a1, b1);
        }
        workgroupBarrier();
    }
    if (chunk < params.chunks) {
        store(chunk, first_i + i, first_j + j, s00);
        store(chunk, first_i + i, first_j + j + 8u, s01);
        store(chunk, first_i + i + 8u, first_j + j, s10);
        store(chunk, first_i + i + 8u, first_j + j + 8u, s11);
    }
}
