// A row or column of a transformed tile: its values at Winograd's six points, those at infinity last.
struct Six { p0: vec4<f32>, p1: vec4<f32>, p2: vec4<f32>, p3: vec4<f32>, p4: vec4<f32>, p5: vec4<f32> }
