//! The four kernels of L-BFGS: history, inner products, direction, step.

use super::line::LINE;
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
    pub pairs: u32,
    pub terms: u32,
    pub step: u32,
}

/// Twin of the parameters of `shaders/lbfgs_products.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct ProductsParams {
    pub vectors: u32,
    pub rows: u32,
}

/// Twin of the parameters of `shaders/lbfgs_direction.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct DirectionParams {
    pub history: u32,
    pub slot: u32,
    pub pairs: u32,
    pub terms: u32,
    pub judge: u32,
    pub elements: f32,
    pub first: f32,
    pub longest: f32,
}

/// Twin of the parameters of `shaders/lbfgs_step.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[allow(missing_docs)]
pub struct StepParams {
    pub vectors: u32,
    pub rows: u32,
}

/// Judges an evaluation and puts its pair into the history.
pub const HISTORY: Kernel = kernel!(
    "lbfgs_history",
    LINE,
    HistoryParams,
    [Read, Read, Read, Write, Write, Write, Write, Write],
    ["evaluated_loss", "finite"]
);
/// Inner products of all rows.
pub const PRODUCTS: Kernel = kernel!("lbfgs_products", LINE, ProductsParams, [Read, Read, Write], ["workgroup_sum"]);
/// The two-loop recursion on coefficients.
pub const DIRECTION: Kernel =
    kernel!("lbfgs_direction", [1, 1, 1], DirectionParams, [Read, Read, Write, Write], ["evaluated_loss"]);
/// Moves the pixels.
pub const STEP: Kernel = kernel!("lbfgs_step", LINE, StepParams, [Read, Read, Read, Write, Write, Write], ["finite"]);

/// How often an evaluation looks for a direction: the second time without the pixels that the first led out of 0..1.
const DIRECTIONS: u32 = 2;

/// The memory of L-BFGS.
pub struct State<'t> {
    /// The pixels that are evaluated next, H, W, 4.
    pub x: &'t Tensor,
    /// The pixels with the lowest loss so far.
    pub best: &'t Tensor,
    /// 1 where a step may move the pixel, else 0.
    pub free: &'t Tensor,
    /// 2 history + 1 rows of pixels: differences of pixels, differences of gradients, the gradient at `best`.
    pub basis: &'t Tensor,
    /// Inner products of the rows.
    pub products: &'t Tensor,
    /// The direction as a combination of the rows.
    pub coefficients: &'t Tensor,
    /// Lowest loss, radius of the trust region, length of the last step (both root mean square).
    pub region: &'t Tensor,
    /// One number: 0, or, once something was not finite, another.
    pub alarm: &'t Tensor,
}

/// Numbers that stay the same over a run.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Pairs that are kept.
    pub history: u32,
    /// Numbers that a step can change.
    pub elements: u32,
    /// Root mean square of the first step.
    pub first: f32,
    /// Largest root mean square of a step.
    pub longest: f32,
}

/// The uniforms that change from step to step.
pub struct Uniforms {
    limits: Limits,
    vectors: u32,
    terms: u32,
    history: Uniform,
    directions: Vec<Uniform>,
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

/// Judges the evaluation that gave the gradient `g` and the `losses` of `state.x`, and moves `state.x` along what the
/// history says.
pub fn record(rec: &mut Recorder, g: &Tensor, losses: &Tensor, state: &State, limits: Limits) -> Uniforms {
    let State { x, best, free, basis, products, coefficients, region, alarm } = *state;
    let vectors = x.shape().vectors();
    let rows = 2 * limits.history + 1;
    let zero = (HistoryParams::zeroed(), DirectionParams::zeroed());
    let pixels = [g, losses, region, x, best, free, basis, alarm];
    let history = rec.dispatch(&HISTORY, &zero.0, &pixels, Grid::line(&HISTORY, vectors));
    let directions = (0..DIRECTIONS).map(|_| {
        let params = ProductsParams { vectors, rows };
        let grid = Grid::over(&PRODUCTS, [rows * LINE[0], rows, 1]);
        rec.dispatch(&PRODUCTS, &params, &[basis, free, products], grid);
        let one = Grid::over(&DIRECTION, [1, 1, 1]);
        let direction = rec.dispatch(&DIRECTION, &zero.1, &[products, losses, region, coefficients], one);
        let params = StepParams { vectors, rows };
        rec.dispatch(&STEP, &params, &[basis, coefficients, best, free, x, alarm], Grid::line(&STEP, vectors));
        direction
    });
    let directions = directions.collect();
    Uniforms { limits, vectors, terms: losses.shape().channels, history, directions }
}

impl Uniforms {
    /// Prepares the `evaluation`-th submit, counted from 1; steps are at most `share` of their limits.
    pub fn write(&self, gpu: &crate::gpu::Gpu, evaluation: u32, share: f32) {
        let Uniforms { limits, vectors, terms, .. } = *self;
        let Limits { history, elements, first, longest } = limits;
        let (first, longest) = (share * first, share * longest);
        // Evaluation 1 has no pair yet; what it writes into the history is overwritten by evaluation 2 before it is read.
        let slot = evaluation.saturating_sub(2) % history;
        let pairs = (evaluation - 1).min(history);
        self.history.write(gpu, &HistoryParams { vectors, history, slot, pairs, terms, step: evaluation });
        for (judge, direction) in [1, 0].into_iter().zip(&self.directions) {
            let elements = elements as f32;
            direction.write(gpu, &DirectionParams { history, slot, pairs, terms, judge, elements, first, longest });
        }
    }
}
