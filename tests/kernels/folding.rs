//! Grids longer than one dimension allows, folded into rows.

use crate::workbench::Workbench;
use scumble::gpu::Shape;
use scumble::kernels::relu_backward;
use scumble::random::hash32;

/// Workgroups along one dimension times threads in each: the longest line that is not folded.
const LONGEST_LINE: u32 = 65_535 * 64;

#[test]
fn a_line_longer_than_the_grid_is_folded() {
    let bench = Workbench::open();
    let shape = Shape::new(1, LONGEST_LINE + 100_001, 4);
    let count = shape.vectors() * 4;
    // -1, 0 or 1: about a third passes.
    let y: Vec<f32> = (0..count).map(|index| (hash32(index) % 3) as f32 - 1.0).collect();
    let d: Vec<f32> = (0..count).map(|index| (index % 1009) as f32 + 1.0).collect();
    let (y_gpu, d_gpu) = (bench.gpu.upload("y", shape, &y).unwrap(), bench.gpu.upload("d_y", shape, &d).unwrap());
    bench.run(|rec| relu_backward::record(rec, &y_gpu, &d_gpu));
    let passed = bench.raw(&d_gpu);
    let wrong = (0..count as usize).find(|&e| passed[e] != if y[e] > 0.0 { d[e] } else { 0.0 });
    if let Some(e) = wrong {
        panic!("relu_backward, element {e} of {count}: y {}, d_y {}, GPU {}", y[e], d[e], passed[e]);
    }
}
