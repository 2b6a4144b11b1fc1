// The squared Wasserstein distance of two normal distributions (Dowson & Landau 1982), and the gradient to the picture's:
//   L = weight (|mu - mu_t|^2 + tr(sigma + sigma_t - 2 (sigma_t^1/2 sigma sigma_t^1/2)^1/2)) / m,
//   m = tr sigma_t + |mu_t|^2, the painting's second moment, where the loss is relative to it, and otherwise 1,
//   dL/dsigma = weight (I - T) / m,  T = sigma_t^1/2 (sigma_t^1/2 sigma sigma_t^1/2)^-1/2 sigma_t^1/2.
// T is what would carry the picture's features to the painting's. The distance lies between 0 and
// what it is without the root: where it does not, the root was lost to noise. Then it counts as 0, and so does dL/dsigma. As in moments_loss.wgsl, d_sigma already holds
// 2/N dL/dsigma, and d_mu dL/dmu / N.
// sigma, sigma_t, root (...)^1/2: C, C in 4x4 tiles; mu: C.

struct Params {
    blocks: u32,
    channels: u32,
    mass: f32,           // N: how many pixels, or the sum of their weights
    slot: u32,           // where in losses
    weight: f32,
    relative: u32,       // 1: divide by the painting's second moment
    gradient_scale: f32, // gradients of 16 bits are stored as so many times themselves
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sigma: array<mat4x4<f32>>;         // C/4, C/4
@group(0) @binding(2) var<storage, read> mu: array<vec4<f32>>;              // C
@group(0) @binding(3) var<storage, read> sigma_t: array<mat4x4<f32>>;       // C/4, C/4, the painting's
@group(0) @binding(4) var<storage, read> mu_t: array<vec4<f32>>;            // C, the painting's
@group(0) @binding(5) var<storage, read> root: array<mat4x4<f32>>;          // C/4, C/4
@group(0) @binding(6) var<storage, read_write> d_sigma: array<mat4x4<f32>>; // C/4, C/4; holds T before
@group(0) @binding(7) var<storage, read_write> d_mu: array<vec4<f32>>;      // C
@group(0) @binding(8) var<storage, read_write> losses: array<f32>;          // slots

const THREADS = 256u;
const NOISE = 0.01; // of the distance where it is 0
const SMALLEST = 1e-6; // a black painting has no moments to be relative to

fn trace(tile: mat4x4<f32>) -> f32 {
    return tile[0].x + tile[1].y + tile[2].z + tile[3].w;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
    var squared_distance = 0.0;
    var moment = 0.0;
    var most = 0.0; // the distance without the root
    for (var block = local; block < params.blocks; block += THREADS) {
        let at = block * (params.blocks + 1u);
        let difference = mu[block] - mu_t[block];
        let own = trace(sigma_t[at]);
        squared_distance += dot(difference, difference) + trace(sigma[at]) + own - 2.0 * trace(root[at]);
        most += dot(difference, difference) + trace(sigma[at]) + own;
        moment += own + dot(mu_t[block], mu_t[block]);
    }
    squared_distance = workgroup_sum(local, squared_distance);
    moment = workgroup_sum(local, moment);
    most = workgroup_sum(local, most);
    let near = finite(vec4<f32>(squared_distance)).x && squared_distance >= -NOISE * most && squared_distance <= most;
    let scale = params.weight / select(1.0, max(moment, SMALLEST), params.relative == 1u);
    if (local == 0u) {
        losses[params.slot] = scale * select(most, squared_distance, near);
    }
    let share = 2.0 * scale * params.gradient_scale / params.mass;
    for (var e = local; e < params.blocks * params.blocks; e += THREADS) {
        let block = e % params.blocks;
        var tile = mat4x4<f32>();
        if (near) {
            tile = d_sigma[e] * -share;
            if (e / params.blocks == block) {
                tile += diagonal(block, params.channels, share);
            }
        }
        d_sigma[e] = tile;
    }
    for (var block = local; block < params.blocks; block += THREADS) {
        d_mu[block] = (mu[block] - mu_t[block]) * share;
    }
}
