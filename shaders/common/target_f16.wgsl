// How a kernel's targets are stored: in 16 bits.
alias Target = vec4<f16>;

// What is too large becomes the largest there is, and not infinite.
fn narrow(value: vec4<f32>) -> Target {
    return Target(clamp(value, vec4<f32>(-65504.0), vec4<f32>(65504.0)));
}
