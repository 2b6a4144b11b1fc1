// The sum of what the threads of a workgroup hold, the same for all of them. A shader says with the constant THREADS how
// many there are, a power of two; all of them have to call.
var<workgroup> workgroup_sums: array<f32, THREADS>;

fn workgroup_sum(local: u32, own: f32) -> f32 {
    workgroupBarrier(); // an earlier sum was read by all
    workgroup_sums[local] = own;
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) {
            workgroup_sums[local] += workgroup_sums[local + half];
        }
    }
    workgroupBarrier();
    return workgroup_sums[0];
}
