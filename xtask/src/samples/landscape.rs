//! This turns terrain, sky, spruces and a still lake into a photograph at golden hour.
use super::canvas::Canvas;
use super::geom::{V3, grey, lerp, lin, mix, smooth, v3};
use super::noise::{Rng, fbm, grad, hash2, value};
use super::terrain::{Terrain, shore_z, sun_dir};

const W: usize = 1280;
const H: usize = 960;
/// Pixels per unit of slope: the focal length.
const FOCAL: f32 = 1180.0;
/// The row of the horizon.
const HORIZON: f32 = 552.0;
/// The eye above the water, in metres.
const EYE_M: f32 = 5.0;

fn ray(x: f32, y: f32) -> V3 {
    v3((x - W as f32 * 0.5) / FOCAL, (HORIZON - y) / FOCAL, 1.0).norm()
}

fn clouds(p: (f32, f32)) -> f32 {
    let (wx, wz) = (fbm(p.0 * 0.7, p.1 * 0.7, 3, 91) - 0.5, fbm(p.0 * 0.7, p.1 * 0.7, 3, 92) - 0.5);
    let (x, z) = (p.0 + 1.1 * wx, p.1 * 1.25 + 1.1 * wz);
    let body = fbm(x * 0.55 + 2.2, z * 0.8 + 0.4, 7, 90);
    let big = value(x * 0.22 + 0.6, z * 0.3 + 4.0, 93);
    smooth(0.50, 0.78, body + 0.36 * (big - 0.45))
}

fn sky(d: V3) -> V3 {
    let up = d.y.max(0.0);
    let toward = (d.x * -0.88 + d.z * 0.32).max(0.0);
    let high = mix(v3(0.12, 0.26, 0.50), v3(0.22, 0.36, 0.55), toward);
    let low = mix(v3(0.80, 0.62, 0.50), v3(1.25, 0.82, 0.48), smooth(-0.1, 0.75, toward));
    let mut c = mix(low, v3(0.50, 0.56, 0.62), smooth(0.0, 0.20, up));
    c = mix(c, high, smooth(0.08, 0.48, up));
    let k = 1.0 / (up + 0.09);
    let p = (d.x * k, d.z * k * 0.9);
    let cover = clouds(p) * smooth(0.0, 0.09, up);
    if cover > 0.0 {
        let s = sun_dir();
        let thick = (clouds((p.0 + s.x * 0.13, p.1 + s.z * 0.05)) + clouds((p.0 + s.x * 0.28, p.1 + s.z * 0.1))) * 0.5;
        let lit = (1.0 - 0.85 * thick).max(0.0) * (1.15 - 0.45 * cover);
        let warm = mix(v3(0.42, 0.40, 0.50), v3(1.75, 1.12, 0.74), lit.clamp(0.0, 1.0));
        c = mix(c, mix(warm, low, smooth(0.22, 0.02, up) * 0.6), cover * 0.92);
    }
    c
}

fn haze(c: V3, d: V3, dist: f32, height: f32) -> V3 {
    let toward = (d.x * -0.88 + d.z * 0.32).max(0.0);
    let air = mix(v3(0.42, 0.50, 0.66), v3(0.95, 0.74, 0.60), smooth(0.0, 0.7, toward));
    let f = 1.0 - (-dist / 21_000.0).exp();
    let valley = 0.5 * smooth(260.0, 0.0, height) * smooth(900.0, 3600.0, dist);
    mix(c, air, (f + valley * (1.0 - f)).min(0.95))
}

/// One spruce standing on the shore.
struct Spruce {
    x: f32,
    y: f32,
    z: f32,
    tall: f32,
    seed: u32,
}

fn forest(land: &Terrain) -> Vec<Spruce> {
    let mut out = Vec::new();
    for i in 0..9000i32 {
        let z = 330.0 + 1000.0 * hash2(i, 1, 110).powf(1.4);
        let x = (hash2(i, 2, 110) - 0.5) * 1.25 * z;
        let inland = z - shore_z(x);
        let grove = fbm(x * 0.008, z * 0.012, 3, 111);
        if inland > 4.0 && grove > lerp(0.42, 0.36, smooth(20.0, 200.0, inland)) {
            let tall = lerp(9.0, 25.0, hash2(i, 3, 110)) * (0.65 + 0.7 * grove);
            out.push(Spruce { x, y: land.height(x, z) - 0.5, z, tall, seed: i as u32 });
        }
    }
    // A few old ones on the near left bank and on the right.
    for (i, (x, z, tall)) in [
        (-27.5, 62.0, 24.5),
        (-34.0, 70.0, 31.0),
        (-24.0, 68.0, 15.0),
        (-38.5, 64.0, 20.0),
        (-20.6, 60.0, 8.5),
        (46.0, 88.0, 17.0),
        (51.5, 92.0, 26.0),
        (41.5, 86.0, 9.0),
    ]
    .into_iter()
    .enumerate()
    {
        out.push(Spruce { x, y: 0.6, z, tall, seed: 50_000 + i as u32 });
    }
    out.sort_by(|a, b| b.z.total_cmp(&a.z));
    out
}

/// Draws one spruce: whorls of drooping branches, lit from the left.
fn spruce(c: &mut Canvas, depth: &[f32], s: &Spruce, eye: f32) {
    let k = FOCAL / s.z;
    let (cx, foot) = (W as f32 * 0.5 + s.x * k, HORIZON - (s.y - eye) * k);
    let (h, half) = (s.tall * k, s.tall * k * lerp(0.15, 0.21, hash2(s.seed as i32, 5, 112)));
    let whorls = lerp(9.0, 15.0, hash2(s.seed as i32, 6, 112)) * (s.tall / 18.0).sqrt();
    let near = s.z < 200.0;
    let sun = if near { 0.75 } else { smooth(-0.2, 0.35, fbm(s.x * 0.006, s.z * 0.01, 2, 113) - 0.35) };
    for y in ((foot - h) as i32).max(0)..(foot.ceil() as i32).min(H as i32) {
        for x in ((cx - half * 1.3) as i32).max(0)..((cx + half * 1.3) as i32 + 1).min(W as i32) {
            let i = y as usize * W + x as usize;
            if depth[i] < s.z - 40.0 {
                continue;
            }
            let (u, v) = ((x as f32 + 0.5 - cx) / half, (y as f32 + 0.5 - (foot - h)) / h);
            let side = s.seed ^ if u < 0.0 { 1 } else { 2 };
            let droop = v - 0.05 * u.abs();
            let wob = grad(u * 2.0, v * 9.0, side) * 0.35;
            let phase = (droop.max(0.0).powf(0.85) * whorls + wob).rem_euclid(1.0);
            let branch = (droop.max(0.0).powf(0.85) * whorls + wob).floor() as i32;
            let reach = 0.72 + 0.45 * hash2(branch, side as i32, 114);
            let frond = 0.55 + 0.45 * phase.powf(0.7);
            let fine = 0.34 * (value(u * 16.0 * (half / 30.0).clamp(0.5, 4.0), v * whorls * 7.0, side ^ 9) - 0.5);
            let r = (v.max(0.0).powf(0.8) * reach * frond * (1.0 - 0.25 * smooth(0.9, 1.0, v))) + 0.02 + fine * v;
            let a = smooth(0.0, 1.0, (r - u.abs()) * half / 1.6 + 0.5);
            let trunk = if v > 0.93 && u.abs() < 0.05 { 1.0 } else { 0.0 };
            let a = f32::max(a * smooth(0.99, 0.95, v), trunk);
            if a <= 0.0 {
                continue;
            }
            let body = (-u * 1.3 + 0.35).clamp(0.0, 1.0) * (0.35 + 0.65 * phase);
            let tuft = value(u * half * 0.35, v * h * 0.35, s.seed ^ 21);
            let lit = sun * body * (0.3 + 1.1 * tuft) * smooth(1.05, 0.55, v);
            let hue = hash2(s.seed as i32, 7, 112);
            let dark = mix(lin(0x0d1a14), lin(0x1b2a18), hue) * (0.5 + 0.7 * tuft);
            let gold = mix(lin(0x6d6a26), lin(0x93762c), hue);
            let color = dark * v3(0.75, 0.95, 1.2) + gold * (lit * 1.2);
            let d = ray(x as f32, y as f32);
            c.px[i] = mix(c.px[i], haze(color, d, s.z * 1.7, 60.0), a);
        }
    }
}

/// The scene without the lake, from `eye` metres above it; below it gives the mirror image.
fn scene(land: &Terrain, trees: &[Spruce], eye: f32) -> Canvas {
    let o = v3(0.0, eye, 0.0);
    let info = Canvas::shade(W, H, |x, y| {
        if y > HORIZON + 24.0 {
            return v3(1e9, 0.0, 0.0);
        }
        v3(land.hit(o, ray(x, y)).unwrap_or(1e9), 0.0, 0.0)
    });
    let depth: Vec<f32> = info.px.iter().map(|p| p.x).collect();
    let mut out = Canvas::new(W, H, grey(0.0));
    out.each(|x, y, _| {
        let d = ray(x, y.min(HORIZON));
        let t = depth[y as usize * W + x as usize];
        if t > 1e8 {
            return sky(d);
        }
        let p = o + d * t;
        haze(land.shade(p, t), d, t, p.y)
    });
    for s in trees {
        spruce(&mut out, &depth, s, eye);
    }
    out
}

/// The near bank: rows of grass and stones along the lower left and right, with their own mirror.
fn bank_height(x: f32, z: f32) -> f32 {
    let left = -21.0 + 0.10 * (z - 62.0) + 5.0 * (value(z * 0.12, 3.0, 120) - 0.5) - x;
    let right = x - 38.0 - 0.08 * (z - 84.0) - 5.0 * (value(z * 0.1, 5.0, 121) - 0.5);
    left.max(right).clamp(-4.0, 9.0) * 0.16
}

fn bank(c: &mut Canvas, eye: f32) {
    let mut rng = Rng::new(121);
    for i in 0..26_000 {
        let z = lerp(104.0, 44.0, i as f32 / 26_000.0);
        let x = if rng.f() < 0.6 { rng.range(-46.0, -14.0) } else { rng.range(32.0, 58.0) };
        let ground = bank_height(x, z);
        if ground < 0.02 {
            continue;
        }
        let k = FOCAL / z;
        let (px, py) = (W as f32 * 0.5 + x * k, HORIZON - (ground - eye) * k);
        let tall = rng.range(0.35, 1.0) * (0.6 + 0.8 * value(x * 0.3, z * 0.3, 122)) * k;
        let bend = rng.bell() * 0.3 * tall;
        let gold = mix(lin(0x2a3417), lin(0x8c7a2e), rng.f() * value(x * 0.2, z * 0.2, 123));
        let color = gold * rng.range(0.45, 1.25);
        let blade =
            super::canvas::ribbon(&[(px, py + 2.0), (px + bend * 0.3, py - tall * 0.6), (px + bend, py - tall)], |t| {
                1.5 * (1.0 - t) + 0.3
            });
        c.fill(&blade, 1.0, color);
    }
}

fn stones(c: &mut Canvas, mirror: bool) {
    let mut rng = Rng::new(77);
    for (x, z, r) in [
        (-9.5, 36.0, 1.0),
        (-11.6, 38.0, 1.7),
        (-13.2, 35.0, 0.9),
        (-7.4, 33.0, 0.5),
        (-8.2, 30.5, 0.75),
        (9.5, 27.0, 0.62),
        (11.0, 28.5, 1.1),
        (12.4, 27.4, 0.5),
    ] {
        let k = FOCAL / z;
        let (cx, cy) = (W as f32 * 0.5 + x * k, HORIZON + EYE_M * k);
        let (seed, sign) = (rng.bits() & 0xffff, if mirror { 1.0 } else { -1.0 });
        let pts: Vec<_> = (0..=60)
            .map(|i| {
                let a = i as f32 / 60.0 * std::f32::consts::PI;
                let q = 0.8 + 0.4 * fbm(a * 1.3, 0.5, 3, seed);
                (cx - a.cos() * r * k * 1.25 * q, cy + sign * a.sin() * r * k * 0.62 * q)
            })
            .collect();
        c.fill_with(&pts, 1.0, |px, py| {
            let (u, v) = ((px - cx) / (r * k), (py - cy) * sign / (r * k * 0.62));
            let bump = fbm(px * 0.06, py * 0.09, 4, seed);
            let lit = (0.25 - 0.6 * u + 0.5 * v + 1.2 * (bump - 0.5)).clamp(0.0, 1.0);
            let base = mix(lin(0x4a4a48), lin(0x7c746a), bump) * smooth(-0.05, 0.3, v + 0.25);
            (base * (v3(0.26, 0.34, 0.5) + v3(1.9, 1.15, 0.6) * lit * (0.5 + bump)), if mirror { 0.62 } else { 1.0 })
        });
    }
}

/// Draws the picture.
pub fn draw(w: usize, h: usize) -> Canvas {
    let land = Terrain::new();
    let trees = forest(&land);
    let mut out = scene(&land, &trees, EYE_M);
    let mut mirror = scene(&land, &trees, -EYE_M);
    bank(&mut mirror, -EYE_M);
    // The lake: the mirror image, stirred by ripples, over deep water.
    out.each(|x, y, c| {
        let d = ray(x, y);
        if d.y >= -0.0004 {
            return c;
        }
        let t = EYE_M / -d.y;
        let p = v3(d.x * t, 0.0, d.z * t);
        if p.z > shore_z(p.x) {
            return c;
        }
        let breeze = smooth(0.45, 0.72, fbm(p.x * 0.012 + 3.0, p.z * 0.035, 3, 131)) * smooth(20.0, 120.0, p.z);
        let amp = lerp(2.6, 9.0, smooth(HORIZON, H as f32, y)) * (0.75 + 1.6 * breeze);
        let wave = |s: u32| {
            grad(p.x * 0.55, p.z * 0.22, s)
                + 0.6 * grad(p.x * 1.6 + 9.0, p.z * 0.6, s + 1)
                + 0.3 * grad(p.x * 4.3, p.z * 1.5, s + 2)
        };
        let (rise, drift) = (wave(132) * amp, wave(135) * amp * 0.25);
        let mut seen = grey(0.0);
        for tap in 0..3 {
            let spread = (tap as f32 - 1.0) * (1.0 + 5.0 * breeze);
            seen += mirror.bilinear(x + drift, (2.0 * HORIZON - y + rise * 1.6 + spread).min(HORIZON + 20.0)) / 3.0;
        }
        let facing = -d.y;
        let fresnel = lerp(0.42, 0.94, (1.0 - facing).powi(7));
        let deep = mix(v3(0.030, 0.075, 0.085), v3(0.05, 0.09, 0.075), value(p.x * 0.1, p.z * 0.05, 138));
        let glint = breeze * 0.10 * smooth(0.1, 0.6, wave(132));
        mix(deep, seen * v3(0.93, 0.96, 0.97), fresnel) + v3(0.9, 0.8, 0.75) * glint
    });
    stones(&mut out, true);
    stones(&mut out, false);
    bank(&mut out, EYE_M);
    // Trees on the near bank stand before the water.
    let open = vec![1e9f32; W * H];
    for s in trees.iter().filter(|s| s.z < 200.0) {
        spruce(&mut out, &open, s, EYE_M);
    }
    out.bloom(0.9, 16.0, 0.16);
    finish(out, w, h, 1.08)
}

/// Film: a lens vignette, a filmic curve, gamma, a little grain.
pub fn finish(mut c: Canvas, w: usize, h: usize, exposure: f32) -> Canvas {
    let (cw, ch) = (c.w as f32, c.h as f32);
    c.each(|x, y, v| {
        let (u, q) = (x / cw - 0.5, y / ch - 0.5);
        let v = v * (exposure * (1.0 - 0.55 * (u * u + q * q)));
        v.map(|a| {
            let a = a.max(0.0) * 0.82;
            ((a * (2.51 * a + 0.03)) / (a * (2.43 * a + 0.59) + 0.14)).clamp(0.0, 1.0).powf(1.0 / 2.2)
        })
    });
    let mut out = c.reduce(w, h);
    out.grain(0.022, 9);
    out
}
