//! One step of Adam on the pixels.

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
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("adam", LINE, Params, [Read, Write, Write, Write, Write]);

/// The pixels and what Adam remembers of them; all H, W, 4.
pub struct State<'t> {
    /// The pixels.
    pub x: &'t Tensor,
    /// First moment.
    pub m: &'t Tensor,
    /// Second moment.
    pub v: &'t Tensor,
    /// Average of the iterates.
    pub average: &'t Tensor,
}

/// Steps along `d_x`; the returned uniform takes each step's [`Params`].
pub fn record(rec: &mut Recorder, d_x: &Tensor, state: &State, params: &Params) -> Uniform {
    let grid = Grid::line(&KERNEL, state.x.shape().vectors());
    rec.dispatch(&KERNEL, params, &[d_x, state.x, state.m, state.v, state.average], grid)
}
