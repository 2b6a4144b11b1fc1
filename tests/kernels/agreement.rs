//! Whether what the GPU says is what the twin says; if not, where and by how much.

use scumble::reference::Map;

/// Of the largest value of the twin's output: f32 carries 6e-8, and sums of a few thousand terms lose two digits.
pub const TOLERANCE: f64 = 1e-5;

/// Panics with a diagnosis where a value differs by more than [`TOLERANCE`] of the twin's largest.
pub fn agree(kernel: &str, case: &str, gpu: &Map, twin: &Map) {
    agree_within(TOLERANCE, kernel, case, gpu, twin);
}

/// The same for single numbers.
pub fn agree_number(kernel: &str, case: &str, gpu: f64, twin: f64) {
    agree(kernel, case, &Map::vector(vec![gpu]), &Map::vector(vec![twin]));
}

/// The same with another tolerance, for which the caller has a reason.
pub fn agree_within(relative: f64, kernel: &str, case: &str, gpu: &Map, twin: &Map) {
    assert_eq!(
        (gpu.height, gpu.width, gpu.channels),
        (twin.height, twin.width, twin.channels),
        "{kernel}, {case}: shapes of the GPU's and the twin's output"
    );
    let largest = twin.values.iter().fold(0.0f64, |largest, value| largest.max(value.abs()));
    let tolerance = relative * largest;
    let difference = |index: usize| (gpu.values[index] - twin.values[index]).abs();
    // NaN sorts above all numbers, so that it is the worst.
    let worst = (0..twin.values.len()).max_by(|&a, &b| difference(a).total_cmp(&difference(b)));
    let worst = worst.expect("an output has values");
    println!("{kernel:18} {:9.2e} of the largest  {case}", difference(worst) / largest.max(f64::MIN_POSITIVE));
    assert!(
        difference(worst) <= tolerance,
        "{kernel}, {case}: worst at row {}, column {}, channel {}: GPU {}, twin {}, difference {:e}, \
         tolerance {tolerance:e}; {} of {} values are off",
        worst / twin.channels / twin.width,
        worst / twin.channels % twin.width,
        worst % twin.channels,
        gpu.values[worst],
        twin.values[worst],
        difference(worst),
        (0..twin.values.len()).filter(|&index| difference(index).is_nan() || difference(index) > tolerance).count(),
        twin.values.len(),
    );
}
