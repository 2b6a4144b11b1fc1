// The loss of an evaluation: the sum of the first `terms` of the shader's `losses`.
fn evaluated_loss() -> f32 {
    var loss = 0.0;
    for (var term = 0u; term < params.terms; term++) {
        loss += losses[term];
    }
    return loss;
}
