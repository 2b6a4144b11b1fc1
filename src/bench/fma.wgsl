// The adapter's own rate of multiplying and adding: independent chains in registers, and hardly any memory.

struct Params { rounds: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<f32>>; // one per invocation

// 1, 2 or 8. A GPU wants several chains, to work on one while another's sum is under way. A processor has few registers
// for what computes on it in a GPU's stead, and spends its time moving them in and out when there are many.
override CHAINS: u32 = 8u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    // |m| < 1, so that nothing overflows, and nothing that a compiler could know in advance.
    let m = vec4<f32>(0.999 - f32(id.x & 3u) * 1e-4);
    let b = vec4<f32>(1e-3);
    var a0 = vec4<f32>(0.0); var a1 = vec4<f32>(0.1); var a2 = vec4<f32>(0.2); var a3 = vec4<f32>(0.3);
    var a4 = vec4<f32>(0.4); var a5 = vec4<f32>(0.5); var a6 = vec4<f32>(0.6); var a7 = vec4<f32>(0.7);
    // Sixteen products and sums in every round, whatever the number of chains.
    if (CHAINS == 1u) {
        for (var i = 0u; i < params.rounds; i++) {
            a0 = fma(a0, m, b); a0 = fma(a0, m, b); a0 = fma(a0, m, b); a0 = fma(a0, m, b);
            a0 = fma(a0, m, b); a0 = fma(a0, m, b); a0 = fma(a0, m, b); a0 = fma(a0, m, b);
            a0 = fma(a0, m, b); a0 = fma(a0, m, b); a0 = fma(a0, m, b); a0 = fma(a0, m, b);
            a0 = fma(a0, m, b); a0 = fma(a0, m, b); a0 = fma(a0, m, b); a0 = fma(a0, m, b);
        }
        y[id.x] = a0;
    } else if (CHAINS == 2u) {
        for (var i = 0u; i < params.rounds; i++) {
            a0 = fma(a0, m, b); a1 = fma(a1, m, b); a0 = fma(a0, m, b); a1 = fma(a1, m, b);
            a0 = fma(a0, m, b); a1 = fma(a1, m, b); a0 = fma(a0, m, b); a1 = fma(a1, m, b);
            a0 = fma(a0, m, b); a1 = fma(a1, m, b); a0 = fma(a0, m, b); a1 = fma(a1, m, b);
            a0 = fma(a0, m, b); a1 = fma(a1, m, b); a0 = fma(a0, m, b); a1 = fma(a1, m, b);
        }
        y[id.x] = a0 + a1;
    } else {
        for (var i = 0u; i < params.rounds; i++) {
            a0 = fma(a0, m, b); a1 = fma(a1, m, b); a2 = fma(a2, m, b); a3 = fma(a3, m, b);
            a4 = fma(a4, m, b); a5 = fma(a5, m, b); a6 = fma(a6, m, b); a7 = fma(a7, m, b);
            a0 = fma(a0, m, b); a1 = fma(a1, m, b); a2 = fma(a2, m, b); a3 = fma(a3, m, b);
            a4 = fma(a4, m, b); a5 = fma(a5, m, b); a6 = fma(a6, m, b); a7 = fma(a7, m, b);
        }
        y[id.x] = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7;
    }
}
