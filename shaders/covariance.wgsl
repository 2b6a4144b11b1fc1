// Centred second moments over chunks of pixels, the first half of
//   sigma[a, b] = sum over n of (x[n, a] - mu[a]) (x[n, b] - mu[b]) / N;
// reduce.wgsl adds the chunks. With mu = 0 it is the Gram matrix. Centring before multiplying keeps f32 exact enough:
// E[x^2] - mu^2 cancels.
// x: N, C; mu: C -> partials: chunks, C, C in 4x4 tiles.
//
// Each thread makes an 8x8 tile of one chunk; only tiles on or above the diagonal are computed, and mirrored.

struct Params {
    pixels: u32, // N: those that count
    blocks: u32,
    first: u32,  // pixels of x before the first that counts
    chunk: u32,  // pixels per chunk
    chunks: u32,
    accumulate: u32, // 1: add to what partials holds
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;                  // N, C
@group(0) @binding(2) var<storage, read> mu: array<vec4<f32>>;              // C
@group(0) @binding(3) var<storage, read_write> partials: array<mat4x4<f32>>; // chunks, C/4, C/4

fn outer(a: vec4<f32>, b: vec4<f32>) -> mat4x4<f32> {
    return mat4x4<f32>(a * b.x, a * b.y, a * b.z, a * b.w);
}

fn store(chunk: u32, i: u32, j: u32, tile: mat4x4<f32>) {
    if (i >= params.blocks || j >= params.blocks) {
        return;
    }
    let start = chunk * params.blocks * params.blocks;
    var sum = tile;
    if (params.accumulate == 1u) {
        sum += partials[start + i * params.blocks + j];
    }
    partials[start + i * params.blocks + j] = sum;
    partials[start + j * params.blocks + i] = transpose(sum);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let pairs = (params.blocks + 1u) / 2u;
    let i = (id.y / pairs) * 2u;
    let j = (id.y % pairs) * 2u;
    if (id.x >= params.chunks || i > j || i >= params.blocks) {
        return;
    }
    // The second block of an odd count repeats the last; store drops it.
    let i1 = min(i + 1u, params.blocks - 1u);
    let j1 = min(j + 1u, params.blocks - 1u);
    let mu_a0 = mu[i];
    let mu_a1 = mu[i1];
    let mu_b0 = mu[j];
    let mu_b1 = mu[j1];
    var s00 = mat4x4<f32>();
    var s01 = mat4x4<f32>();
    var s10 = mat4x4<f32>();
    var s11 = mat4x4<f32>();
    let end = min((id.x + 1u) * params.chunk, params.pixels);
    for (var n = id.x * params.chunk; n < end; n++) {
        let row = (params.first + n) * params.blocks;
        let a0 = vec4<f32>(x[row + i]) - mu_a0;
        let a1 = vec4<f32>(x[row + i1]) - mu_a1;
        let b0 = vec4<f32>(x[row + j]) - mu_b0;
        let b1 = vec4<f32>(x[row + j1]) - mu_b1;
        s00 += outer(a0, b0);
        s01 += outer(a0, b1);
        s10 += outer(a1, b0);
        s11 += outer(a1, b1);
    }
    store(id.x, i, j, s00);
    store(id.x, i, j + 1u, s01);
    store(id.x, i + 1u, j + 1u, s11);
    if (i != j) {
        store(id.x, i + 1u, j, s10);
    }
}
