// L-BFGS, part 3: the two-loop recursion (Nocedal 1980) on coefficients instead of vectors, as in Chen, Wang & Zhou
// 2014 ("vector-free L-BFGS"): the direction is a combination of the basis rows, and all that the recursion needs are
// the rows' inner products. One thread; a few hundred multiplications.
// A trust region stands in for a line search: the step's root mean square is at most the radius, which doubles the length
// of a step that lowered the loss and quarters that of one that did not (Nocedal & Wright 2006, algorithm 4.1).
// A pair whose curvature y.s is not clearly positive is left out.
// products: 2 history + 1, 2 history + 1 -> coefficients: 2 history + 1.

struct Params {
    history: u32,
    slot: u32,     // of the newest pair
    pairs: u32,    // pairs that are filled, 0 at the first step
    terms: u32,    // losses that add up to the loss
    judge: u32,    // 1: the first of the two directions of an evaluation, which moves the radius
    elements: f32, // numbers in a row that can change
    first: f32,    // root mean square of the first step, which knows no curvature
    longest: f32,  // largest radius
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> products: array<f32>;           // rows, rows
@group(0) @binding(2) var<storage, read> losses: array<f32>;             // terms
@group(0) @binding(3) var<storage, read_write> state: array<f32>;        // loss(best), radius, length of the last step
@group(0) @binding(4) var<storage, read_write> coefficients: array<f32>; // rows

const MAX_HISTORY = 32u;
const SMALLEST_CURVATURE = 1e-4; // of y.s against |s||y|: below it the pair says nothing
const GROW = 2.0;
const SHRINK = 0.25;

var<private> alpha: array<f32, MAX_HISTORY>;

fn rows() -> u32 {
    return 2u * params.history + 1u;
}

fn product(a: u32, b: u32) -> f32 {
    return products[a * rows() + b];
}

// Inner product of the combination so far with row `row`.
fn combined(row: u32) -> f32 {
    var sum = 0.0;
    for (var k = 0u; k < rows(); k++) {
        sum += coefficients[k] * product(k, row);
    }
    return sum;
}

fn usable(slot: u32) -> bool {
    let y = params.history + slot;
    let curvature = product(slot, y);
    return curvature > SMALLEST_CURVATURE * sqrt(product(slot, slot) * product(y, y)) && curvature > 0.0;
}

// Slot of the pair that is `age` steps old.
fn slot_of(age: u32) -> u32 {
    return (params.slot + params.history - age) % params.history;
}

fn judge() {
    let loss = evaluated_loss();
    if (params.pairs == 0u) {
        state[0] = loss;
        state[1] = params.first;
    } else if (loss <= state[0]) {
        state[0] = loss;
        state[1] = min(params.longest, max(state[1], GROW * state[2]));
    } else {
        state[1] = SHRINK * state[2];
    }
}

@compute @workgroup_size(1)
fn main() {
    if (params.judge == 1u) {
        judge();
    }
    let g = rows() - 1u;
    for (var k = 0u; k < rows(); k++) {
        coefficients[k] = 0.0;
    }
    coefficients[g] = -1.0;
    var newest = params.pairs; // age of the newest usable pair
    for (var age = 0u; age < params.pairs; age++) {
        let s = slot_of(age);
        let y = params.history + s;
        alpha[age] = 0.0;
        if (usable(s)) {
            newest = min(newest, age);
            alpha[age] = combined(s) / product(s, y);
            coefficients[y] -= alpha[age];
        }
    }
    let curved = newest < params.pairs;
    // Scale by the newest curvature (Nocedal & Wright, eq. 7.20).
    if (curved) {
        let s = slot_of(newest);
        let y = params.history + s;
        let gamma = product(s, y) / product(y, y);
        for (var k = 0u; k < rows(); k++) {
            coefficients[k] *= gamma;
        }
    }
    for (var back = params.pairs; back > 0u; back--) {
        let s = slot_of(back - 1u);
        let y = params.history + s;
        if (usable(s)) {
            coefficients[s] += alpha[back - 1u] - combined(y) / product(s, y);
        }
    }
    var square = 0.0;
    for (var k = 0u; k < rows(); k++) {
        square += coefficients[k] * combined(k);
    }
    let length = max(sqrt(max(square, 0.0) / params.elements), 1e-30);
    // Without any curvature the gradient only points: the step is as long as it may be.
    var scale = state[1] / length;
    if (curved) {
        scale = min(1.0, scale);
    }
    for (var k = 0u; k < rows(); k++) {
        coefficients[k] *= scale;
    }
    state[2] = scale * length;
}
