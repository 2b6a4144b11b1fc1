//! This turns a place and a seed into a repeatable random value: white, smooth or fractal.

/// Scrambles 32 bits (the finaliser of Wang's and Mueller's hash).
pub fn scramble(mut n: u32) -> u32 {
    n = (n ^ (n >> 16)).wrapping_mul(0x7feb_352d);
    n = (n ^ (n >> 15)).wrapping_mul(0x846c_a68b);
    n ^ (n >> 16)
}

/// A random value in 0..1 for a lattice point.
pub fn hash2(x: i32, y: i32, seed: u32) -> f32 {
    let n = scramble(
        (x as u32).wrapping_mul(0x9e37_79b1) ^ scramble((y as u32).wrapping_add(seed.wrapping_mul(0x85eb_ca6b))),
    );
    (n >> 8) as f32 / 16_777_216.0
}

fn fade(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

/// Smooth value noise in 0..1.
pub fn value(x: f32, y: f32, seed: u32) -> f32 {
    let (xf, yf) = (x.floor(), y.floor());
    let (xi, yi) = (xf as i32, yf as i32);
    let (u, v) = (fade(x - xf), fade(y - yf));
    let a = hash2(xi, yi, seed) * (1.0 - u) + hash2(xi + 1, yi, seed) * u;
    let b = hash2(xi, yi + 1, seed) * (1.0 - u) + hash2(xi + 1, yi + 1, seed) * u;
    a * (1.0 - v) + b * v
}

/// Smooth value noise in space, in 0..1.
pub fn value3(x: f32, y: f32, z: f32, seed: u32) -> f32 {
    let zf = z.floor();
    let (zi, w) = (zf as i32, fade(z - zf));
    let layer = |k: i32| value(x, y, seed ^ scramble(k as u32).wrapping_add(17));
    layer(zi) * (1.0 - w) + layer(zi + 1) * w
}

/// Gradient noise, about -0.7..0.7, smoother in its slopes than [`value`].
pub fn grad(x: f32, y: f32, seed: u32) -> f32 {
    let (xf, yf) = (x.floor(), y.floor());
    let (xi, yi) = (xf as i32, yf as i32);
    let (fx, fy) = (x - xf, y - yf);
    let corner = |dx: i32, dy: i32| {
        let (s, c) = (hash2(xi + dx, yi + dy, seed) * std::f32::consts::TAU).sin_cos();
        c * (fx - dx as f32) + s * (fy - dy as f32)
    };
    let (u, v) = (fade(fx), fade(fy));
    let a = corner(0, 0) * (1.0 - u) + corner(1, 0) * u;
    let b = corner(0, 1) * (1.0 - u) + corner(1, 1) * u;
    a * (1.0 - v) + b * v
}

/// Fractal value noise in 0..1; the lattice turns at each octave, so no axis shows.
pub fn fbm(mut x: f32, mut y: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut amp, mut total) = (0.0, 0.5, 0.0);
    for o in 0..octaves {
        sum += amp * value(x, y, seed.wrapping_add(o * 101));
        total += amp;
        amp *= 0.5;
        (x, y) = (1.6 * x - 1.2 * y + 3.7, 1.2 * x + 1.6 * y + 1.3);
    }
    sum / total
}

/// Fractal value noise in space, in 0..1.
pub fn fbm3(x: f32, y: f32, z: f32, octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut amp, mut total, mut f) = (0.0, 0.5, 0.0, 1.0);
    for o in 0..octaves {
        sum += amp * value3(x * f + o as f32 * 1.7, y * f, z * f, seed.wrapping_add(o * 101));
        total += amp;
        amp *= 0.5;
        f *= 2.03;
    }
    sum / total
}

/// A repeatable stream of random values.
pub struct Rng(u32);

impl Rng {
    /// Starts the stream of `seed`.
    pub fn new(seed: u32) -> Self {
        Rng(scramble(seed ^ 0x5bd1_e995))
    }
    /// The next 32 bits.
    pub fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9);
        scramble(self.0)
    }
    /// The next value in 0..1.
    pub fn f(&mut self) -> f32 {
        (self.bits() >> 8) as f32 / 16_777_216.0
    }
    /// The next value in `a`..`b`.
    pub fn range(&mut self, a: f32, b: f32) -> f32 {
        a + (b - a) * self.f()
    }
    /// A bell-shaped value about zero, mostly within -1..1.
    pub fn bell(&mut self) -> f32 {
        (self.f() + self.f() + self.f() - 1.5) * 1.3
    }
}
