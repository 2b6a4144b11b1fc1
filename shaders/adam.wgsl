// One step of Adam (Kingma & Ba 2015), then averaging the iterates; pixels, but not parameters, are clamped to 0..1:
//   m = b1 m + (1-b1) g;  v = b2 v + (1-b2) g^2;  x = clamp(x - rate * (m/c1) / (sqrt(v/c2) + epsilon), 0, 1)
//   average += share (x - average), where share = (1-d) / (1-d^t) makes it the bias-corrected average (EMA).
// What is not finite is left out, and the step raises the alarm: a whole step if its loss is not, else the numbers that are not.
// The steps after such a step of pixels do nothing, so they stay as they last were good.
// g, x, m, v, average: H, W, 4. Alpha has no gradient and stays. losses: one number per term.

struct Params {
    vectors: u32,     // vec4 elements
    rate: f32,
    beta1: f32,
    beta2: f32,
    correction1: f32, // c1 = 1 - b1^t
    correction2: f32, // c2 = 1 - b2^t
    epsilon: f32,
    share: f32,
    step: u32,        // from 1 since x began; at the first the average is x
    terms: u32,       // losses that add up to the loss
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<vec4<f32>>;             // H, W, 4
@group(0) @binding(2) var<storage, read> losses: array<f32>;              // terms
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;       // H, W, 4
@group(0) @binding(4) var<storage, read_write> m: array<vec4<f32>>;       // H, W, 4
@group(0) @binding(5) var<storage, read_write> v: array<vec4<f32>>;       // H, W, 4
@group(0) @binding(6) var<storage, read_write> average: array<vec4<f32>>; // H, W, 4
@group(0) @binding(7) var<storage, read_write> alarm: array<atomic<u32>>; // the step that raised it, or 0

override BOUNDED: u32 = 1u; // 1: x stays within 0..1

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.vectors) {
        return;
    }
    let raised = atomicLoad(&alarm[0]);
    if (BOUNDED == 1u && raised != 0u && raised != params.step) {
        return;
    }
    let gradient = g[index];
    let first = params.beta1 * m[index] + (1.0 - params.beta1) * gradient;
    let second = params.beta2 * v[index] + (1.0 - params.beta2) * gradient * gradient;
    let step = params.rate * (first / params.correction1) / (sqrt(second / params.correction2) + params.epsilon);
    var next = x[index] - step;
    var good = finite(vec4<f32>(evaluated_loss())) & finite(first) & finite(second) & finite(next);
    if (BOUNDED == 1u) {
        next = clamp(next, vec4<f32>(0.0), vec4<f32>(1.0));
    }
    let before = average[index];
    let after = select(before + params.share * (next - before), next, params.step == 1u);
    good &= finite(after);
    if (!all(good)) {
        atomicStore(&alarm[0], params.step);
    }
    m[index] = select(m[index], first, good);
    v[index] = select(v[index], second, good);
    x[index] = select(x[index], next, good);
    average[index] = select(before, after, good);
}
