//! One step of Adam (Kingma & Ba 2015, algorithm 1), on pixels or on parameters.

use super::average::Average;

/// Adam's constants.
#[derive(Debug, Clone, Copy)]
pub struct Params {
    /// Learning rate.
    pub rate: f64,
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Keeps the division finite.
    pub epsilon: f64,
    /// Whether x stays within 0..1, as pixels do.
    pub bounded: bool,
}

/// The pixels and what Adam remembers of them.
#[derive(Debug, Clone)]
pub struct State {
    /// The pixels.
    pub x: Vec<f64>,
    /// First moment.
    pub m: Vec<f64>,
    /// Second moment.
    pub v: Vec<f64>,
    /// Average of the iterates.
    pub average: Average,
    /// Steps taken.
    pub t: i32,
    /// The newest step that left something out, or 0.
    pub alarm: i32,
}

impl State {
    /// Starts at `x` without any memory.
    pub fn new(x: Vec<f64>, decay: f64) -> State {
        let zeros = vec![0.0; x.len()];
        State { x, m: zeros.clone(), v: zeros.clone(), average: Average::new(zeros, decay), t: 0, alarm: 0 }
    }
}

/// m = b1 m + (1 - b1) g and v = b2 v + (1 - b2) g^2, both divided by 1 - b^t to correct their start at zero;
/// x = x - rate m' / (sqrt(v') + epsilon), clamped to 0..1 if it is bounded. Numbers that are not finite in 32 bits change nothing,
/// nor does any number where the loss is not; if it is bounded, no later step changes anything.
pub fn record(g: &[f64], loss: f64, state: &mut State, params: &Params) {
    let Params { rate, beta1, beta2, epsilon, bounded } = *params;
    state.t += 1;
    if bounded && state.alarm > 0 {
        return;
    }
    let mut good = vec![true; g.len()];
    for (e, g) in g.iter().enumerate() {
        let first = beta1 * state.m[e] + (1.0 - beta1) * g;
        let second = beta2 * state.v[e] + (1.0 - beta2) * g * g;
        let m = first / (1.0 - beta1.powi(state.t));
        let v = second / (1.0 - beta2.powi(state.t));
        let next = state.x[e] - rate * m / (v.sqrt() + epsilon);
        good[e] = [loss, first, second, next].iter().all(|number| (*number as f32).is_finite());
        if good[e] {
            (state.m[e], state.v[e]) = (first, second);
            state.x[e] = if bounded { next.clamp(0.0, 1.0) } else { next };
        } else {
            state.alarm = state.t;
        }
    }
    state.average.push(&state.x, &good);
}
