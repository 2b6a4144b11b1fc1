//! L-BFGS as in the textbook (Nocedal & Wright 2006, algorithm 7.4), on vectors; where the kernels recurse on
//! coefficients, this moves the direction itself.

use std::collections::VecDeque;

/// A pair whose cosine between s and y is not above this says nothing about the curvature.
const SMALLEST_CURVATURE: f64 = 1e-10;

/// What L-BFGS remembers.
#[derive(Debug, Clone)]
pub struct State {
    /// Pairs that are kept.
    pub history: usize,
    /// Largest root mean square of a step.
    pub reach: f64,
    /// Numbers that a step can change.
    pub elements: usize,
    /// Differences (s, y) of pixels and of gradients, newest first.
    pairs: VecDeque<(Vec<f64>, Vec<f64>)>,
    before: Option<(Vec<f64>, Vec<f64>)>,
}

impl State {
    /// No memory yet.
    pub fn new(history: usize, reach: f64, elements: usize) -> State {
        State { history, reach, elements, pairs: VecDeque::new(), before: None }
    }
}

/// x = clamp(x + step, 0, 1), where the step is the two-loop direction, no longer than the reach. There is no line
/// search; the first step, which knows no curvature, goes a tenth of the reach along the gradient.
pub fn record(x: &mut [f64], g: &[f64], state: &mut State) {
    if let Some((x_before, g_before)) = state.before.take() {
        state.pairs.push_front((minus(x, &x_before), minus(g, &g_before)));
        state.pairs.truncate(state.history);
    }
    state.before = Some((x.to_vec(), g.to_vec()));
    let step = direction(g, state);
    let longest = state.reach * (state.elements as f64).sqrt();
    let length = dot(&step, &step).sqrt();
    let scale = if state.pairs.is_empty() { 0.1 * longest / length } else { (longest / length).min(1.0) };
    for (x, step) in x.iter_mut().zip(step) {
        *x = (*x + scale * step).clamp(0.0, 1.0);
    }
}

/// -H g by the two-loop recursion.
fn direction(g: &[f64], state: &State) -> Vec<f64> {
    let usable: Vec<_> = state.pairs.iter().filter(|(s, y)| curved(s, y)).collect();
    let mut q = g.to_vec();
    let mut alphas = Vec::new();
    for (s, y) in &usable {
        let alpha = dot(s, &q) / dot(s, y);
        add(&mut q, -alpha, y);
        alphas.push(alpha);
    }
    // Scale by the curvature of the newest pair (eq. 7.20), if it has any.
    if let Some((s, y)) = state.pairs.front().filter(|(s, y)| curved(s, y)) {
        let gamma = dot(s, y) / dot(y, y);
        q.iter_mut().for_each(|q| *q *= gamma);
    }
    for ((s, y), alpha) in usable.iter().zip(alphas).rev() {
        let beta = dot(y, &q) / dot(s, y);
        add(&mut q, alpha - beta, s);
    }
    q.iter().map(|q| -q).collect()
}

fn curved(s: &[f64], y: &[f64]) -> bool {
    let curvature = dot(s, y);
    curvature > 0.0 && curvature > SMALLEST_CURVATURE * (dot(s, s) * dot(y, y)).sqrt()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn minus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn add(a: &mut [f64], factor: f64, b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += factor * b);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H y = s for the newest pair, whatever the older ones say: the secant equation that defines BFGS.
    #[test]
    fn the_newest_pair_is_obeyed() {
        let mut state = State::new(3, 1.0, 3);
        let (newest, older) = (vec![0.5, -1.0, 2.0], vec![1.0, 0.5, 0.25]);
        state.pairs.push_front((vec![1.0, 1.0, 0.0], older));
        state.pairs.push_front((vec![0.5, 0.25, 1.0], newest.clone()));
        let direction = direction(&newest, &state);
        for (direction, s) in direction.iter().zip(&state.pairs[0].0) {
            assert!((direction + s).abs() < 1e-12, "{direction} is not the opposite of {s}");
        }
    }
}
