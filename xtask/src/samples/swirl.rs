//! This turns a flow field with vortices into a night sky in thick oil, over a village by the water.
use super::canvas::Canvas;
use super::geom::{P2, V3, grey, hex, lerp, mix, ramp, smooth};
use super::noise::{Rng, fbm, grad, hash2, value};
use super::paint::{Painter, Stroke, follow};

/// Where the water meets the shore.
const SHORE_Y: f32 = 384.0;

/// A whirl of the sky: centre, radius of its light, spin.
struct Whirl {
    c: P2,
    r: f32,
    spin: f32,
    light: f32,
}

const WHIRLS: [Whirl; 9] = [
    Whirl { c: (432.0, 132.0), r: 112.0, spin: 1.0, light: 1.0 },
    Whirl { c: (186.0, 196.0), r: 74.0, spin: -1.0, light: 0.62 },
    Whirl { c: (72.0, 66.0), r: 40.0, spin: 1.0, light: 0.9 },
    Whirl { c: (236.0, 62.0), r: 30.0, spin: -1.0, light: 0.85 },
    Whirl { c: (596.0, 52.0), r: 30.0, spin: -1.0, light: 0.85 },
    Whirl { c: (588.0, 226.0), r: 34.0, spin: 1.0, light: 0.8 },
    Whirl { c: (322.0, 232.0), r: 22.0, spin: 1.0, light: 0.8 },
    Whirl { c: (40.0, 236.0), r: 24.0, spin: -1.0, light: 0.8 },
    Whirl { c: (322.0, 30.0), r: 17.0, spin: 1.0, light: 0.7 },
];

fn sky_flow(p: P2) -> P2 {
    let (x, y) = p;
    let mut v = (1.0, 0.45 * (x * 0.011 + 0.6 + y * 0.004).sin() + 0.5 * grad(x * 0.008, y * 0.012, 3));
    for w in &WHIRLS {
        let (dx, dy) = (x - w.c.0, y - w.c.1);
        let d = dx.hypot(dy).max(0.5);
        let k = 4.2 * (-(d / (w.r * 1.15)).powi(2)).exp() * w.spin;
        v.0 += k * (-dy / d - 0.16 * w.spin * dx / d);
        v.1 += k * (dx / d - 0.16 * w.spin * dy / d);
    }
    v
}

fn hill_y(x: f32) -> f32 {
    300.0 - 42.0 * (-((x - 120.0) / 120.0).powi(2)).exp() - 26.0 * (-((x - 560.0) / 130.0).powi(2)).exp()
        + 10.0 * (x * 0.021).sin()
        + 10.0 * grad(x * 0.02, 0.0, 8)
}

fn near_hill_y(x: f32) -> f32 {
    346.0 - 18.0 * (-((x - 330.0) / 150.0).powi(2)).exp() + 8.0 * (x * 0.017 + 2.0).sin()
}

fn sky_color(p: P2, rng: &mut Rng) -> V3 {
    let (x, y) = p;
    let warp = fbm(x * 0.006, y * 0.009, 3, 21);
    let band = 0.5 + 0.5 * (y * 0.058 + 7.0 * warp + 1.6 * (x * 0.009).sin()).sin();
    let mut light = 0.14 + 0.34 * band * smooth(0.25, 0.75, warp) + 0.22 * smooth(190.0, 310.0, y);
    let mut gold: f32 = 0.0;
    for w in &WHIRLS {
        let (dx, dy) = (x - w.c.0, y - w.c.1);
        let d = dx.hypot(dy) / w.r;
        let arms = if w.r > 60.0 { 2.0 } else { 1.0 };
        let swirl = 0.5 + 0.5 * (arms * dy.atan2(dx) * w.spin - 5.2 * (d + 0.08).ln() * arms.min(1.5)).sin();
        let glow = (-(d * 0.95).powi(2)).exp();
        light += w.light * (0.18 + 0.62 * swirl) * glow * smooth(2.4, 0.7, d);
        gold += w.light
            * ((-(d * 2.4).powi(2)).exp() * 1.25 + 0.62 * smooth(0.45, 0.9, swirl) * (-(d * 1.15).powi(2)).exp());
    }
    light += 0.085 * rng.bell();
    gold += 0.07 * rng.bell();
    let blue = ramp(
        &[
            (0.0, hex(0x0b1440)),
            (0.22, hex(0x16277a)),
            (0.4, hex(0x2347a8)),
            (0.58, hex(0x3f7cc4)),
            (0.78, hex(0x86b8d2)),
            (1.0, hex(0xd5e2cf)),
        ],
        light,
    );
    let region = fbm(x * 0.007 + 4.0, y * 0.009, 3, 22);
    let blue = mix(blue, hex(0x2f7f94) * (0.35 + 1.3 * light), 0.5 * smooth(0.52, 0.68, region));
    let blue = mix(blue, hex(0x5a4a9c) * (0.35 + 1.2 * light), 0.5 * smooth(0.46, 0.32, region));
    let blue = mix(blue, hex(0xb9c98a), 0.45 * smooth(225.0, 315.0, y) * smooth(0.3, 0.7, light + 0.25 * warp));
    let yellow = ramp(&[(0.2, hex(0xc98a1e)), (0.5, hex(0xe8b02a)), (0.8, hex(0xf7d552)), (1.1, hex(0xfff3b8))], gold);
    mix(blue, yellow, smooth(0.26, 0.62, gold))
}

fn sky(p: &mut Painter, rng: &mut Rng) {
    for (count, half, len, step) in [(1500, 8.0, 80.0, 5.0), (5200, 3.9, 52.0, 3.0), (5200, 2.4, 34.0, 2.5)] {
        for i in 0..count {
            let start = (rng.range(-30.0, 650.0), rng.range(-10.0, 325.0));
            let near = WHIRLS.iter().map(|w| (start.0 - w.c.0).hypot(start.1 - w.c.1) / w.r).fold(9.0, f32::min);
            let len = len * rng.range(0.7, 1.3) * lerp(0.55, 1.0, smooth(0.1, 1.0, near));
            let path = follow(start, len, step, sky_flow);
            let mid = path[path.len() / 2];
            let color = sky_color(mid, rng);
            let mut st = Stroke::oil(half * rng.range(0.75, 1.25), color, rng.bits());
            st.second = mix(color * 0.78, sky_color((mid.0 + 9.0, mid.1 - 9.0), rng), 0.5);
            st.body = rng.range(0.7, 1.2) * (0.7 + 0.6 * color.luma());
            st.load = rng.range(0.7, 1.1);
            if i % 23 == 0 && half < 3.0 {
                st.color = mix(color, hex(0x5fb3a8), 0.55);
            }
            p.lay(&path, &st);
        }
    }
    for w in &WHIRLS {
        let core = w.r * if w.r > 60.0 { 0.24 } else { 0.3 };
        for ring in 0..(core / 1.6) as i32 {
            let r = core - ring as f32 * 1.6;
            let a0 = rng.f() * 6.3;
            let arc: Vec<P2> = (0..14)
                .map(|k| {
                    let (s, c) = (a0 + k as f32 * 0.34 * w.spin).sin_cos();
                    (w.c.0 + c * r, w.c.1 + s * r)
                })
                .collect();
            let t = 1.0 - r / core;
            let color = mix(hex(0xf0b432), hex(0xfff8dc), t.powf(0.7)) * (0.96 + 0.06 * rng.bell());
            p.lay(&arc, &Stroke { second: hex(0xf6d05a), body: 1.5, load: 1.1, ..Stroke::oil(2.6, color, rng.bits()) });
        }
    }
}

fn hills(p: &mut Painter, rng: &mut Rng) {
    for layer in 0..2 {
        let top = |x: f32| if layer == 0 { hill_y(x) } else { near_hill_y(x) };
        for _ in 0..1500 {
            let x = rng.range(-20.0, 650.0);
            let depth = rng.f().powf(1.3);
            let y = top(x) + 3.0 + depth * (SHORE_Y + 8.0 - top(x));
            let slope = (top(x + 4.0) - top(x - 4.0)) / 8.0;
            let path = follow((x, y), rng.range(16.0, 34.0), 3.0, |q| {
                (1.0, slope * (1.0 - depth) + 0.25 * grad(q.0 * 0.03, q.1 * 0.05, 31))
            });
            let tone = value(x * 0.03, y * 0.06, 44) + 0.25 * rng.bell() + 0.35 * smooth(0.25, 0.0, depth);
            let color = if layer == 0 {
                ramp(&[(0.0, hex(0x101c44)), (0.5, hex(0x1c3a66)), (0.9, hex(0x3a6f86)), (1.2, hex(0x7aa49a))], tone)
            } else {
                ramp(&[(0.0, hex(0x0a1228)), (0.5, hex(0x12283c)), (0.9, hex(0x1f4a4c)), (1.3, hex(0x5a7f5c))], tone)
            };
            p.lay(&path, &Stroke::oil(rng.range(2.2, 3.6), color, rng.bits()));
        }
    }
}

/// Fills an upright box with short strokes of one leaning.
fn block(p: &mut Painter, rng: &mut Rng, (x0, y0, x1, y1): (f32, f32, f32, f32), color: V3, lean: f32) {
    let n = ((x1 - x0) * (y1 - y0) / 12.0).max(3.0) as i32;
    for _ in 0..n {
        let (x, y) = (rng.range(x0 + 1.0, x1 - 1.0), rng.range(y0 + 1.0, y1 - 3.0));
        let c = color * (1.0 + 0.22 * rng.bell());
        p.lay(&[(x, y), (x + lean * 2.0, (y + 6.0).min(y1))], &Stroke { body: 0.8, ..Stroke::oil(1.7, c, rng.bits()) });
    }
}

fn house(p: &mut Painter, rng: &mut Rng, x: f32, base: f32, w: f32, h: f32) {
    let wall = mix(hex(0x1b2a52), hex(0x3a4a78), rng.f());
    block(p, rng, (x, base - h, x + w, base), wall, 0.2);
    let roof = mix(hex(0x231a38), hex(0x5a3038), rng.f());
    let peak = h * rng.range(0.55, 0.85);
    for k in 0..9 {
        let t = k as f32 / 8.0;
        let (y, half) = (base - h - peak * t, (w * 0.5 + 2.5) * (1.0 - t) + 0.6);
        let c = roof * (1.0 + 0.25 * rng.bell());
        let mid = x + w * 0.5;
        p.lay(
            &[(mid - half, y), (mid, y - 0.6), (mid + half, y)],
            &Stroke { taper: 0.0, load: 1.2, ..Stroke::oil(1.7, c, rng.bits()) },
        );
    }
    let rows = ((h / 11.0) as i32).max(1);
    for r in 0..rows {
        for k in 0..((w / 8.0) as i32).max(1) {
            if rng.f() < 0.66 {
                let (wx, wy) = (x + 4.0 + k as f32 * 8.0, base - h + 4.0 + r as f32 * 10.0);
                let c = mix(hex(0xf2a52c), hex(0xffe48a), rng.f());
                p.lay(
                    &[(wx, wy), (wx, wy + 4.0)],
                    &Stroke { load: 1.3, body: 1.4, taper: 0.0, ..Stroke::oil(1.5, c, rng.bits()) },
                );
            }
        }
    }
}

fn village(p: &mut Painter, rng: &mut Rng) {
    let mut x = 176.0;
    while x < 520.0 {
        let (w, h) = (rng.range(15.0, 27.0), rng.range(13.0, 24.0));
        let base = SHORE_Y - 8.0 - rng.range(4.0, 16.0);
        house(p, rng, x, base, w * 0.85, h * 0.9);
        x += w * rng.range(0.65, 1.1);
    }
    // The church: a tower, a bulb of a dome, a spire.
    block(p, rng, (286.0, 296.0, 305.0, 380.0), hex(0x223260), 0.1);
    house(p, rng, 302.0, 380.0, 40.0, 30.0);
    for k in 0..26 {
        let t = k as f32 / 25.0;
        let half = if t < 0.45 { 10.0 * (1.0 - (t / 0.45 - 0.35).abs().powi(2)) } else { 4.0 * (1.0 - t) + 0.5 };
        let (y, c) = (296.0 - t * 52.0, mix(hex(0x18304a), hex(0x4f8a86), 0.35 + 0.3 * rng.bell()));
        p.lay(
            &[(295.5 - half, y), (295.5 + half, y - 0.5)],
            &Stroke { taper: 0.0, load: 1.2, ..Stroke::oil(1.6, c, rng.bits()) },
        );
    }
    for (wx, wy) in [(292.0, 308.0), (299.0, 308.0), (295.5, 332.0)] {
        p.lay(
            &[(wx, wy), (wx, wy + 8.0)],
            &Stroke { load: 1.3, body: 1.5, taper: 0.0, ..Stroke::oil(1.6, hex(0xffcf5c), rng.bits()) },
        );
    }
    let mut x = 160.0;
    while x < 552.0 {
        let (w, h) = (rng.range(16.0, 30.0), rng.range(14.0, 24.0));
        if !(280.0..330.0).contains(&x) {
            let base = SHORE_Y - rng.range(0.0, 5.0);
            house(p, rng, x, base, w, h);
        }
        x += w * rng.range(0.95, 1.5);
    }
    for i in 0..26 {
        let x = if i % 2 == 0 { rng.range(-6.0, 160.0) } else { rng.range(548.0, 640.0) };
        let (base, h) = (SHORE_Y - rng.range(0.0, 10.0), rng.range(22.0, 58.0));
        for _ in 0..26 {
            let t = rng.f();
            let (sx, y) = (x + rng.bell() * 6.0 * (1.0 - t), base - t * h);
            let c = mix(hex(0x081420), hex(0x2a5548), (0.35 + 0.4 * rng.bell()).clamp(0.0, 1.0));
            p.lay(
                &[(sx, y), (sx + 1.5 * rng.bell(), y - 7.0), (sx, y - 13.0)],
                &Stroke { taper: 1.0, ..Stroke::oil(2.0, c, rng.bits()) },
            );
        }
    }
}

fn water(p: &mut Painter, rng: &mut Rng) {
    for i in 0..4600 {
        let y = SHORE_Y + 2.0 + rng.f() * (480.0 - SHORE_Y);
        let x = rng.range(-20.0, 650.0);
        let deep = (y - SHORE_Y) / (480.0 - SHORE_Y);
        let len = lerp(12.0, 38.0, deep) * rng.range(0.6, 1.3);
        let path = follow((x - len * 0.5, y), len, 3.0, |q| (1.0, 0.28 * (q.0 * 0.055 + q.1 * 0.13).sin()));
        let ripple = value(x * 0.02, y * 0.16, 51) + 0.3 * rng.bell();
        let mut c = ramp(
            &[(0.0, hex(0x0a1338)), (0.45, hex(0x152c72)), (0.75, hex(0x2a59a6)), (1.1, hex(0x6fa6c4))],
            ripple * (1.1 - 0.35 * deep),
        );
        // The great whirl and the windows lie in the water as broken gold.
        let moon = (-((x - 432.0) / (16.0 + 34.0 * deep)).powi(2)).exp();
        let lamp = hash2((x / 13.0) as i32, 7, 60);
        let lamps = if (170.0..545.0).contains(&x) && lamp > 0.45 { (1.0 - deep * 1.25).max(0.0) } else { 0.0 };
        if i > 700 && rng.f() < (0.9 * moon + 0.55 * lamps * (0.4 + deep)).min(0.85) {
            c = mix(hex(0xe39a24), hex(0xffe48c), rng.f() * 0.6 + 0.4 * moon);
        }
        let half = lerp(1.3, 3.0, deep) * rng.range(0.8, 1.2);
        p.lay(&path, &Stroke { body: 0.6 + c.luma(), ..Stroke::oil(half, c, rng.bits()) });
    }
}

/// Draws the picture.
pub fn draw(w: usize, h: usize) -> Canvas {
    let mut rng = Rng::new(11);
    let mut p = Painter::new(640, 480, 2, hex(0x1a2a5e));
    sky(&mut p, &mut rng);
    hills(&mut p, &mut rng);
    water(&mut p, &mut rng);
    village(&mut p, &mut rng);
    let mut out = p.relight(0.55, 0.22);
    out.each(|_, _, c| (c.saturate(0.98) - grey(0.01)) * 1.04);
    out.reduce(w, h)
}
