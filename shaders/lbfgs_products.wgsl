// L-BFGS, part 2: the inner products of all rows of the basis, over the free pixels only.
// basis: 2 history + 1, E; free: E -> products: 2 history + 1, 2 history + 1 (symmetric).
//
// One workgroup per pair of rows: id.x is the one, id.y the other; those above the diagonal have nothing to do.

struct Params {
    vectors: u32, // vec4 elements of a row
    rows: u32,    // 2 history + 1
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> basis: array<vec4<f32>>;    // rows, E
@group(0) @binding(2) var<storage, read> free: array<vec4<f32>>;     // E
@group(0) @binding(3) var<storage, read_write> products: array<f32>; // rows, rows

const THREADS = 64u;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let a = group.x;
    let b = group.y;
    if (b > a) {
        return;
    }
    var sum = 0.0;
    for (var e = local; e < params.vectors; e += THREADS) {
        sum += dot(basis[a * params.vectors + e] * free[e], basis[b * params.vectors + e]);
    }
    let total = workgroup_sum(local, sum);
    if (local == 0u) {
        products[a * params.rows + b] = total;
        products[b * params.rows + a] = total;
    }
}
