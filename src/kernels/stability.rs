//! How much two paintings of one photo differ, where the photo moved a little between them.

use super::line::{LINE, grid_of_sums};
use crate::gpu::{Gpu, Kernel, Recorder, Tensor, Uniform};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    height: u32,
    width: u32,
    down: i32,
    across: i32,
    weight: f32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("stability", LINE, Params, [Read, Read, Write, Write, Write], ["workgroup_sum"]);

/// A painting and its gradient, both H, W, 4.
#[derive(Clone, Copy)]
pub struct Painted<'t> {
    /// The painting.
    pub y: &'t Tensor,
    /// Its gradient.
    pub d_y: &'t Tensor,
}

/// How far the second photo begins below and right of the first; it changes from step to step.
pub struct Shift {
    uniform: Uniform,
    params: Params,
}

impl Shift {
    /// Takes effect at the next submit.
    pub fn write(&self, gpu: &Gpu, down: i32, across: i32) {
        self.uniform.write(gpu, &Params { down, across, ..self.params });
    }
}

/// partials = sums of weight * (a - b, shifted)^2; a's gradient is added to, b's is overwritten.
pub fn record(rec: &mut Recorder, a: Painted, b: Painted, weight: f32, shift: (i32, i32), partials: &Tensor) -> Shift {
    let shape = a.y.shape();
    assert!([b.y, a.d_y, b.d_y].iter().all(|own| own.shape() == shape), "shapes of two paintings");
    let params = Params { height: shape.height, width: shape.width, down: shift.0, across: shift.1, weight };
    let tensors = [a.y, b.y, a.d_y, b.d_y, partials];
    let uniform = rec.dispatch(&KERNEL, &params, &tensors, grid_of_sums(&KERNEL, partials));
    Shift { uniform, params }
}
