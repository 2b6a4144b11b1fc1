//! The four kernels of L-BFGS: history, inner products, direction, step.

use super::LINE;
use crate::gpu::{Grid, Kernel, Recorder, Shape, Tensor, Uniform};
use bytemuck::{Pod, Zeroable};

/// Twin of the parameters of `shaders/lbfgs_history.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct HistoryParams {
    pub vectors: u32,
    pub history: u32,
    pub slot: u32,
}

/// Twin of the parameters of `shaders/lbfgs_products.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct ProductsParams {
    pub vectors: u32,
    pub history: u32,
    pub slot: u32,
}

/// Twin of the parameters of `shaders/lbfgs_direction.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct DirectionParams {
    pub history: u32,
    pub slot: u32,
    pub pairs: u32,
    pub elements: f32,
    pub reach: f32,
}

/// Twin of the parameters of `shaders/lbfgs_step.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct StepParams {
    pub vectors: u32,
    pub rows: u32,
    pub share: f32,
}

/// Puts the newest pair into the history.
pub const HISTORY: Kernel = kernel!("lbfgs_history", LINE, HistoryParams, [Read, Read, Write, Write, Write]);
/// Inner products of the rows that changed.
pub const PRODUCTS: Kernel = kernel!("lbfgs_products", LINE, ProductsParams, [Read, Write]);
/// The two-loop recursion on coefficients.
pub const DIRECTION: Kernel = kernel!("lbfgs_direction", [1, 1, 1], DirectionParams, [Read, Write]);
/// Takes the step.
pub const STEP: Kernel = kernel!("lbfgs_step", LINE, StepParams, [Read, Read, Write, Write]);

/// What L-BFGS remembers.
pub struct State<'t> {
    /// The pixels, H, W, 4.
    pub x: &'t Tensor,
    /// The pixels one step before.
    pub x_before: &'t Tensor,
    /// The gradient one step before.
    pub g_before: &'t Tensor,
    /// 2 history + 1 rows of pixels: differences of pixels, differences of gradients, the gradient.
    pub basis: &'t Tensor,
    /// Inner products of the rows.
    pub products: &'t Tensor,
    /// The direction as a combination of the rows.
    pub coefficients: &'t Tensor,
    /// Average of the iterates.
    pub average: &'t Tensor,
}

/// The uniforms that change from step to step.
pub struct Uniforms {
    /// Of [`HISTORY`].
    pub history: Uniform,
    /// Of [`PRODUCTS`].
    pub products: Uniform,
    /// Of [`DIRECTION`].
    pub direction: Uniform,
    /// Of [`STEP`].
    pub step: Uniform,
}

/// Shapes of the basis, the products and the coefficients for pictures of `shape` and `history` pairs.
pub fn shapes(shape: Shape, history: u32) -> [Shape; 3] {
    let rows = 2 * history + 1;
    [
        Shape { height: shape.height * rows, ..shape },
        Shape::new(1, (rows * rows).div_ceil(4), 4),
        Shape::new(1, rows.div_ceil(4), 4),
    ]
}

/// Steps along what `g` and the history say.
pub fn record(rec: &mut Recorder, g: &Tensor, state: &State, history: u32) -> Uniforms {
    let vectors = state.x.shape().vectors();
    let rows = 2 * history + 1;
    let zero = (
        HistoryParams { vectors, history, slot: 0 },
        ProductsParams { vectors, history, slot: 0 },
        DirectionParams { history, slot: 0, pairs: 0, elements: 1.0, reach: 0.0 },
        StepParams { vectors, rows, share: 1.0 },
    );
    let pixels = [state.x, g, state.x_before, state.g_before, state.basis];
    Uniforms {
        history: rec.dispatch(&HISTORY, &zero.0, &pixels, Grid::line(&HISTORY, vectors)),
        products: rec.dispatch(
            &PRODUCTS,
            &zero.1,
            &[state.basis, state.products],
            Grid::over(&PRODUCTS, [rows * LINE[0], 3, 1]),
        ),
        direction: rec.dispatch(
            &DIRECTION,
            &zero.2,
            &[state.products, state.coefficients],
            Grid::over(&DIRECTION, [1, 1, 1]),
        ),
        step: rec.dispatch(
            &STEP,
            &zero.3,
            &[state.basis, state.coefficients, state.x, state.average],
            Grid::line(&STEP, vectors),
        ),
    }
}
