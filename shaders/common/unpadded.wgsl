// The row (column) of a map that a row (column) of the padded map copies. `count` is how many the map has; beyond an edge
// they are clamped to it, or counted on from the opposite one where `wrap`.
fn unpadded(position: u32, count: u32, radius: u32, wrap: bool) -> u32 {
    let beyond = i32(position) - i32(radius);
    if (wrap) {
        let phase = beyond % i32(count); // has the sign of `beyond`
        return u32(select(phase, phase + i32(count), phase < 0));
    }
    return u32(clamp(beyond, 0, i32(count) - 1));
}
