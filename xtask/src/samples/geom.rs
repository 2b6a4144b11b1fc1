//! This turns three floats into a colour or a vector, and two into a point of the picture.
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// A point of the picture, in pixels of the 640x480 design grid.
pub type P2 = (f32, f32);

/// Three floats: a colour or a vector in space.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct V3 {
    /// Red, or to the right.
    pub x: f32,
    /// Green, or up.
    pub y: f32,
    /// Blue, or away from the eye.
    pub z: f32,
}

/// Builds a [`V3`].
pub const fn v3(x: f32, y: f32, z: f32) -> V3 {
    V3 { x, y, z }
}

/// The grey colour, or the diagonal vector, of one value.
pub const fn grey(v: f32) -> V3 {
    v3(v, v, v)
}

/// The colour of a 0xRRGGBB number, left in display (gamma) space.
pub const fn hex(rgb: u32) -> V3 {
    v3((rgb >> 16 & 255) as f32 / 255.0, (rgb >> 8 & 255) as f32 / 255.0, (rgb & 255) as f32 / 255.0)
}

/// The colour of a 0xRRGGBB number in linear light (gamma 2.2).
pub fn lin(rgb: u32) -> V3 {
    hex(rgb).map(|c| c.powf(2.2))
}

impl V3 {
    /// The scalar product.
    pub fn dot(self, o: V3) -> f32 {
        self.x * o.x + self.y * o.y + self.z * o.z
    }
    /// The vector product.
    pub fn cross(self, o: V3) -> V3 {
        v3(self.y * o.z - self.z * o.y, self.z * o.x - self.x * o.z, self.x * o.y - self.y * o.x)
    }
    /// The length.
    pub fn len(self) -> f32 {
        self.dot(self).sqrt()
    }
    /// The same direction with length one.
    pub fn norm(self) -> V3 {
        self * (1.0 / self.len().max(1e-12))
    }
    /// Applies `f` to each part.
    pub fn map(self, f: impl Fn(f32) -> f32) -> V3 {
        v3(f(self.x), f(self.y), f(self.z))
    }
    /// Brightness as the eye weighs it.
    pub fn luma(self) -> f32 {
        self.dot(v3(0.299, 0.587, 0.114))
    }
    /// Moves the colour away from its grey (`k` > 1) or towards it.
    pub fn saturate(self, k: f32) -> V3 {
        mix(grey(self.luma()), self, k)
    }
    /// Mirrors an incoming direction at a surface of normal `n`.
    pub fn reflect(self, n: V3) -> V3 {
        self - n * (2.0 * self.dot(n))
    }
}

impl Add for V3 {
    type Output = V3;
    fn add(self, o: V3) -> V3 {
        v3(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}
impl AddAssign for V3 {
    fn add_assign(&mut self, o: V3) {
        *self = *self + o;
    }
}
impl Sub for V3 {
    type Output = V3;
    fn sub(self, o: V3) -> V3 {
        v3(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}
impl Neg for V3 {
    type Output = V3;
    fn neg(self) -> V3 {
        self * -1.0
    }
}
impl Mul<f32> for V3 {
    type Output = V3;
    fn mul(self, k: f32) -> V3 {
        v3(self.x * k, self.y * k, self.z * k)
    }
}
impl Mul<V3> for V3 {
    type Output = V3;
    fn mul(self, o: V3) -> V3 {
        v3(self.x * o.x, self.y * o.y, self.z * o.z)
    }
}
impl Div<f32> for V3 {
    type Output = V3;
    fn div(self, k: f32) -> V3 {
        self * (1.0 / k)
    }
}

/// From `a` to `b` by `t`.
pub fn mix(a: V3, b: V3, t: f32) -> V3 {
    a + (b - a) * t
}

/// From `a` to `b` by `t`, for plain numbers.
pub fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Zero below `a`, one above `b`, smooth between; also with `a` > `b`.
pub fn smooth(a: f32, b: f32, x: f32) -> f32 {
    let t = ((x - a) / (b - a)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A colour ramp: stops of (position, colour) in rising order.
pub fn ramp(stops: &[(f32, V3)], x: f32) -> V3 {
    for pair in stops.windows(2) {
        if x < pair[1].0 {
            let t = ((x - pair[0].0) / (pair[1].0 - pair[0].0)).clamp(0.0, 1.0);
            return mix(pair[0].1, pair[1].1, t);
        }
    }
    stops.last().map_or(grey(0.0), |s| s.1)
}

/// Rotates a point by an angle in radians.
pub fn rot(p: P2, angle: f32) -> P2 {
    let (s, c) = angle.sin_cos();
    (p.0 * c - p.1 * s, p.0 * s + p.1 * c)
}

/// Distance from `p` to the segment `a`-`b`.
pub fn seg_dist(p: P2, a: P2, b: P2) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let t = (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy).max(1e-9)).clamp(0.0, 1.0);
    (p.0 - a.0 - t * dx).hypot(p.1 - a.1 - t * dy)
}
