// How much two paintings of the same photo differ, where the second's photo was moved by a few pixels, and had noise:
//   loss = weight * sum over pixels, colours of (a[v, u] - b[v - down, u - across])^2
// summed where both exist, with its gradient, which is added to that of a and becomes that of b.
// a, b: H, W, 4 -> partials: a sum for each workgroup; d_a, d_b: H, W, 4.

struct Params {
    height: u32,
    width: u32,
    down: i32,   // how far b's photo begins below a's
    across: i32, // how far it begins right of a's
    weight: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4<f32>>;         // H, W, 4
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;         // H, W, 4
@group(0) @binding(3) var<storage, read_write> d_a: array<vec4<f32>>; // H, W, 4
@group(0) @binding(4) var<storage, read_write> d_b: array<vec4<f32>>; // H, W, 4
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;

// What differs at a pixel of a, and nothing where b has no such pixel.
fn difference(row: i32, column: i32) -> vec3<f32> {
    let v = row - params.down;
    let u = column - params.across;
    let inside = row >= 0 && column >= 0 && row < i32(params.height) && column < i32(params.width)
        && v >= 0 && u >= 0 && v < i32(params.height) && u < i32(params.width);
    if (!inside) {
        return vec3<f32>(0.0);
    }
    return a[u32(row) * params.width + u32(column)].rgb - b[u32(v) * params.width + u32(u)].rgb;
}

const THREADS = 64u;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    var sum = 0.0;
    let pixels = params.height * params.width;
    for (var n = group.x * THREADS + local; n < pixels; n += groups.x * THREADS) {
        let row = i32(n / params.width);
        let column = i32(n % params.width);
        let of_a = difference(row, column);
        let of_b = difference(row + params.down, column + params.across);
        sum += dot(of_a, of_a);
        d_a[n] += vec4<f32>(2.0 * params.weight * of_a, 0.0);
        d_b[n] = vec4<f32>(-2.0 * params.weight * of_b, 0.0);
    }
    let total = workgroup_sum(local, sum);
    if (local == 0u) {
        partials[group.x] = total * params.weight;
    }
}
