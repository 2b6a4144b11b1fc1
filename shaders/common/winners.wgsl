// Which values of a 2x2 window in reading order max pooling lets through, lane by lane: the first of the largest.
struct Winners { a: vec4<bool>, b: vec4<bool>, c: vec4<bool>, d: vec4<bool> }

fn winners(a: vec4<f32>, b: vec4<f32>, c: vec4<f32>, d: vec4<f32>) -> Winners {
    let largest = max(max(a, b), max(c, d));
    let is_a = a == largest;
    let is_b = (b == largest) & !is_a;
    let is_c = (c == largest) & !(is_a | is_b);
    return Winners(is_a, is_b, is_c, !(is_a | is_b | is_c));
}
