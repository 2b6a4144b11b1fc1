// Style loss of one layer from its moments, and the gradient to them:
//   L = covariance_weight |sigma - sigma_t|^2 / m_sigma + mean_weight |mu - mu_t|^2 / m_mu
// Relative loss (mean + covariance): m = the target's own squared norm, which makes it free of scale.
// Gram loss (Gatys, Ecker, Bethge 2016): m = 1 and no mean term; the layer's 1e3 / C^4 stands in the weight.
// The gradient comes out ready for the next kernels: d_sigma already holds 2/N dL/dsigma, so that
//   d_x[n] = d_sigma (x[n] - mu) + d_mu, with d_mu = dL/dmu / N,
// is a 1x1 convolution (bias from moments_bias.wgsl).
// sigma: C, C in 4x4 tiles; mu: C.

struct Params {
    matrix_vectors: u32, // vec4 elements of sigma
    mean_vectors: u32,   // vec4 elements of mu
    mass: f32,           // N: how many pixels, or the sum of their weights
    slot: u32,           // where in losses
    covariance_weight: f32,
    mean_weight: f32,
    relative: u32,       // 1: divide by the target's squared norm
    gradient_scale: f32, // gradients of 16 bits are stored as so many times themselves
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sigma: array<vec4<f32>>;         // C, C
@group(0) @binding(2) var<storage, read> mu: array<vec4<f32>>;            // C
@group(0) @binding(3) var<storage, read> sigma_t: array<vec4<f32>>;       // C, C, the painting's
@group(0) @binding(4) var<storage, read> mu_t: array<vec4<f32>>;          // C, the painting's
@group(0) @binding(5) var<storage, read> norms: array<f32>;               // |sigma_t|^2, |mu_t|^2
@group(0) @binding(6) var<storage, read_write> d_sigma: array<vec4<f32>>; // C, C
@group(0) @binding(7) var<storage, read_write> d_mu: array<vec4<f32>>;    // C
@group(0) @binding(8) var<storage, read_write> losses: array<f32>;        // slots

const THREADS = 256u;
const SMALLEST_NORM = 1e-6; // a flat picture has no covariance to be relative to

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
    var covariance_scale = params.covariance_weight;
    var mean_scale = params.mean_weight;
    if (params.relative == 1u) {
        covariance_scale /= max(norms[0], SMALLEST_NORM);
        mean_scale /= max(norms[1], SMALLEST_NORM);
    }
    let share = params.gradient_scale / params.mass;
    var sum = 0.0;
    for (var e = local; e < params.matrix_vectors; e += THREADS) {
        let difference = sigma[e] - sigma_t[e];
        sum += covariance_scale * dot(difference, difference);
        d_sigma[e] = difference * (4.0 * covariance_scale * share);
    }
    for (var e = local; e < params.mean_vectors; e += THREADS) {
        let difference = mu[e] - mu_t[e];
        sum += mean_scale * dot(difference, difference);
        d_mu[e] = difference * (2.0 * mean_scale * share);
    }
    let total = workgroup_sum(local, sum);
    if (local == 0u) {
        losses[params.slot] = total;
    }
}
