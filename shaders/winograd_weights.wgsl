// The weights of a 3x3 convolution into Winograd's domain, u = G g G' (Lavin & Gray 2016), once when they are uploaded. The
// points are those of winograd_input.wgsl; the rows of G are scaled so that a kernel turned by half a turn has the same
// values at other points (see common/batched_gemm.wgsl).
// g: C', C, 3, 3 -> u: 36, C'/4, C/4 tiles of 4x4; in a tile a column is an input channel.
//
// Each thread makes one column of a tile at all 36 points.

struct Params {
    outputs: u32,
    inputs: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>;             // C', C, 3, 3
@group(0) @binding(2) var<storage, read_write> u: array<vec4<f32>>; // 36, C'/4, C/4, 4

// 1/3, sqrt(2)/3 and sqrt(1/2)/3: what the rows are divided by is 2 (a^2 - b^2) with a = sqrt(2), b = 1/a.
const ONE = 0.33333333;
const A = 0.47140452;
const B = 0.23570226;

// One value of the kernels from an input to the four outputs of a block.
fn load(block: u32, input: u32, tap: u32) -> vec4<f32> {
    var value = vec4<f32>(0.0);
    for (var lane = 0u; lane < 4u; lane++) {
        let output = block * 4u + lane;
        if (output < params.outputs && input < params.inputs) {
            value[lane] = g[(output * params.inputs + input) * 9u + tap];
        }
    }
    return value;
}

// G times a column.
fn transform(g0: vec4<f32>, g1: vec4<f32>, g2: vec4<f32>) -> Six {
    let even_b = B * g0 + A * g2;
    let even_a = A * g0 + B * g2;
    let odd = ONE * g1;
    return Six(g0, even_b + odd, even_b - odd, even_a + odd, even_a - odd, g2);
}

fn store(start: u32, stride: u32, row: Six) {
    u[start] = row.p0;
    u[start + stride] = row.p1;
    u[start + 2u * stride] = row.p2;
    u[start + 3u * stride] = row.p3;
    u[start + 4u * stride] = row.p4;
    u[start + 5u * stride] = row.p5;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let place = id.x + id.y * groups.x * 64u;
    let in_blocks = (params.inputs + 3u) / 4u;
    let columns = in_blocks * 4u;
    let out_blocks = (params.outputs + 3u) / 4u;
    if (place >= out_blocks * columns) {
        return;
    }
    let block = place / columns;
    let input = place % columns;
    let c0 = transform(load(block, input, 0u), load(block, input, 3u), load(block, input, 6u));
    let c1 = transform(load(block, input, 1u), load(block, input, 4u), load(block, input, 7u));
    let c2 = transform(load(block, input, 2u), load(block, input, 5u), load(block, input, 8u));
    let stride = out_blocks * columns;
    store(place, stride, transform(c0.p0, c1.p0, c2.p0));
    store(place + 6u * stride, stride, transform(c0.p1, c1.p1, c2.p1));
    store(place + 12u * stride, stride, transform(c0.p2, c1.p2, c2.p2));
    store(place + 18u * stride, stride, transform(c0.p3, c1.p3, c2.p3));
    store(place + 24u * stride, stride, transform(c0.p4, c1.p4, c2.p4));
    store(place + 30u * stride, stride, transform(c0.p5, c1.p5, c2.p5));
}
