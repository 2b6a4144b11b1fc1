// Which numbers of a vector are finite: neither infinite nor NaN. The bits say it, because a compiler may take for granted that
// all numbers are finite.
fn finite(values: vec4<f32>) -> vec4<bool> {
    return (bitcast<vec4<u32>>(values) & vec4<u32>(0x7f800000u)) != vec4<u32>(0x7f800000u);
}
