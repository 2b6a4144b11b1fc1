// How a kernel's targets are stored: in 32 bits.
alias Target = vec4<f32>;

fn narrow(value: vec4<f32>) -> Target {
    return value;
}
