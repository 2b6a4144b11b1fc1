// Shows a picture on the canvas, one texel a pixel; the page scales the canvas.
// picture: H, W, 4 = red, green, blue, alpha, sRGB-encoded in 0..1.

struct Params {
    width: u32,
    height: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> picture: array<vec4<f32>>; // H, W, 4

// One triangle that covers the whole canvas.
@vertex
fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let corner = vec2<f32>(f32((index << 1u) & 2u), f32(index & 2u));
    return vec4<f32>(corner * 2.0 - 1.0, 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let x = min(u32(position.x), params.width - 1u);
    let y = min(u32(position.y), params.height - 1u);
    return vec4<f32>(clamp(picture[y * params.width + x].rgb, vec3<f32>(0.0), vec3<f32>(1.0)), 1.0);
}
