// Gradient through a ReLU, in place: d_y = d_y where y > 0, else 0. Forward is fused into conv.wgsl.
// y, d_y: H, W, C.

struct Params {
    vectors: u32, // vec4 elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> y: array<Source>;            // H, W, C
@group(0) @binding(2) var<storage, read_write> d_y: array<Target>;    // H, W, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    if (index >= params.vectors) {
        return;
    }
    d_y[index] = select(Target(), d_y[index], y[index] > Source());
}
