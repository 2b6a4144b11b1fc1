// What batched_gemm_shared.wgsl asks of square_matmul.wgsl: a row is a column of b, and a holds the weights. So the columns of
// its tiles, which are four values each, stand side by side for neighbouring rows.

@group(0) @binding(1) var<storage, read> a: array<mat4x4<f32>>;      // C/4, C/4
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;        // C/4, C; four values of a column
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>;  // C/4, C

const TRANSPOSED = false;

fn weights_of(p: u32) -> u32 {
    return p;
}

fn weight(p: u32, output: u32, input: u32) -> mat4x4<f32> {
    return a[output * params.in_blocks + input];
}

fn row_start(p: u32, row: u32) -> u32 {
    return row;
}

fn row_at(start: u32, input: u32) -> vec4<f32> {
    return b[input * params.rows + start];
}

// Beyond the last row there is nothing to store.
fn store_row(p: u32, row: u32, block: u32, sum: vec4<f32>) {
    if (row >= params.rows) {
        return;
    }
    var value = sum * scale();
    if (row / 4u == block) {
        value += diagonal(block, params.channels, params.diagonal)[row % 4u];
    }
    y[block * params.rows + row] = value;
}
