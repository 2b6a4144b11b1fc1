//! Turns a seed into a picture with the statistics of photographs, for measuring how strongly a network responds.

/// Side of the calibration picture, in pixels: large enough for 6x6 positions in block 5.
pub const CALIBRATION_SIZE: usize = 96;

/// Discs drawn; with these radii about a thousand cover the square several times over.
const DISCS: usize = 4000;
/// Smallest and largest radius, as parts of the side.
const RADII: (f32, f32) = (0.015, 0.4);
/// Samples along each side of a pixel, against jagged edges.
const SAMPLES: usize = 2;
/// How far a disc's colour may be from grey.
const CHROMA: f32 = 0.25;

/// A "dead leaves" picture: opaque discs that fall on each other, with radii distributed as r^-3. Occlusion at all scales
/// gives it sharp edges and the 1/f spectrum of natural photographs (Lee, Mumford and Huang 2001, "Occlusion models for
/// natural images"). Nobody's photograph has to be carried along for it.
///
/// Returns planar R, G, B in 0..=1, shape (3, `size`, `size`); the same for the same arguments on every machine.
pub fn dead_leaves(size: usize, seed: u64) -> Vec<f32> {
    let mut random = Random(seed);
    let side = size * SAMPLES;
    let mut fine = vec![[0.5f32; 3]; side * side];
    for _ in 0..DISCS {
        // The inverse of the distribution function of r^-3 between the two radii.
        let ratio = RADII.0 / RADII.1;
        let radius = side as f32 * RADII.0 / (1.0 - random.unit() * (1.0 - ratio * ratio)).sqrt();
        let (x, y) = (random.unit() * side as f32, random.unit() * side as f32);
        let grey = random.unit();
        let colour: [f32; 3] = std::array::from_fn(|_| (grey + CHROMA * (random.unit() - 0.5)).clamp(0.0, 1.0));
        disc(&mut fine, side, (x, y), radius, colour);
    }
    let share = 1.0 / (SAMPLES * SAMPLES) as f32;
    let mut picture = vec![0.0; 3 * size * size];
    for (at, colour) in fine.iter().enumerate() {
        let (x, y) = (at % side / SAMPLES, at / side / SAMPLES);
        for (channel, value) in colour.iter().enumerate() {
            picture[(channel * size + y) * size + x] += value * share;
        }
    }
    picture
}

/// Fills a disc; what lies outside of the square is cut.
fn disc(fine: &mut [[f32; 3]], side: usize, (x, y): (f32, f32), radius: f32, colour: [f32; 3]) {
    let range = |centre: f32| {
        let first = (centre - radius).floor().max(0.0) as usize;
        first..((centre + radius).ceil().max(0.0) as usize).min(side)
    };
    for row in range(y) {
        for column in range(x) {
            let (dx, dy) = (column as f32 + 0.5 - x, row as f32 + 0.5 - y);
            if dx * dx + dy * dy <= radius * radius {
                fine[row * side + column] = colour;
            }
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    /// Uniform in 0..1, 24 bits.
    fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }
}
