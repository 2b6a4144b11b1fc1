// The gradient behind a normalisation's ReLU: that of the values which the ReLU let through.
fn passed(d_y: vec4<f32>, normalised: vec4<f32>, shift: vec4<f32>, scale: vec4<f32>, relu: bool) -> vec4<f32> {
    let through = scale * normalised + shift > vec4<f32>(0.0);
    return select(d_y, select(vec4<f32>(0.0), d_y, through), relu);
}
