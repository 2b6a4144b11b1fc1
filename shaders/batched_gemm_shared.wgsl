// Products of matrices, a batch of them, as common/batched_gemm.wgsl says; for devices with fast workgroup memory.
//
// A workgroup makes 64 rows of 32 output blocks, and what its threads read they share. Two input blocks at a time are
// brought in; each thread makes 8 rows of 4 output blocks of them, every eighth, so that neighbours read what lies side by
// side.

const ROWS = 64u;   // per workgroup
const BLOCKS = 32u; // per workgroup
const DEPTH = 2u;   // input blocks at a time

var<workgroup> xs: array<vec4<f32>, 128>;    // DEPTH, ROWS
var<workgroup> ws: array<mat4x4<f32>, 64>;   // DEPTH, BLOCKS

// What is shared: weights and values, zeros beyond the last row and block.
fn weight_within(point: u32, output: u32, input: u32) -> mat4x4<f32> {
    if (output >= params.out_blocks || input >= params.in_blocks) {
        return mat4x4<f32>();
    }
    return weight(point, output, input);
}

fn value_within(p: u32, row: u32, input: u32) -> vec4<f32> {
    if (row >= params.rows || input >= params.in_blocks) {
        return vec4<f32>();
    }
    return vec4<f32>(x[(p * params.rows + row) * params.in_blocks + input]);
}

fn store(p: u32, row: u32, block: u32, sums: mat4x4<f32>) {
    if (block < params.out_blocks) {
        store_row(p, row, block, sums[0]);
        store_row(p, row + 8u, block, sums[1]);
        store_row(p, row + 16u, block, sums[2]);
        store_row(p, row + 24u, block, sums[3]);
    }
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let p = group.z;
    let first_row = group.x * ROWS;
    let first_block = group.y * BLOCKS;
    let point = select(p, inverse_point(p), TRANSPOSED);
    let row = thread / 8u;
    let block = thread % 8u;

    var a0 = mat4x4<f32>(); var a1 = mat4x4<f32>();
    var b0 = mat4x4<f32>(); var b1 = mat4x4<f32>();
    var c0 = mat4x4<f32>(); var c1 = mat4x4<f32>();
    var d0 = mat4x4<f32>(); var d1 = mat4x4<f32>();
    for (var first = 0u; first < params.in_blocks; first += DEPTH) {
        xs[thread] = value_within(p, first_row + thread, first);
        xs[thread + ROWS] = value_within(p, first_row + thread, first + 1u);
        // Neighbouring threads fetch what lies side by side in w.
        if (TRANSPOSED) {
            ws[thread] = weight_within(point, first_block + thread % BLOCKS, first + thread / BLOCKS);
        } else {
            let at = thread % DEPTH * BLOCKS + thread / DEPTH;
            ws[at] = weight_within(point, first_block + thread / DEPTH, first + thread % DEPTH);
        }
        workgroupBarrier();
        for (var c = 0u; c < DEPTH; c++) {
            let at = c * ROWS + row;
            let x0 = mat4x4<f32>(xs[at], xs[at + 8u], xs[at + 16u], xs[at + 24u]);
            let x1 = mat4x4<f32>(xs[at + 32u], xs[at + 40u], xs[at + 48u], xs[at + 56u]);
            let column = c * BLOCKS + block;
            let wa = ws[column];
            let wb = ws[column + 8u];
            let wc = ws[column + 16u];
            let wd = ws[column + 24u];
            a0 += wa * x0; a1 += wa * x1;
            b0 += wb * x0; b1 += wb * x1;
            c0 += wc * x0; c1 += wc * x1;
            d0 += wd * x0; d1 += wd * x1;
        }
        workgroupBarrier();
    }
    let top = first_row + row;
    let left = first_block + block;
    store(p, top, left, a0); store(p, top + 32u, left, a1);
    store(p, top, left + 8u, b0); store(p, top + 32u, left + 8u, b1);
    store(p, top, left + 16u, c0); store(p, top + 32u, left + 16u, c1);
    store(p, top, left + 24u, d0); store(p, top + 32u, left + 24u, d1);
}
