// Turns a convolution's weights into those of its gradient: outputs and inputs change places, the kernel is turned by half a
// turn. Both as 4x4 tiles, column = input channel.
// weights: C'/4, kernel, kernel, C/4 -> flipped: C/4, kernel, kernel, C'/4.

struct Params {
    in_blocks: u32,  // of the convolution
    out_blocks: u32,
    taps: u32,       // kernel * kernel
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weights: array<mat4x4<f32>>;
@group(0) @binding(2) var<storage, read_write> flipped: array<mat4x4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.in_blocks * params.out_blocks * params.taps) {
        return;
    }
    let o = index % params.out_blocks;
    let tap = (index / params.out_blocks) % params.taps;
    let c = index / (params.out_blocks * params.taps);
    flipped[index] = transpose(weights[(o * params.taps + params.taps - 1u - tap) * params.in_blocks + c]);
}
