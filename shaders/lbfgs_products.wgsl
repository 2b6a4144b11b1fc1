// L-BFGS, part 2: the inner products of the three rows that changed (s, y, g) with every row of the basis.
// basis: 2 history + 1, E -> products: 2 history + 1, 2 history + 1 (symmetric; untouched entries stay).
//
// One workgroup per pair: id.x is the row, id.y which of the three changed rows.

struct Params {
    vectors: u32, // vec4 elements of a row
    history: u32,
    slot: u32,    // of the newest pair
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> basis: array<vec4<f32>>;     // 2 history + 1, E
@group(0) @binding(2) var<storage, read_write> products: array<f32>;  // 2 history + 1, 2 history + 1

const THREADS = 64u;
var<workgroup> sh_sum: array<f32, THREADS>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let rows = 2u * params.history + 1u;
    let a = group.x;
    let b = select(select(params.slot, params.history + params.slot, group.y == 1u), rows - 1u, group.y == 2u);
    var sum = 0.0;
    for (var e = local; e < params.vectors; e += THREADS) {
        sum += dot(basis[a * params.vectors + e], basis[b * params.vectors + e]);
    }
    sh_sum[local] = sum;
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            sh_sum[local] += sh_sum[local + half];
        }
    }
    if (local == 0u) {
        products[a * rows + b] = sh_sum[0];
        products[b * rows + a] = sh_sum[0];
    }
}
