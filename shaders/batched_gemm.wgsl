// Products of matrices, a batch of them, as common/batched_gemm.wgsl says; each thread for itself, without barriers.
//
// A thread makes 8 rows of 4 output blocks in registers, or 16 rows where WIDE. Four rows of a block are a matrix, and what
// the loop does is a product of small matrices. Threads run over rows and batch, so that few rows still fill a workgroup.

override WIDE: bool = false; // what a constant rules out, drivers leave out

const BLOCKS = 4u; // per thread

// Where four rows begin. Beyond the last row the last is repeated; it is computed and not stored.
fn row_starts(p: u32, row: u32) -> vec4<u32> {
    let rows = min(row + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.rows - 1u));
    return vec4<u32>(row_start(p, rows.x), row_start(p, rows.y), row_start(p, rows.z), row_start(p, rows.w));
}

// Those four rows of an input block.
fn four_rows(start: vec4<u32>, c: u32) -> mat4x4<f32> {
    return mat4x4<f32>(row_at(start.x, c), row_at(start.y, c), row_at(start.z, c), row_at(start.w, c));
}

fn store(p: u32, row: u32, block: u32, sums: mat4x4<f32>) {
    if (block < params.out_blocks) {
        store_row(p, row, block, sums[0]);
        store_row(p, row + 1u, block, sums[1]);
        store_row(p, row + 2u, block, sums[2]);
        store_row(p, row + 3u, block, sums[3]);
    }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
    let thread_rows = select(8u, 16u, WIDE);
    let strips = (params.rows + thread_rows - 1u) / thread_rows;
    let p = id.x / strips;
    let row = id.x % strips * thread_rows;
    let block = group.y * BLOCKS;
    if (p >= params.batch) {
        return;
    }
    let last = params.out_blocks - 1u;
    let point = weights_of(p);
    let start0 = row_starts(p, row);
    let start1 = row_starts(p, row + 4u);
    let start2 = row_starts(p, row + 8u);
    let start3 = row_starts(p, row + 12u);

    var a0 = mat4x4<f32>(); var a1 = mat4x4<f32>(); var a2 = mat4x4<f32>(); var a3 = mat4x4<f32>();
    var b0 = mat4x4<f32>(); var b1 = mat4x4<f32>(); var b2 = mat4x4<f32>(); var b3 = mat4x4<f32>();
    var c0 = mat4x4<f32>(); var c1 = mat4x4<f32>(); var c2 = mat4x4<f32>(); var c3 = mat4x4<f32>();
    var d0 = mat4x4<f32>(); var d1 = mat4x4<f32>(); var d2 = mat4x4<f32>(); var d3 = mat4x4<f32>();
    for (var c = 0u; c < params.in_blocks; c++) {
        let wa = weight(point, block, c);
        let wb = weight(point, min(block + 1u, last), c);
        let wc = weight(point, min(block + 2u, last), c);
        let wd = weight(point, min(block + 3u, last), c);
        let x0 = four_rows(start0, c);
        let x1 = four_rows(start1, c);
        a0 += wa * x0; a1 += wa * x1;
        b0 += wb * x0; b1 += wb * x1;
        c0 += wc * x0; c1 += wc * x1;
        d0 += wd * x0; d1 += wd * x1;
        if (WIDE) {
            let x2 = four_rows(start2, c);
            let x3 = four_rows(start3, c);
            a2 += wa * x2; a3 += wa * x3;
            b2 += wb * x2; b3 += wb * x3;
            c2 += wc * x2; c3 += wc * x3;
            d2 += wd * x2; d3 += wd * x3;
        }
    }
    store(p, row, block, a0); store(p, row + 4u, block, a1);
    store(p, row, block + 1u, b0); store(p, row + 4u, block + 1u, b1);
    store(p, row, block + 2u, c0); store(p, row + 4u, block + 2u, c1);
    store(p, row, block + 3u, d0); store(p, row + 4u, block + 3u, d1);
    if (WIDE) {
        store(p, row + 8u, block, a2); store(p, row + 12u, block, a3);
        store(p, row + 8u, block + 1u, b2); store(p, row + 12u, block + 1u, b3);
        store(p, row + 8u, block + 2u, c2); store(p, row + 12u, block + 2u, c3);
        store(p, row + 8u, block + 3u, d2); store(p, row + 12u, block + 3u, d3);
    }
}
