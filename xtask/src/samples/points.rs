//! This turns an afternoon by the river into dots of pure colour.
use super::canvas::Canvas;
use super::geom::{P2, V3, hex, lerp, mix, ramp, seg_dist, smooth};
use super::noise::{Rng, fbm, grad, hash2, value};
use super::paint::{Painter, Stroke, weave};

/// The far bank of the river.
const FAR_Y: f32 = 208.0;

/// The near bank: its edge runs aslant from lower right to middle left.
fn near_bank(x: f32) -> f32 {
    272.0 + 0.00052 * x * x + 6.0 * (x * 0.017).sin() + 0.02 * x
}

fn sail(p: P2, x: f32, foot: f32, h: f32) -> Option<V3> {
    let (u, v) = ((p.0 - x) / h, (foot - p.1) / h);
    if v > 0.06 && v < 1.0 && u > -0.02 && u < 0.40 * (1.0 - v) + 0.04 {
        return Some(mix(hex(0xfff6dc), hex(0xf3c9a0), smooth(0.0, 0.3, u)));
    }
    if v > 0.1 && v < 0.82 && u < -0.04 && u > -0.30 * (0.85 - v) - 0.03 {
        return Some(mix(hex(0xe8e2f4), hex(0xb9b6e0), v));
    }
    if v.abs() < 0.06 && u > -0.32 && u < 0.40 {
        return Some(if v > 0.0 { hex(0xa8452e) } else { hex(0x4a2c58) });
    }
    None
}

/// The mirrored part of the scene: sky, far bank with trees and houses, boats.
fn far(p: P2) -> V3 {
    let (x, y) = p;
    let cloud = smooth(0.5, 0.72, fbm(x * 0.007, y * 0.02 + 3.0, 4, 11));
    let mut c = ramp(
        &[(0.0, hex(0x5f9fdc)), (0.45, hex(0x94c4e8)), (0.8, hex(0xd4e0dc)), (1.0, hex(0xf8dca8))],
        y / FAR_Y + 0.05,
    );
    c = mix(c, mix(hex(0xfdf0dc), hex(0xe9c4d2), smooth(60.0, 160.0, y)), cloud * 0.85);
    let hill = 166.0 - 16.0 * (x * 0.009 + 1.0).sin() - 10.0 * fbm(x * 0.02, 0.0, 3, 12);
    if y > hill {
        c = mix(hex(0x8fa2d0), hex(0xa8bccc), smooth(hill, FAR_Y, y));
    }
    let wood = 178.0
        - 26.0 * fbm(x * 0.022, 1.0, 4, 13) * smooth(0.25, 0.6, value(x * 0.008, 2.0, 14))
        - 6.0 * smooth(380.0, 620.0, x) * 3.0;
    if y > wood {
        let lit = fbm(x * 0.05, y * 0.08, 3, 15) + 0.35 * smooth(wood + 22.0, wood, y) - 0.1;
        c = ramp(&[(0.3, hex(0x2f5a78)), (0.5, hex(0x3f8a5c)), (0.7, hex(0x8cb84a)), (0.95, hex(0xe4d45c))], lit);
    }
    for (i, hx) in [300.0, 336.0, 402.0, 462.0, 520.0].into_iter().enumerate() {
        let (w, h) = (15.0 + 3.0 * (i % 2) as f32, 17.0 + 4.0 * (i % 3) as f32);
        if (x - hx).abs() < w && y > FAR_Y - h - 3.0 {
            c = if x < hx { hex(0xfbe6c0) } else { hex(0xc8b4d4) };
            if (y - FAR_Y + h * 0.5).abs() < 3.0 && (x - hx).rem_euclid(9.0) < 3.5 {
                c = hex(0x5a5a9c);
            }
        }
        let roof = FAR_Y - h - 3.0;
        if y <= roof && y > roof - 10.0 + (x - hx).abs() * 0.6 && (x - hx).abs() < w + 2.0 {
            c = if x < hx { hex(0xe8744c) } else { hex(0xb04a58) };
        }
    }
    if y > FAR_Y - 4.0 {
        c = hex(0xd9cf7c);
    }
    c
}

fn tree_light(p: P2, c: P2, r: f32) -> f32 {
    0.5 - 0.42 * ((p.0 - c.0) * -0.7 + (p.1 - c.1)) / r
}

fn person(p: P2, x: f32, foot: f32, h: f32, dress: u32, parasol: Option<u32>) -> Option<V3> {
    let (u, v) = ((p.0 - x) / h, (foot - p.1) / h);
    let lit = smooth(-0.1, 0.12, u);
    if let Some(color) = parasol {
        let (a, b) = (u - 0.10, v - 0.98);
        if b > 0.0 && (a / 0.34).powi(2) + (b / 0.24).powi(2) < 1.0 {
            let rib = ((a / 0.34) * 4.0).floor() as i32;
            return Some(mix(hex(color), hex(0xfff2d0), if rib % 2 == 0 { 0.5 } else { 0.05 }) * lerp(0.8, 1.05, lit));
        }
        if seg_dist((u, v), (0.08, 0.62), (0.10, 1.0)) < 0.014 {
            return Some(hex(0x5a3a3a));
        }
    }
    let half = if dress == 0 {
        if v < 0.46 { 0.085 } else { 0.11 }
    } else if v < 0.54 {
        0.24 - 0.30 * v + 0.05 * smooth(0.3, 0.42, v)
    } else {
        0.085
    };
    if (0.0..0.80).contains(&v) && u.abs() < half {
        let base = if dress == 0 { if v < 0.46 { hex(0x3c3a70) } else { hex(0x2c2c5c) } } else { hex(dress) };
        return Some(mix(base * 0.62 + hex(0x2a2060) * 0.25, mix(base, hex(0xffe0a0), 0.25), lit));
    }
    if u.hypot(v - 0.87) < 0.062 {
        return Some(mix(hex(0xb87868), hex(0xf6cfa4), lit));
    }
    if (v - 0.93).abs() < 0.022 && u.abs() < 0.12 || (0.93..1.0).contains(&v) && u.abs() < 0.06 && parasol.is_none() {
        return Some(if dress == 0 { hex(0x24224a) } else { hex(0xe8c45a) });
    }
    None
}

const CROWNS: [(f32, f32, f32); 9] = [
    (66.0, 62.0, 74.0),
    (150.0, 44.0, 62.0),
    (8.0, 116.0, 60.0),
    (118.0, 116.0, 56.0),
    (202.0, 92.0, 40.0),
    (40.0, 10.0, 60.0),
    (602.0, 150.0, 40.0),
    (636.0, 112.0, 44.0),
    (640.0, 180.0, 36.0),
];

/// The colour of the scene at a place.
fn scene(p: P2) -> V3 {
    let (x, y) = p;
    for (px, foot, h, dress, parasol) in [
        (392.0, 424.0, 104.0, 0xd8486c, Some(0xf0a03c)),
        (446.0, 428.0, 108.0, 0, None),
        (250.0, 366.0, 66.0, 0xf2e6e0, Some(0x6aa8d8)),
        (218.0, 364.0, 50.0, 0xe0b040, None),
        (538.0, 352.0 + 122.0, 96.0, 0x4a9c8c, None),
    ] {
        if let Some(c) = person(p, px, foot, h, dress, parasol) {
            return c;
        }
    }
    let stir = |s: u32| 16.0 * grad(x * 0.035, y * 0.035, s) + 13.0 * grad(x * 0.085, y * 0.085, s + 40);
    let wobble = (stir(21), stir(22));
    let q = (x + wobble.0, y + wobble.1);
    let mut leaf: Option<f32> = None;
    for c in CROWNS {
        if (q.0 - c.0).hypot(q.1 - c.1) < c.2 && value(x * 0.06, y * 0.06, 23) > 0.15 {
            let l = tree_light(q, (c.0, c.1), c.2) + 0.75 * (fbm(x * 0.04, y * 0.045, 3, 24) - 0.5) - 0.08;
            leaf = Some(leaf.map_or(l, |old: f32| old.max(l)));
        }
    }
    if let Some(l) = leaf {
        return ramp(
            &[
                (0.0, hex(0x1f2f6a)),
                (0.25, hex(0x1f5a62)),
                (0.5, hex(0x3f8c48)),
                (0.75, hex(0x9cc23e)),
                (1.0, hex(0xf4dc58)),
            ],
            l,
        );
    }
    let trunk = |tx: f32, w: f32, foot: f32, lean: f32| {
        y < foot && y > 60.0 && (x - tx - lean * (foot - y)).abs() < w * (0.75 + 0.5 * smooth(foot - 50.0, foot, y))
    };
    for (tx, w, foot, lean) in
        [(88.0, 11.0, 372.0, 0.03), (34.0, 8.0, 330.0, -0.04), (150.0, 6.0, 318.0, 0.12), (628.0, 8.0, 412.0, -0.01)]
    {
        if trunk(tx, w, foot, lean) {
            let u = (x - tx - lean * (foot - y)) / w;
            return mix(
                hex(0x3f2c6a),
                hex(0xd08a4c),
                smooth(-0.4, 0.9, u + 0.5 * (value(x * 0.2, y * 0.05, 25) - 0.5)),
            );
        }
    }
    let bank = near_bank(x);
    if y > bank {
        let mut light = 0.62 + 0.5 * (fbm(x * 0.014, y * 0.03, 3, 26) - 0.5) + 0.25 * smooth(bank + 16.0, bank, y);
        // Long shadows fall to the lower left of trees and people.
        for (sx, foot, len, half) in [
            (88.0, 372.0, 330.0, 26.0),
            (34.0, 330.0, 280.0, 30.0),
            (392.0, 424.0, 90.0, 15.0),
            (446.0, 428.0, 95.0, 12.0),
            (250.0, 366.0, 60.0, 9.0),
            (218.0, 364.0, 44.0, 6.0),
            (538.0, 474.0, 60.0, 10.0),
            (628.0, 412.0, 240.0, 24.0),
        ] {
            let d = seg_dist((x, y * 1.9), (sx, foot * 1.9), (sx - len, foot * 1.9 + len * 0.32));
            light -= 0.42 * smooth(half, half * 0.5, d + 7.0 * grad(x * 0.06, y * 0.1, 27));
        }
        light -= 0.36
            * smooth(250.0, 120.0, x + 0.5 * (y - 300.0) + 40.0 * grad(x * 0.02, y * 0.03, 28))
            * smooth(400.0, 330.0, y);
        let mut c = ramp(
            &[
                (0.0, hex(0x263f7a)),
                (0.28, hex(0x2f7060)),
                (0.5, hex(0x62a644)),
                (0.72, hex(0xb4cc48)),
                (1.0, hex(0xf8e674)),
            ],
            light,
        );
        let path = (x - 640.0 + (y - 300.0) * 1.35 - 40.0 * (y * 0.02).sin()).abs();
        if path < 16.0 + (y - 300.0) * 0.16 && y > 330.0 {
            c = mix(hex(0x9c86b8), hex(0xfbdcae), smooth(0.25, 0.7, light));
        }
        return c;
    }
    if y < FAR_Y {
        for (bx, foot, h) in [(452.0, 214.0, 26.0), (232.0, 215.0, 20.0)] {
            if let Some(c) = sail(p, bx, foot, h) {
                return c;
            }
        }
        return far(p);
    }
    for (bx, foot, h) in [(300.0, 246.0, 92.0), (506.0, 268.0, 70.0), (452.0, 214.0, 26.0), (232.0, 215.0, 20.0)] {
        if let Some(c) = sail(p, bx, foot, h) {
            return c;
        }
        let m = (x + 3.0 * (y * 0.5).sin(), 2.0 * foot - y);
        if y > foot
            && let Some(c) = sail(m, bx, foot, h)
        {
            return mix(c, hex(0x5a9cc8), 0.35);
        }
    }
    let my = FAR_Y - (y - FAR_Y) * 1.7;
    let seen = far((x + 5.0 * (y * 0.42).sin(), my.max(2.0)));
    let band = value(x * 0.012, y * 0.22, 30);
    let c = mix(seen, mix(hex(0x2f6cc0), hex(0x6ab4e0), band), 0.42);
    mix(c, hex(0xfff0c0), 0.55 * smooth(0.72, 0.9, value(x * 0.03, y * 0.5, 31)))
}

/// Moves a colour to a neighbour on the painter's wheel, sometimes to its complement.
fn broken(c: V3, rng: &mut Rng) -> V3 {
    let r = rng.f();
    let strong = c.saturate(1.35);
    let touch = if r < 0.10 {
        // The complement of the colour, kept light.
        mix(v3_inv(strong), c, 0.35)
    } else if r < 0.28 {
        if c.luma() < 0.42 { hex(0x3440b0) } else { hex(0xf8a0b8) }
    } else if r < 0.46 {
        if c.luma() < 0.42 { hex(0x7a3aa0) } else { hex(0xfff0a0) }
    } else {
        strong
    };
    let k = if r < 0.46 { 0.36 } else { 1.0 };
    mix(strong, touch, k) * (1.0 + 0.09 * rng.bell())
}

fn v3_inv(c: V3) -> V3 {
    let l = c.luma();
    (super::geom::grey(2.0 * l) - c).map(|v| v.clamp(0.0, 1.0))
}

/// Draws the picture.
pub fn draw(w: usize, h: usize) -> Canvas {
    let mut rng = Rng::new(31);
    let mut p =
        Painter::over(Canvas::shade(1280, 960, |x, y| mix(scene((x * 0.5, y * 0.5)), hex(0xe8d8b8), 0.35)), 2.0);
    for (pitch, half, keep) in [(5.6f32, 3.9f32, 1.0f32), (4.2, 2.75, 1.0), (4.0, 2.15, 0.9)] {
        let (nx, ny) = ((640.0 / pitch) as i32 + 2, (480.0 / pitch) as i32 + 2);
        let mut order: Vec<(i32, i32)> = (0..ny).flat_map(|j| (0..nx).map(move |i| (i, j))).collect();
        order.sort_by_key(|&(i, j)| (hash2(i, j, 37 + half as u32) * 1e6) as i32);
        for (i, j) in order {
            if rng.f() > keep {
                continue;
            }
            let at = ((i as f32 + rng.range(0.0, 1.0)) * pitch, (j as f32 + rng.range(0.0, 1.0)) * pitch);
            let c = broken(scene(at), &mut rng);
            let water = at.1 > FAR_Y && at.1 < near_bank(at.0);
            let a = if water { 0.0 } else { 3.0 * grad(at.0 * 0.01, at.1 * 0.01, 38) + 0.8 };
            let r = half * rng.range(0.75, 1.15);
            let l = r * if water { 0.75 } else { 0.3 };
            let st = Stroke {
                second: c * 0.94,
                bristles: 3.0,
                load: 1.5,
                body: 0.8,
                taper: 0.0,
                ..Stroke::oil(r, c, rng.bits())
            };
            p.lay(&[(at.0 - l * a.cos(), at.1 - l * a.sin()), (at.0 + l * a.cos(), at.1 + l * a.sin())], &st);
        }
    }
    let mut out = p.relight(0.32, 0.08);
    weave(&mut out, 3.1, 0.02);
    out.reduce(w, h)
}
