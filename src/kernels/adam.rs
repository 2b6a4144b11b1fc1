//! One step of Adam, on pixels or on parameters.

use super::line::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Tensor, Uniform};
use bytemuck::{Pod, Zeroable};

/// Twin of the shader's parameters; see `shaders/adam.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct Params {
    pub vectors: u32,
    pub rate: f32,
    pub beta1: f32,
    pub beta2: f32,
    pub correction1: f32,
    pub correction2: f32,
    pub epsilon: f32,
    pub share: f32,
    pub step: u32,
    pub terms: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel =
    kernel!("adam", LINE, Params, [Read, Read, Write, Write, Write, Write, Write], ["evaluated_loss", "finite"]);

/// The same for a network's parameters, which have no bounds.
pub const UNBOUNDED: Kernel = Kernel { name: "adam_unbounded", constants: &[("BOUNDED", 0.0)], ..KERNEL };

/// The pixels, or a network's parameters, and what Adam remembers of them; all of one shape.
pub struct State<'t> {
    /// The pixels.
    pub x: &'t Tensor,
    /// First moment.
    pub m: &'t Tensor,
    /// Second moment.
    pub v: &'t Tensor,
    /// Average of the iterates.
    pub average: &'t Tensor,
    /// One number: 0, or the step that raised the alarm.
    pub alarm: &'t Tensor,
}

/// Steps along `d_x`, the gradient of the sum of `losses`, with [`KERNEL`] or [`UNBOUNDED`]; the returned uniform takes each
/// step's [`Params`].
pub fn record(
    rec: &mut Recorder,
    kernel: &Kernel,
    d_x: &Tensor,
    losses: &Tensor,
    state: &State,
    params: &Params,
) -> Uniform {
    let State { x, m, v, average, alarm } = *state;
    rec.dispatch(kernel, params, &[d_x, losses, x, m, v, average, alarm], Grid::line(kernel, x.shape().vectors()))
}
