// Inner product of two equally long tensors, in one number per workgroup; total.wgsl adds them.
//   partials[w] = sum over the workgroup's elements of <a[e], b[e]>
// a, b: E -> partials: workgroups.

struct Params {
    vectors: u32, // vec4 elements
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<Source>;           // E
@group(0) @binding(2) var<storage, read> b: array<Source>;           // E
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;  // workgroups

const THREADS = 64u;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>) {
    var sum = 0.0;
    for (var e = group.x * THREADS + local; e < params.vectors; e += groups.x * THREADS) {
        sum += dot(vec4<f32>(a[e]), vec4<f32>(b[e]));
    }
    let total = workgroup_sum(local, sum);
    if (local == 0u) {
        partials[group.x] = total;
    }
}
