// Pooling over 2x2 windows with stride 2; the last row or column of an odd map is left out, as in VGG.
//   average: y = (a + b + c + d) / 4    max: y = max(a, b, c, d)    L2: y = sqrt((a^2 + b^2 + c^2 + d^2) / 4)
// x: H, W, C -> y: H/2, W/2, C.

struct Params {
    height: u32,  // of x
    width: u32,   // of x
    blocks: u32,
    kind: u32,    // 0: average, 1: max, 2: L2
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Source>;          // H, W, C
@group(0) @binding(2) var<storage, read_write> y: array<Target>;    // H/2, W/2, C

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let index = id.x + id.y * groups.x * 64u;
    let out_width = params.width / 2u;
    if (index >= (params.height / 2u) * out_width * params.blocks) {
        return;
    }
    let block = index % params.blocks;
    let column = (index / params.blocks) % out_width;
    let row = index / (params.blocks * out_width);
    let first = ((row * 2u) * params.width + column * 2u) * params.blocks + block;
    let below = first + params.width * params.blocks;
    let a = vec4<f32>(x[first]);
    let b = vec4<f32>(x[first + params.blocks]);
    let c = vec4<f32>(x[below]);
    let d = vec4<f32>(x[below + params.blocks]);
    if (params.kind == 1u) {
        y[index] = narrow(max(max(a, b), max(c, d)));
    } else if (params.kind == 2u) {
        y[index] = narrow(0.5 * sqrt(a * a + b * b + c * c + d * d));
    } else {
        y[index] = narrow((a + b + c + d) * 0.25);
    }
}
