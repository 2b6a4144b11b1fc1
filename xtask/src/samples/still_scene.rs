//! This turns a table, a bowl, fruit, a bottle and a cloth into distances a ray can march by.
use super::geom::{V3, lerp, lin, mix, smooth, v3};
use super::noise::{fbm, fbm3, grad, hash2, value, value3};
use std::sync::OnceLock;

/// What a surface is made of.
#[derive(Clone, Copy, PartialEq)]
pub enum Stuff {
    /// The plastered wall behind.
    Wall,
    /// The wooden table.
    Wood,
    /// The linen cloth.
    Cloth,
    /// The glazed bowl.
    Bowl,
    /// A fruit: kind (0 red apple, 1 green apple, 2 orange, 3 pear, 4 lemon), and its centre.
    Fruit(u8, V3),
    /// A grape.
    Grape(u32),
    /// A stalk.
    Stalk,
    /// The bottle of green glass.
    Glass,
    /// The cork of the bottle.
    Cork,
}

const BOWL: V3 = v3(0.15, 0.0, 0.1);
const BOTTLE: V3 = v3(1.95, 0.0, 1.15);

/// Fruit in the bowl and on the table: kind, centre, radius.
const FRUIT: [(u8, V3, f32); 10] = [
    (0, v3(-0.50, 0.98, -0.42), 0.50),
    (2, v3(0.58, 0.95, -0.48), 0.47),
    (1, v3(0.95, 1.02, 0.32), 0.46),
    (3, v3(0.10, 1.42, 0.12), 0.44),
    (2, v3(-0.62, 1.02, 0.52), 0.47),
    (0, v3(0.28, 0.92, 0.72), 0.48),
    (4, v3(-2.02, 0.36, -0.95), 0.31),
    (0, v3(-2.35, 0.47, 0.30), 0.48),
    (2, v3(1.98, 0.45, -0.72), 0.45),
    (4, v3(0.02, 0.86, -0.82), 0.27),
];

fn union(a: (f32, Stuff), b: (f32, Stuff)) -> (f32, Stuff) {
    if b.0 < a.0 { b } else { a }
}

fn smin(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0) / k;
    a.min(b) - h * h * k * 0.25
}

/// Places of the grapes: a bunch over the rim of the bowl, down to the cloth.
fn grape(i: u32) -> V3 {
    let t = i as f32 / 33.0;
    let (a, r) = (i as f32 * 2.4, 0.30 * (1.0 - 0.6 * t) + 0.06);
    let spine =
        v3(lerp(0.98, 1.36, t), lerp(1.12, 0.22, t * t * 0.6 + t * 0.4), lerp(-0.52, -1.42, t.sqrt() * 0.8 + t * 0.2));
    spine + v3(a.cos() * r, 0.30 * r * (a * 1.7).sin(), a.sin() * r * 0.8)
}

/// The same places, computed once.
fn grapes() -> &'static [V3] {
    static PLACES: OnceLock<Vec<V3>> = OnceLock::new();
    PLACES.get_or_init(|| (0..34).map(grape).collect())
}

/// The height of the cloth over the table, and how deep inside its border a place is.
fn cloth(x: f32, z: f32) -> (f32, f32) {
    let (u, v) = ((x + 0.55) * 0.93 + (z + 0.4) * 0.37, (z + 0.4) * 0.93 - (x + 0.55) * 0.37);
    let inside = (2.35 - u.abs()).min(1.9 - v.abs()) + 0.03 * (u * 5.0 + v * 3.0).sin();
    let bend = u + 0.35 * grad(u * 0.8, v * 0.8, 7);
    let fold = 0.075 * (bend * 3.1 + 0.9 * v).sin()
        + 0.05 * (v * 4.3 - bend * 1.2 + 1.0).sin()
        + 0.065 * grad(u * 1.9, v * 1.2, 8)
        + 0.02 * grad(u * 5.0, v * 4.0, 9);
    let near_bowl = smooth(0.55, 1.4, (x - BOWL.x).hypot(z - BOWL.z));
    (0.045 + (0.055 + fold).max(-0.02) * near_bowl, inside)
}

fn fruit(p: V3, kind: u8, c: V3, r: f32) -> f32 {
    let q = p - c;
    if q.len() > r * 2.4 {
        return q.len() - r * 1.7;
    }
    match kind {
        0 | 1 => {
            // An apple: a ball with a hollow at the top, narrower below.
            let tilt = hash2((c.x * 40.0) as i32, (c.z * 40.0) as i32, 3) * 6.3;
            let axis = v3(0.32 * tilt.cos(), 1.0, 0.32 * tilt.sin()).norm();
            let h = q.dot(axis);
            let ring = (q - axis * h).len();
            let shape = (ring / (1.0 + 0.12 * h / r)).hypot(h * 1.08) - r;
            let a = ring.atan2(h);
            0.8 * (shape
                + 0.21 * r * (-(a / 0.42).powi(2)).exp()
                + 0.05 * r * (-((std::f32::consts::PI - a) / 0.4).powi(2)).exp()
                + 0.012 * r * (5.0 * q.z.atan2(q.x)).cos() * smooth(0.2, -0.9, h / r))
        }
        2 => {
            let ball = v3(q.x, q.y * 1.05, q.z).len() - r;
            let pore = if ball < 0.03 {
                0.0035 * smooth(0.45, 0.15, value3(p.x * 26.0, p.y * 26.0, p.z * 26.0, 4))
            } else {
                0.0
            };
            ball + pore + 0.02 * (-(q.x.hypot(q.z) / 0.07).powi(2)).exp()
        }
        3 => {
            let axis = v3(-0.50, 0.84, -0.22).norm();
            let low = q.len() - r;
            let top = (q - axis * (r * 1.22)).len() - r * 0.50;
            0.9 * smin(low, top, 0.5)
        }
        _ => {
            let axis = v3(0.86, 0.16, -0.48).norm();
            let h = q.dot(axis);
            let ring = (q - axis * h).len();
            let body = (ring.hypot(h * 0.74)) - r;
            let tip = (q - axis * (1.33 * r * h.signum())).len() - r * 0.20;
            0.85 * smin(body, tip, 0.16)
        }
    }
}

/// Distance to the nearest surface and what it is made of.
pub fn map(p: V3) -> (f32, Stuff) {
    let mut d = (3.6 - p.z, Stuff::Wall);
    let edge = v3((p.x.abs() - 5.2).max(0.0), (p.y + 0.14).abs() - 0.10, (p.z - 0.2).abs() - 2.75);
    let table = v3(edge.x.max(0.0), edge.y.max(0.0), edge.z.max(0.0)).len() + edge.y.max(edge.z).min(0.0) - 0.04;
    d = union(d, (table, Stuff::Wood));
    let beside = ((p.x + 0.55).abs() - 3.0).max((p.z + 0.4).abs() - 2.8);
    if beside > 0.2 {
        d = union(d, (beside, Stuff::Cloth));
    } else if p.y > 0.3 {
        d = union(d, (0.62 * (p.y - 0.12), Stuff::Cloth));
    } else {
        let (h, inside) = cloth(p.x, p.z);
        let slab = (p.y - h).abs() - 0.016;
        d = union(d, (0.62 * slab.max(-inside), Stuff::Cloth));
    }
    // Bowl: a shell of a flattened ball above its foot.
    let b = p - BOWL;
    let near = v3(b.x, b.y - 0.55, b.z).len() - 1.75;
    if near > 0.5 {
        d = union(d, (near, Stuff::Bowl));
    } else {
        let ring = b.x.hypot(b.z);
        let q = ring.hypot((b.y - 1.02) * 1.32);
        let shell = ((q - 1.42).abs() - 0.035).max(b.y - 0.98 + 0.0 * ring) * 0.74;
        let lip = (ring - 1.42).hypot(b.y - 0.98) - 0.048;
        let foot = (ring - 0.60).abs().max((b.y - 0.09).abs() - 0.09) - 0.03;
        d = union(d, (smin(shell.min(lip), foot, 0.08), Stuff::Bowl));
        let bunch = (p - v3(1.15, 0.75, -0.95)).len() - 1.0;
        if bunch > 0.3 {
            d = union(d, (bunch, Stuff::Grape(0)));
        } else {
            for (i, g) in grapes().iter().enumerate() {
                d = union(d, ((p - *g).len() - 0.135, Stuff::Grape(i as u32)));
            }
        }
    }
    let heap = (p - v3(0.1, 1.1, 0.0)).len() - 1.35;
    if heap > 0.6 {
        d = union(d, (heap, Stuff::Stalk));
    }
    for (i, &(kind, c, r)) in FRUIT.iter().enumerate() {
        if heap > 0.6 && !(6..9).contains(&i) {
            continue;
        }
        let away = fruit(p, kind, c, r);
        d = union(d, (away, Stuff::Fruit(kind, c)));
        if away > 0.7 {
            d = union(d, (away - 0.35, Stuff::Stalk));
        } else if kind < 2 || kind == 3 {
            let tilt = hash2((c.x * 40.0) as i32, (c.z * 40.0) as i32, 3) * 6.3;
            let axis = if kind == 3 {
                v3(-0.50, 0.84, -0.22).norm()
            } else {
                v3(0.32 * tilt.cos(), 1.0, 0.32 * tilt.sin()).norm()
            };
            let (from, len) = if kind == 3 { (r * 1.66, 0.26) } else { (r * 0.70, 0.30) };
            let q = p - c - axis * from;
            let h = q.dot(axis).clamp(0.0, len);
            let bend = v3(0.5, 0.0, 0.2) * (h * h * 0.9);
            d = union(d, ((q - axis * h - bend).len() - 0.019 - 0.012 * smooth(len * 0.7, len, h), Stuff::Stalk));
        }
    }
    // The bottle: a turned profile.
    let q = p - BOTTLE;
    let ring = q.x.hypot(q.z);
    if ring > 1.1 {
        return union(d, (ring - 0.6, Stuff::Glass));
    }
    let wall = lerp(0.52, 0.15, smooth(1.55, 2.15, q.y)) + 0.045 * smooth(0.05, 0.0, (q.y - 2.76).abs() - 0.05);
    let glass = 0.75 * (ring - wall).max((q.y - 1.42).abs() - 1.40) - 0.01;
    d = union(d, (glass, Stuff::Glass));
    union(d, ((ring - 0.125).max((q.y - 2.88).abs() - 0.10) - 0.015, Stuff::Cork))
}

/// The wooden boards at a place of the table.
fn wood(p: V3) -> V3 {
    let board = (p.z * 0.9 + 0.3).floor();
    let seam = ((p.z * 0.9 + 0.3).fract() - 0.5).abs();
    let (x, z) = (p.x + 3.7 * board, p.z);
    let warp = fbm(x * 0.35, z * 1.5, 4, 20u32.wrapping_add_signed(board as i32));
    let rings = 0.5 + 0.5 * ((z * 7.0 + warp * 9.0 + 0.35 * x) * 2.4).sin();
    let fibre = fbm(x * 1.2, z * 42.0, 4, 21);
    let pore = smooth(0.62, 0.75, value(x * 3.0, z * 90.0, 22));
    let base = mix(lin(0xa66c40), lin(0x74451f), 0.55 * rings + 0.55 * (fibre - 0.3))
        * (0.86 + 0.28 * hash2(board as i32, 4, 23));
    base * (1.0 - 0.35 * pore) * lerp(0.35, 1.0, smooth(0.5, 0.485, seam))
}

/// Colour of a surface and how glossy it is (0 dull, 1 mirror-like).
pub fn surface(p: V3, stuff: Stuff) -> (V3, f32) {
    match stuff {
        Stuff::Wall => {
            let t = fbm(p.x * 0.6, p.y * 0.6, 5, 30);
            let fine = fbm(p.x * 6.0, p.y * 6.0, 3, 31);
            (mix(lin(0x7d7a6c), lin(0xa39d88), t) * (0.88 + 0.24 * fine), 0.0)
        }
        Stuff::Wood => (wood(p), 0.16),
        Stuff::Cloth => {
            let (u, v) = (p.x * 0.93 + p.z * 0.37, p.z * 0.93 - p.x * 0.37);
            let weave = 0.5 + 0.25 * ((u * 150.0).sin() + (v * 150.0).sin());
            let (_, inside) = cloth(p.x, p.z);
            let stripe = f32::from((0.16..0.24).contains(&inside) || (0.29..0.32).contains(&inside));
            (mix(lin(0xe4dccb), lin(0x3a5a8c), 0.85 * stripe) * (0.90 + 0.1 * weave), 0.0)
        }
        Stuff::Bowl => {
            let b = p - BOWL;
            let a = b.z.atan2(b.x);
            let glaze = fbm3(p.x * 3.0, p.y * 3.0, p.z * 3.0, 3, 33);
            let mut c = mix(lin(0xe9e5d8), lin(0xd5d4cb), glaze);
            let out = b.x.hypot(b.z).hypot((b.y - 1.02) * 1.32) > 1.42;
            if out {
                let wave = (b.y - 0.62 - 0.10 * (a * 9.0).sin()).abs();
                let leaf = (a * 9.0 / std::f32::consts::TAU).fract() - 0.5;
                let petal = (leaf * 4.2).hypot((b.y - 0.60) * 5.5);
                let blue = smooth(0.035, 0.015, wave - 0.012)
                    .max(smooth(0.55, 0.45, petal))
                    .max(smooth(0.03, 0.015, (b.y - 0.86).abs() - 0.02))
                    .max(smooth(0.03, 0.015, (b.y - 0.30).abs() - 0.008));
                c = mix(c, mix(lin(0x1f3f86), lin(0x3f6ab0), glaze), blue * 0.9);
            }
            (c, 0.5)
        }
        Stuff::Fruit(kind, c) => {
            let q = p - c;
            let (a, n) = (q.z.atan2(q.x), fbm3(p.x * 3.0, p.y * 3.0, p.z * 3.0, 4, 35));
            match kind {
                0 => {
                    let streak = fbm(a * 9.0, q.y * 1.3 + c.x, 4, 36);
                    let blush = smooth(0.30, 0.62, 0.62 * n + 0.5 * streak - 0.35 * q.y + 0.12 * (a + c.x * 3.0).sin());
                    let dot = smooth(0.80, 0.9, value3(p.x * 22.0, p.y * 22.0, p.z * 22.0, 37));
                    (mix(mix(lin(0xd8a838), lin(0xa81a1c), blush), lin(0xf0d090), 0.4 * dot), 0.42)
                }
                1 => {
                    let dot = smooth(0.80, 0.9, value3(p.x * 22.0, p.y * 22.0, p.z * 22.0, 37));
                    (mix(mix(lin(0x8fae3c), lin(0xc0c050), n), lin(0xe8e8b0), 0.4 * dot), 0.42)
                }
                2 => (mix(lin(0xe8801a), lin(0xf59a2a), n), 0.30),
                3 => {
                    let speck = smooth(0.62, 0.8, value3(p.x * 18.0, p.y * 18.0, p.z * 18.0, 38));
                    let blush = smooth(0.35, 0.7, n + 0.3 * q.x);
                    (mix(mix(lin(0xc3b548), lin(0xc07838), 0.55 * blush), lin(0x7a5a2a), 0.35 * speck), 0.26)
                }
                _ => (mix(lin(0xeec830), lin(0xf5dc50), n), 0.32),
            }
        }
        Stuff::Grape(i) => {
            let bloom = smooth(0.40, 0.75, fbm3(p.x * 7.0, p.y * 7.0, p.z * 7.0, 3, 39));
            let skin = mix(lin(0x38143c), lin(0x5a1f3c), hash2(i as i32, 1, 40));
            (mix(skin, lin(0x76789a), 0.34 * bloom), 0.40)
        }
        Stuff::Stalk => (lin(0x4a3420), 0.05),
        Stuff::Glass => (lin(0x16301c), 1.0),
        Stuff::Cork => (lin(0xa67a4a) * (0.7 + 0.5 * value3(p.x * 20.0, p.y * 20.0, p.z * 20.0, 41)), 0.0),
    }
}
