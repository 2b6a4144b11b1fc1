// Centred second moments over chunks of pixels; covariance.wgsl and covariance_shared.wgsl are two ways to make them, the first half of
//   sigma[a, b] = sum over n of (x[n, a] - mu[a]) (x[n, b] - mu[b]) / N;
// reduce.wgsl adds the chunks. With mu = 0 it is the Gram matrix. Centring before multiplying keeps f32 exact enough:
// E[x^2] - mu^2 cancels.
// x: N, C; mu: C -> partials: chunks, C, C in 4x4 tiles.
//
// Only squares of tiles on or above the diagonal are computed, and mirrored.

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

// The row and column of a square: rows of the triangle are strips, strips - 1, ..., 1 long.
fn square(index: u32, strips: u32) -> vec2<u32> {
    var strip = 0u;
    var rest = index;
    while (rest >= strips - strip) {
        rest -= strips - strip;
        strip++;
    }
    return vec2<u32>(strip, strip + rest);
}

fn store(chunk: u32, i: u32, j: u32, tile: mat4x4<f32>) {
    // The lower half of a square on the diagonal is the mirror of its upper half.
    if (i > j || j >= params.blocks) {
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
