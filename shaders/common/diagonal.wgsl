// A tile of a matrix with d on its diagonal, as far as there are channels: padding stays zero.
fn diagonal(block: u32, channels: u32, d: f32) -> mat4x4<f32> {
    let channel = vec4<u32>(block * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
    let v = select(vec4<f32>(0.0), vec4<f32>(d), channel < vec4<u32>(channels));
    return mat4x4<f32>(v.x, 0.0, 0.0, 0.0, 0.0, v.y, 0.0, 0.0, 0.0, 0.0, v.z, 0.0, 0.0, 0.0, 0.0, v.w);
}
