//! L-BFGS as in the textbook (Nocedal & Wright 2006, algorithm 7.4) within 0..1, on vectors; where the kernels recurse on
//! coefficients, this moves the direction itself.

use std::collections::VecDeque;

/// A pair whose cosine between s and y is not above this says nothing about the curvature.
const SMALLEST_CURVATURE: f64 = 1e-4;
/// The radius after a step that lowered the loss, in lengths of that step.
const GROW: f64 = 2.0;
/// The radius after a step that did not.
const SHRINK: f64 = 0.25;

/// The memory of L-BFGS. Lengths are root mean squares.
#[derive(Debug, Clone)]
pub struct State {
    /// Pairs that are kept.
    pub history: usize,
    /// Length of the first step.
    pub first: f64,
    /// Largest length of a step.
    pub longest: f64,
    /// Numbers that a step can change.
    pub elements: usize,
    /// The evaluation with the lowest loss.
    pub best: Option<Evaluation>,
    /// Differences (s, y) of pixels and of gradients, newest first.
    pairs: VecDeque<(Vec<f64>, Vec<f64>)>,
    radius: f64,
    length: f64,
    /// Whether something was not finite.
    pub alarm: bool,
}

/// A loss and its gradient somewhere.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The pixels.
    pub x: Vec<f64>,
    /// The loss there.
    pub loss: f64,
    /// Its gradient.
    pub g: Vec<f64>,
}

impl State {
    /// No memory yet.
    pub fn new(history: usize, first: f64, longest: f64, elements: usize) -> State {
        State {
            history,
            first,
            longest,
            elements,
            best: None,
            pairs: VecDeque::new(),
            radius: first,
            length: 0.0,
            alarm: false,
        }
    }
}

/// Judges the evaluation of `x`, and moves `x` to where the loss should be taken next: from the best pixels so far along
/// the two-loop direction, no further than a radius that grows with success and shrinks with failure.
///
/// Pixels at a bound whose gradient leads outwards are held (the two-metric projection of Bertsekas 1982). Those that a
/// first direction leads out of 0..1 stay at the bound, and a second direction is found for the rest.
///
/// An evaluation whose loss is not finite changes nothing, and none after it; one whose gradient is not is judged, and no step
/// comes then.
pub fn record(x: &mut [f64], loss: f64, g: &[f64], state: &mut State) {
    if state.alarm || !loss.is_finite() {
        state.alarm = true;
        return;
    }
    let here = Evaluation { x: x.to_vec(), loss, g: g.to_vec() };
    let best = match state.best.take() {
        None => here,
        Some(best) => {
            state.pairs.push_front((minus(&here.x, &best.x), minus(&here.g, &best.g)));
            state.pairs.truncate(state.history);
            let lower = loss <= best.loss;
            state.radius =
                if lower { state.radius.max(GROW * state.length).min(state.longest) } else { SHRINK * state.length };
            if lower { here } else { best }
        }
    };
    if !g.iter().all(|g| g.is_finite()) {
        state.alarm = true;
        x.copy_from_slice(&best.x);
        state.best = Some(best);
        return;
    }
    let held = |(x, g): (&f64, &f64)| (*x <= 0.0 && *g > 0.0) || (*x >= 1.0 && *g < 0.0);
    let mut free: Vec<bool> = best.x.iter().zip(&best.g).map(|pixel| !held(pixel)).collect();
    x.copy_from_slice(&best.x);
    for _ in 0..2 {
        let step = step(&best.g, &free, state);
        for e in 0..x.len() {
            if free[e] {
                let goal = best.x[e] + step[e];
                x[e] = goal.clamp(0.0, 1.0);
                free[e] = x[e] == goal;
            }
        }
    }
    state.best = Some(best);
}

/// -H g over the free pixels by the two-loop recursion, no longer than the radius.
fn step(g: &[f64], free: &[bool], state: &mut State) -> Vec<f64> {
    let masked = |values: &[f64]| -> Vec<f64> {
        values.iter().zip(free).map(|(value, free)| if *free { *value } else { 0.0 }).collect()
    };
    let pairs = state.pairs.iter().map(|(s, y)| (masked(s), masked(y)));
    let pairs: Vec<_> = pairs.filter(|(s, y)| curved(s, y)).collect();
    let direction = direction(&masked(g), &pairs);
    let length = (dot(&direction, &direction) / state.elements as f64).sqrt().max(1e-30);
    // Without any curvature the gradient only points.
    let scale = if pairs.is_empty() { state.radius / length } else { (state.radius / length).min(1.0) };
    state.length = scale * length;
    direction.iter().map(|value| scale * value).collect()
}

fn direction(g: &[f64], pairs: &[(Vec<f64>, Vec<f64>)]) -> Vec<f64> {
    let mut q = g.to_vec();
    let mut alphas = Vec::new();
    for (s, y) in pairs {
        let alpha = dot(s, &q) / dot(s, y);
        add(&mut q, -alpha, y);
        alphas.push(alpha);
    }
    // Scale by the curvature of the newest pair (eq. 7.20).
    if let Some((s, y)) = pairs.first() {
        let gamma = dot(s, y) / dot(y, y);
        q.iter_mut().for_each(|q| *q *= gamma);
    }
    for ((s, y), alpha) in pairs.iter().zip(alphas).rev() {
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
        let (newest, older) = (vec![0.5, -1.0, 2.0], vec![1.0, 0.5, 0.25]);
        let pairs = [(vec![0.5, 0.25, 1.0], newest.clone()), (vec![1.0, 1.0, 0.0], older)];
        let direction = direction(&newest, &pairs);
        for (direction, s) in direction.iter().zip(&pairs[0].0) {
            assert!((direction + s).abs() < 1e-12, "{direction} is not the opposite of {s}");
        }
    }

    /// A step that raises the loss is taken back, and the next one is shorter than a quarter of it.
    #[test]
    fn a_failed_step_is_taken_back() {
        let mut state = State::new(3, 0.1, 1.0, 2);
        let mut x = vec![0.5, 0.5];
        record(&mut x, 1.0, &[1.0, 0.0], &mut state);
        assert!((x[0] - (0.5 - 0.1 * 2f64.sqrt())).abs() < 1e-12 && x[1] == 0.5, "{x:?}");
        record(&mut x, 2.0, &[-3.0, 0.0], &mut state);
        let length = ((x[0] - 0.5).powi(2) / 2.0).sqrt();
        assert!(x[0] < 0.5 && length <= 0.025 + 1e-12, "{x:?}");
        assert_eq!(state.best.unwrap().x, [0.5, 0.5]);
    }
}
