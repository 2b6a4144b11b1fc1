//! This turns one size into another of the same shape.

/// The size with the same aspect whose longest edge is exactly `longest_edge` pixels, enlarging or shrinking.
///
/// The other edge is rounded to the nearest pixel. Both edges are at least 1, whatever is passed in, so that a line one
/// pixel high stays a picture.
#[must_use]
pub fn fit(width: u32, height: u32, longest_edge: u32) -> (u32, u32) {
    let (width, height, longest_edge) = (width.max(1), height.max(1), longest_edge.max(1));
    let shorter = |short: u32, long: u32| {
        let (short, long) = (u64::from(short), u64::from(long));
        let rounded = (short * u64::from(longest_edge) + long / 2) / long;
        u32::try_from(rounded).unwrap_or(longest_edge).max(1)
    };
    if width >= height { (longest_edge, shorter(height, width)) } else { (shorter(width, height), longest_edge) }
}
