//! This turns a few named peaks and ridged noise into mountains that rays can hit, with their light and haze.
use super::geom::{V3, lerp, lin, mix, smooth, v3};
use super::noise::{fbm, grad, value};

/// Half the angle the height table covers, in radians, seen from above the eye.
const SPREAD: f32 = 1.05;
const COLUMNS: usize = 1500;
const ROWS: usize = 900;
/// Nearest and farthest distance in the table, in metres.
const NEAR_M: f32 = 30.0;
const FAR_M: f32 = 12_000.0;

/// Direction to the sun.
pub fn sun_dir() -> V3 {
    v3(-0.80, 0.30, -0.42).norm()
}

/// Heights over angle and log distance from the eye: fine where the picture is fine.
pub struct Terrain {
    table: Vec<f32>,
}

/// Peaks: x, z, height, radius, all in metres.
const PEAKS: [(f32, f32, f32, f32); 9] = [
    (-480.0, 4300.0, 1420.0, 1000.0),
    (-1150.0, 4700.0, 980.0, 900.0),
    (330.0, 5000.0, 1010.0, 900.0),
    (1150.0, 5600.0, 1330.0, 900.0),
    (2100.0, 5200.0, 1150.0, 900.0),
    (-2300.0, 5400.0, 1250.0, 1000.0),
    (1750.0, 2600.0, 470.0, 800.0),
    (-1500.0, 2100.0, 430.0, 700.0),
    (3400.0, 6200.0, 1500.0, 1400.0),
];

fn ridged(mut x: f32, mut z: f32, octaves: u32) -> f32 {
    let (mut sum, mut amp, mut weight) = (0.0, 0.5, 1.0);
    for o in 0..octaves {
        let n = (1.0 - (2.2 * grad(x, z, 300 + o)).abs()).max(0.0);
        let n = n * n * weight;
        weight = (n * 1.7).clamp(0.15, 1.0);
        sum += amp * n;
        amp *= 0.46;
        (x, z) = (1.6 * x - 1.2 * z + 5.1, 1.2 * x + 1.6 * z + 2.3);
    }
    sum
}

/// The far shore of the lake at a place across.
pub fn shore_z(x: f32) -> f32 {
    460.0 + 90.0 * (x * 0.006 + 0.8).sin() + 60.0 * (value(x * 0.012, 0.0, 7) - 0.5) - 0.00035 * x * x
}

fn exact(x: f32, z: f32) -> f32 {
    let inland = z - shore_z(x);
    if inland < 0.0 {
        return -0.02 * inland.abs().min(100.0);
    }
    let hills =
        inland.min(3000.0) * 0.035 * (0.4 + 1.2 * fbm(x * 0.0022, z * 0.0022, 5, 40)) + 3.0 * smooth(0.0, 30.0, inland);
    let (wx, wz) = (x + 380.0 * grad(x * 0.0011, z * 0.0011, 41), z + 380.0 * grad(x * 0.0011, z * 0.0011, 42));
    let mut mass: f32 = 0.0;
    for (px, pz, top, r) in PEAKS {
        let d = (wx - px).hypot(wz - pz) / r;
        let bump = top * (1.0 - smooth(0.0, 2.3, d)) * (1.0 / (1.0 + 0.55 * d * d));
        mass = (mass.powi(3) + bump.powi(3)).cbrt();
    }
    let rough = ridged(wx * 0.00105, wz * 0.00105, 9);
    let detail = ridged(x * 0.006 + 3.0, z * 0.006, 5);
    hills + mass * (0.5 + 0.6 * rough) + smooth(100.0, 600.0, mass) * 42.0 * detail
}

impl Terrain {
    /// Fills the table.
    pub fn new() -> Self {
        let rows = super::canvas::Canvas::shade(COLUMNS, ROWS, |c, r| {
            let (s, k) = (lerp(-SPREAD, SPREAD, (c - 0.5) / (COLUMNS - 1) as f32)).sin_cos();
            let d = NEAR_M * (FAR_M / NEAR_M).powf((r - 0.5) / (ROWS - 1) as f32);
            v3(exact(d * s, d * k), 0.0, 0.0)
        });
        Terrain { table: rows.px.iter().map(|p| p.x).collect() }
    }

    /// Height at a place, in metres.
    pub fn height(&self, x: f32, z: f32) -> f32 {
        let u = ((x.atan2(z) + SPREAD) / (2.0 * SPREAD)).clamp(0.0, 1.0) * (COLUMNS - 1) as f32;
        let v = ((x.hypot(z) / NEAR_M).ln() / (FAR_M / NEAR_M).ln()).clamp(0.0, 1.0) * (ROWS - 1) as f32;
        let (i, j) = ((u as usize).min(COLUMNS - 2), (v as usize).min(ROWS - 2));
        let (fu, fv) = (u - i as f32, v - j as f32);
        let at = |i: usize, j: usize| self.table[j * COLUMNS + i];
        lerp(lerp(at(i, j), at(i + 1, j), fu), lerp(at(i, j + 1), at(i + 1, j + 1), fu), fv)
    }

    /// Distance to the ground along a ray, if it meets any.
    pub fn hit(&self, o: V3, d: V3) -> Option<f32> {
        let (mut t, mut before) = (300.0, 300.0);
        while t < 9500.0 {
            let p = o + d * t;
            if p.y > 3200.0 && d.y > 0.0 {
                return None;
            }
            let gap = p.y - self.height(p.x, p.z);
            if gap < 0.0 {
                let (mut a, mut b) = (before, t);
                for _ in 0..7 {
                    let m = 0.5 * (a + b);
                    let q = o + d * m;
                    if q.y < self.height(q.x, q.z) { b = m } else { a = m }
                }
                return Some(b);
            }
            before = t;
            t += (0.38 * gap).max(0.0036 * t);
        }
        None
    }

    /// How much of the sun reaches a place, with a soft edge.
    pub fn sunlight(&self, p: V3) -> f32 {
        let (l, mut t, mut lit) = (sun_dir(), 14.0, 1.0f32);
        while t < 4000.0 && lit > 0.0 {
            let q = p + l * t;
            let gap = q.y - self.height(q.x, q.z);
            lit = lit.min(0.5 + gap / (0.05 * t));
            t += (0.5 * gap).max(10.0 + 0.02 * t);
        }
        smooth(0.0, 1.0, lit)
    }

    /// The light leaving the ground at a hit, before the haze.
    pub fn shade(&self, p: V3, dist: f32) -> V3 {
        let e = (0.0012 * dist).max(0.6);
        let slope = |e: f32| {
            v3(
                self.height(p.x - e, p.z) - self.height(p.x + e, p.z),
                2.0 * e,
                self.height(p.x, p.z - e) - self.height(p.x, p.z + e),
            )
            .norm()
        };
        let (n, broad) = (slope(e), slope(24.0));
        let rough = fbm(p.x * 0.02, p.z * 0.02 + p.y * 0.01, 4, 60);
        let strata = fbm(p.y * 0.03 + 0.004 * p.x, p.x * 0.003, 3, 61);
        let rock = mix(lin(0x4a4644), lin(0x7c736a), rough) * (0.72 + 0.56 * strata);
        let meadow = mix(lin(0x5e6a2c), lin(0x9a8a3c), fbm(p.x * 0.03, p.z * 0.03, 3, 62));
        let wood = mix(lin(0x17291a), lin(0x33451f), fbm(p.x * 0.06, p.z * 0.06 + p.y * 0.08, 3, 63));
        let tree_line = 330.0 + 170.0 * (fbm(p.x * 0.003, p.z * 0.003, 4, 64) - 0.5);
        let green = mix(meadow, wood, smooth(0.4, 0.52, fbm(p.x * 0.006, p.z * 0.006, 4, 65) + 0.14));
        let mut base = mix(rock, green, smooth(tree_line + 60.0, tree_line - 60.0, p.y) * smooth(0.5, 0.68, n.y));
        let snow_line = 430.0 + 420.0 * (fbm(p.x * 0.0025, p.z * 0.0025, 5, 66) - 0.5);
        let snow = smooth(snow_line - 50.0, snow_line + 130.0, p.y)
            * smooth(0.40, 0.56, 0.5 * n.y + 0.5 * broad.y + 0.16 * (rough - 0.5));
        base = mix(base, lin(0xf4f2f0), snow);
        let light = self.sunlight(p + broad * 3.0);
        let sun = v3(1.0, 0.68, 0.40) * (4.4 * light * n.dot(sun_dir()).max(0.0));
        let sky = v3(0.26, 0.40, 0.72) * (0.62 * (0.55 + 0.45 * n.y));
        let bounce = v3(0.5, 0.36, 0.24) * (0.16 * (0.5 - 0.5 * n.z));
        base * (sun + sky + bounce)
    }
}
