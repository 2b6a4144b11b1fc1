// L-BFGS, part 3: the two-loop recursion (Nocedal 1980) on coefficients instead of vectors, as in Chen, Wang & Zhou
// 2014 ("vector-free L-BFGS"): the direction is a combination of the basis rows, and all that the recursion needs are
// the rows' inner products. One thread; a few hundred multiplications.
// Instead of a line search the step is limited: its root mean square is at most `reach`.
// A pair whose curvature y.s is not clearly positive is left out.
// products: 2 history + 1, 2 history + 1 -> coefficients: 2 history + 1.

struct Params {
    history: u32,
    slot: u32,    // of the newest pair
    pairs: u32,   // pairs that are filled, 0 at the first step
    elements: f32, // numbers in a row that can change
    reach: f32,   // largest root mean square of a step
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> products: array<f32>;           // rows, rows
@group(0) @binding(2) var<storage, read_write> coefficients: array<f32>; // rows

const MAX_HISTORY = 32u;
const SMALLEST_CURVATURE = 1e-10; // of y.s against |s||y|: below it the pair says nothing

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

@compute @workgroup_size(1)
fn main() {
    let g = rows() - 1u;
    for (var k = 0u; k < rows(); k++) {
        coefficients[k] = 0.0;
    }
    coefficients[g] = -1.0;
    for (var age = 0u; age < params.pairs; age++) {
        let s = slot_of(age);
        let y = params.history + s;
        alpha[age] = 0.0;
        if (usable(s)) {
            alpha[age] = combined(s) / product(s, y);
            coefficients[y] -= alpha[age];
        }
    }
    // Scale by the newest curvature (Nocedal & Wright, eq. 7.20).
    if (params.pairs > 0u && usable(params.slot)) {
        let y = params.history + params.slot;
        let gamma = product(params.slot, y) / product(y, y);
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
    let longest = params.reach * sqrt(params.elements);
    let length = sqrt(max(square, 0.0));
    // The first step has no curvature yet: it takes a tenth of the reach along the gradient.
    var scale = min(1.0, longest / max(length, 1e-30));
    if (params.pairs == 0u) {
        scale = 0.1 * longest / max(length, 1e-30);
    }
    for (var k = 0u; k < rows(); k++) {
        coefficients[k] *= scale;
    }
}
