// Products of matrices for graphics cards: a batch of them, as common/batched_gemm.wgsl says, or one of square matrices, as
// common/square_matmul.wgsl says. These files know how factors are read and results are stored.
//
// A workgroup makes 64 rows of 16 output blocks, or 32 rows where FEW. Its threads bring four input blocks at a time into
// workgroup memory, where neighbours read what lies side by side, and each makes 8 rows (or 4) of 2 output blocks of them:
// 64 sums stay in registers, and as many again hold what goes into them, so that a card keeps several workgroups at work at once.

override FEW: bool = false; // what a constant rules out, drivers leave out

const BLOCKS = 16u; // output blocks per workgroup
const DEPTH = 4u;   // input blocks at a time

// The last index is one of eight neighbours, whose order differs with the first (`swizzled`): so no two of eight threads meet in
// a memory bank, when they write and when they read. All but it are the same for all threads, which leaves a browser's checks
// of bounds next to nothing to do.
var<workgroup> xs: array<array<array<vec4<f32>, 8>, 8>, 4>; // DEPTH; rows / 8, rows % 8
var<workgroup> ws: array<array<array<vec4<f32>, 8>, 8>, 4>; // DEPTH; 4 input channels, BLOCKS / 8; BLOCKS % 8

fn swizzled(index: u32, depth: u32) -> u32 {
    return (index % 8u) ^ (2u * depth);
}

// Beyond the last row the last is repeated; it is computed and not stored.
fn clamped_start(p: u32, row: u32) -> u32 {
    return row_start(p, min(row, params.rows - 1u));
}

// Zeros beyond the last input block.
fn bring_row(start: u32, row: u32, first: u32, depth: u32) {
    let input = first + depth;
    var value = vec4<f32>();
    if (input < params.in_blocks) {
        value = row_at(start, input);
    }
    xs[depth][row / 8u][swizzled(row, depth)] = value;
}

fn bring_weights(point: u32, first_block: u32, block: u32, first: u32, depth: u32) {
    let input = first + depth;
    var tile = mat4x4<f32>();
    if (input < params.in_blocks) {
        tile = weight(point, min(first_block + block, params.out_blocks - 1u), input);
    }
    let half = block / 8u;
    let at = swizzled(block, depth);
    ws[depth][half][at] = tile[0];
    ws[depth][2u + half][at] = tile[1];
    ws[depth][4u + half][at] = tile[2];
    ws[depth][6u + half][at] = tile[3];
}

fn store(p: u32, row: u32, block: u32, sum: vec4<f32>) {
    if (block < params.out_blocks) {
        store_row(p, row, block, sum);
    }
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let p = group.z;
    let first_row = group.x * select(64u, 32u, FEW);
    let first_block = group.y * BLOCKS;
    let point = weights_of(p);
    let row = thread / 8u;
    let block = thread % 8u;
    // Neighbouring threads fetch what lies side by side in x and in w.
    let depth = thread % DEPTH;
    let among = thread / DEPTH;
    let start0 = clamped_start(p, first_row + among);
    let start1 = clamped_start(p, first_row + among + 16u);
    let start2 = clamped_start(p, first_row + among + 32u);
    let start3 = clamped_start(p, first_row + among + 48u);

    var a0 = vec4<f32>(); var a1 = vec4<f32>(); var a2 = vec4<f32>(); var a3 = vec4<f32>();
    var a4 = vec4<f32>(); var a5 = vec4<f32>(); var a6 = vec4<f32>(); var a7 = vec4<f32>();
    var b0 = vec4<f32>(); var b1 = vec4<f32>(); var b2 = vec4<f32>(); var b3 = vec4<f32>();
    var b4 = vec4<f32>(); var b5 = vec4<f32>(); var b6 = vec4<f32>(); var b7 = vec4<f32>();
    for (var first = 0u; first < params.in_blocks; first += DEPTH) {
        bring_row(start0, among, first, depth);
        bring_row(start1, among + 16u, first, depth);
        if (!FEW) {
            bring_row(start2, among + 32u, first, depth);
            bring_row(start3, among + 48u, first, depth);
        }
        if (TRANSPOSED) {
            bring_weights(point, first_block, thread % BLOCKS, first, thread / BLOCKS);
        } else {
            bring_weights(point, first_block, among, first, depth);
        }
        workgroupBarrier();
        for (var c = 0u; c < DEPTH; c++) {
            let line = swizzled(row, c);
            let column = swizzled(block, c);
            let x0 = xs[c][0][line]; let x1 = xs[c][1][line]; let x2 = xs[c][2][line]; let x3 = xs[c][3][line];
            let x4 = xs[c][4][line]; let x5 = xs[c][5][line]; let x6 = xs[c][6][line]; let x7 = xs[c][7][line];
            let ax = ws[c][0][column];
            let bx = ws[c][1][column];
            a0 += ax * x0.x; a1 += ax * x1.x; a2 += ax * x2.x; a3 += ax * x3.x;
            b0 += bx * x0.x; b1 += bx * x1.x; b2 += bx * x2.x; b3 += bx * x3.x;
            if (!FEW) {
                a4 += ax * x4.x; a5 += ax * x5.x; a6 += ax * x6.x; a7 += ax * x7.x;
                b4 += bx * x4.x; b5 += bx * x5.x; b6 += bx * x6.x; b7 += bx * x7.x;
            }
            let ay = ws[c][2][column];
            let by = ws[c][3][column];
            a0 += ay * x0.y; a1 += ay * x1.y; a2 += ay * x2.y; a3 += ay * x3.y;
            b0 += by * x0.y; b1 += by * x1.y; b2 += by * x2.y; b3 += by * x3.y;
            if (!FEW) {
                a4 += ay * x4.y; a5 += ay * x5.y; a6 += ay * x6.y; a7 += ay * x7.y;
                b4 += by * x4.y; b5 += by * x5.y; b6 += by * x6.y; b7 += by * x7.y;
            }
            let az = ws[c][4][column];
            let bz = ws[c][5][column];
            a0 += az * x0.z; a1 += az * x1.z; a2 += az * x2.z; a3 += az * x3.z;
            b0 += bz * x0.z; b1 += bz * x1.z; b2 += bz * x2.z; b3 += bz * x3.z;
            if (!FEW) {
                a4 += az * x4.z; a5 += az * x5.z; a6 += az * x6.z; a7 += az * x7.z;
                b4 += bz * x4.z; b5 += bz * x5.z; b6 += bz * x6.z; b7 += bz * x7.z;
            }
            let aw = ws[c][6][column];
            let bw = ws[c][7][column];
            a0 += aw * x0.w; a1 += aw * x1.w; a2 += aw * x2.w; a3 += aw * x3.w;
            b0 += bw * x0.w; b1 += bw * x1.w; b2 += bw * x2.w; b3 += bw * x3.w;
            if (!FEW) {
                a4 += aw * x4.w; a5 += aw * x5.w; a6 += aw * x6.w; a7 += aw * x7.w;
                b4 += bw * x4.w; b5 += bw * x5.w; b6 += bw * x6.w; b7 += bw * x7.w;
            }
        }
        workgroupBarrier();
    }
    let top = first_row + row;
    let left = first_block + block;
    let right = left + 8u;
    store(p, top, left, a0); store(p, top + 8u, left, a1); store(p, top + 16u, left, a2); store(p, top + 24u, left, a3);
    store(p, top, right, b0); store(p, top + 8u, right, b1); store(p, top + 16u, right, b2); store(p, top + 24u, right, b3);
    if (!FEW) {
        let middle = top + 32u;
        store(p, middle, left, a4); store(p, middle + 8u, left, a5); store(p, middle + 16u, left, a6); store(p, middle + 24u, left, a7);
        store(p, middle, right, b4); store(p, middle + 8u, right, b5); store(p, middle + 16u, right, b6); store(p, middle + 24u, right, b7);
    }
}
