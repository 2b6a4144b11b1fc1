//! This turns a guitar, a bottle and a newspaper into shifted, shaded planes: a cubist still life.
use super::canvas::Canvas;
use super::geom::{P2, V3, grey, hex, mix, ramp, rot, seg_dist, smooth};
use super::noise::{Rng, fbm, hash2, value};
use super::paint::{Painter, Stroke, follow, weave};

/// A long line that splits the picture; each side of it is moved and shaded by its own amount.
struct Cut {
    n: P2,
    off: f32,
    tone: f32,
    reach: f32,
    shift: P2,
    turn: f32,
}

fn cuts() -> Vec<Cut> {
    let mut rng = Rng::new(23);
    (0..19)
        .map(|i| {
            let base = [0.50, 1.12, 2.05, 2.62, 0.06, 1.50][i % 6];
            let a = base + 0.14 * rng.bell();
            let n = (a.cos(), a.sin());
            let through = (320.0 + 230.0 * rng.bell(), 240.0 + 160.0 * rng.bell());
            Cut {
                n,
                off: n.0 * through.0 + n.1 * through.1,
                tone: rng.range(0.10, 0.30) * if rng.f() < 0.5 { -1.0 } else { 1.0 },
                reach: rng.range(50.0, 130.0),
                shift: (12.0 * rng.bell(), 10.0 * rng.bell()),
                turn: 0.035 * rng.bell(),
            }
        })
        .collect()
}

fn ellipse(p: P2, c: P2, r: P2) -> f32 {
    (((p.0 - c.0) / r.0).powi(2) + ((p.1 - c.1) / r.1).powi(2)).sqrt()
}

fn inside(p: P2, poly: &[P2]) -> bool {
    let mut odd = false;
    for i in 0..poly.len() {
        let (a, b) = (poly[i], poly[(i + 1) % poly.len()]);
        if (a.1 > p.1) != (b.1 > p.1) && p.0 < a.0 + (p.1 - a.1) / (b.1 - a.1) * (b.0 - a.0) {
            odd = !odd;
        }
    }
    odd
}

/// The still life before it is broken.
fn scene(p: P2) -> V3 {
    let (x, y) = p;
    let mut c = ramp(
        &[(0.0, hex(0x2a2624)), (0.35, hex(0x5c4a3a)), (0.6, hex(0xa07c46)), (1.0, hex(0xdcbc7c))],
        0.25 + 0.5 * fbm(x * 0.006, y * 0.006, 3, 1) + 0.0006 * (x - 200.0),
    );
    // The table: a tilted plane with grain; a white cloth over its corner.
    if inside(p, &[(40.0, 330.0), (330.0, 250.0), (640.0, 318.0), (660.0, 500.0), (20.0, 500.0)]) {
        let g = rot((x, y), 0.16);
        c = mix(hex(0x8a4f22), hex(0xc07a34), fbm(g.0 * 0.008, g.1 * 0.09, 4, 2));
    }
    if inside(p, &[(360.0, 330.0), (620.0, 300.0), (640.0, 480.0), (470.0, 480.0), (410.0, 400.0)]) {
        c = mix(hex(0xb8ad98), hex(0xefe7d2), smooth(-0.5, 0.6, ((x * 0.8 - y * 0.5) * 0.05).sin()));
    }
    // Newspaper.
    let news = rot((x - 176.0, y - 372.0), 0.28);
    if news.0.abs() < 100.0 && news.1.abs() < 62.0 {
        c = hex(0xe4d8b8);
        let (row, col) = ((news.1 / 7.0).floor(), (news.0 + 100.0) / 50.0);
        let ink = hash2((news.0 / 2.3) as i32, row as i32, 3) > 0.3
            && (news.1 / 7.0).rem_euclid(1.0) < 0.42
            && col.rem_euclid(1.0) < 0.86;
        if news.1 < -36.0 {
            let letter = news.0.rem_euclid(26.0);
            let stem = letter < 5.5
                || (13.0..17.5).contains(&letter)
                || (letter < 18.0 && (news.1 + 58.0).rem_euclid(15.0) < 3.5);
            if stem && letter < 19.0 && news.1 > -58.0 {
                c = hex(0x2a2622);
            }
        } else if ink {
            c = mix(c, hex(0x3a352e), 0.8);
        }
    }
    // The bottle.
    let (bx, by) = (x - 462.0, y);
    let half = if by < 150.0 { 15.0 } else { 15.0 + 31.0 * smooth(150.0, 206.0, by) };
    if bx.abs() < half && (66.0..352.0).contains(&by) {
        let u = bx / half;
        c = ramp(
            &[
                (-1.0, hex(0x12241c)),
                (-0.3, hex(0x2f5a40)),
                (0.25, hex(0x6d9a66)),
                (0.6, hex(0x2b4f38)),
                (1.0, hex(0x0f1d18)),
            ],
            u,
        );
        if (228.0..296.0).contains(&by) {
            c = mix(hex(0xdcc58e), hex(0xf1e2b4), 0.5 - 0.5 * u);
            if (by - 262.0).abs() < 12.0 && (bx * 0.35).sin() > -0.2 {
                c = hex(0x8f2f22);
            }
        }
        if by < 92.0 {
            c = hex(0x7a2c20);
        }
    }
    // A glass and an orange.
    if (x - 566.0).abs() < 30.0 + (y - 300.0) * -0.12 && (246.0..352.0).contains(&y) {
        c = mix(c, hex(0xcfe0dc), 0.55);
        if y > 290.0 {
            c = mix(c, hex(0x9c2a30), 0.75);
        }
    }
    let o = ellipse(p, (404.0, 372.0), (35.0, 34.0));
    if o < 1.0 {
        c = mix(hex(0xf2a33c), hex(0x9c4416), smooth(-0.4, 1.0, (x - 398.0) * 0.018 + (y - 366.0) * 0.02));
    }
    // The guitar, lying aslant.
    let g = rot((x - 270.0, y - 250.0), -0.62);
    let g = (g.0 / 1.28, g.1 / 1.28);
    let body = ellipse(g, (-52.0, 0.0), (78.0, 84.0)).min(ellipse(g, (56.0, 0.0), (62.0, 64.0)));
    if body < 1.0 || (g.0.abs() < 60.0 && g.1.abs() < 50.0) {
        let grain = fbm(g.0 * 0.012, g.1 * 0.12, 4, 5);
        c = mix(hex(0xb5651f), hex(0xe9a94e), 0.25 + 0.6 * grain + 0.004 * -g.1);
        if body > 0.93 && !(g.0.abs() < 40.0 && g.1.abs() < 46.0) {
            c = hex(0x4a2513);
        }
        let hole = ellipse(g, (22.0, 0.0), (27.0, 27.0));
        if hole < 1.0 {
            c = hex(0x1d1210);
        } else if hole < 1.28 {
            c = if (hole * 25.0) as i32 % 2 == 0 { hex(0x6b2d16) } else { hex(0xe8cf92) };
        }
        if (g.0 + 74.0).abs() < 7.0 && g.1.abs() < 36.0 {
            c = hex(0x2b1712);
        }
    }
    if (42.0..292.0).contains(&g.0) && g.1.abs() < 13.0 {
        c = mix(hex(0x3a2016), hex(0x5c3522), value(g.0 * 0.03, g.1 * 0.3, 6));
        if (g.0 - 42.0).rem_euclid(19.0) < 2.2 {
            c = hex(0xcfae72);
        }
    }
    if (290.0..346.0).contains(&g.0) && g.1.abs() < 20.0 {
        c = hex(0x7a3d1c);
    }
    for s in 0..6 {
        let off = -9.0 + 3.6 * s as f32;
        if seg_dist(g, (-74.0, off * 1.25), (300.0, off)) < 0.75 {
            c = hex(0xf4e8c8);
        }
    }
    c
}

/// The scene through the broken planes, with the light of each plane.
fn broken(p: P2, cuts: &[Cut]) -> (V3, f32, u32) {
    let (mut q, mut tone, mut line, mut key) = (p, 0.0, 0.0f32, 0u32);
    for (i, cut) in cuts.iter().enumerate() {
        let d = cut.n.0 * p.0 + cut.n.1 * p.1 - cut.off;
        // A cut lives only over a part of its line.
        let run = -cut.n.1 * p.0 + cut.n.0 * p.1;
        let live = smooth(0.32, 0.46, value(run * 0.006 + i as f32 * 9.0, 0.5, 40));
        if d > 0.0 {
            q = (q.0 + cut.shift.0 * live, q.1 + cut.shift.1 * live);
            let r = rot((q.0 - 320.0, q.1 - 240.0), cut.turn * live);
            q = (r.0 + 320.0, r.1 + 240.0);
            key |= u32::from(live > 0.5) << i;
            tone += cut.tone * live * (-d / cut.reach).exp();
        } else {
            tone -= 0.65 * cut.tone * live * (d / cut.reach).exp();
        }
        line = line.max(live * smooth(1.5, 0.4, d.abs()));
    }
    let h = (super::noise::scramble(key) >> 8) as f32 / 16_777_216.0;
    tone += 0.16 * (h - 0.5);
    let mut c = scene(q);
    let warm = [hex(0xc99a4e), hex(0x8b6a3e), hex(0x6f7a66), hex(0xd9c69a), hex(0x4c4a44), hex(0xb4622c)]
        [(h * 97.0) as usize % 6];
    c = mix(c, warm, 0.06 + 0.26 * hash2(key as i32, 3, 41).powi(2));
    c = if tone > 0.0 {
        mix(c, hex(0xf8ecc8), (tone * 1.15).min(0.75))
    } else {
        mix(c, hex(0x1c1714), (-tone * 1.35).min(0.8))
    };
    (c, line, key)
}

/// Draws the picture.
pub fn draw(w: usize, h: usize) -> Canvas {
    let cuts = cuts();
    let s = 2.0;
    let base = Canvas::shade(1280, 960, |x, y| broken((x / s, y / s), &cuts).0);
    let mut p = Painter::over(base.clone(), s);
    let mut rng = Rng::new(6);
    for (count, half, len) in [(5200, 4.2, 17.0), (9500, 2.3, 11.0)] {
        for _ in 0..count {
            let at = (rng.range(0.0, 640.0), rng.range(0.0, 480.0));
            let (c, _, key) = broken(at, &cuts);
            let a = std::f32::consts::PI * hash2(key as i32, 1, 42) + 0.15 * rng.bell();
            let (dx, dy) = (a.cos() * len * 0.5, a.sin() * len * 0.5);
            // A stroke stops where its plane stops.
            let path: Vec<P2> = follow((at.0 - dx, at.1 - dy), len, 2.5, |_| (dx, dy))
                .into_iter()
                .filter(|&q| broken(q, &cuts).2 == key)
                .collect();
            let color = c * (1.0 + 0.09 * rng.bell());
            let st = Stroke {
                second: color * 0.9,
                body: 0.6,
                load: 0.8,
                alpha: 0.6,
                ..Stroke::oil(half, color, rng.bits())
            };
            p.lay(&path, &st);
        }
    }
    // Sharpen what the brush lost, and draw the edges of the planes in charcoal.
    let mut out = p.relight(0.5, 0.1);
    out.each(|x, y, c| {
        let q = (x / s, y / s);
        let (_, line, _) = broken(q, &cuts);
        let fine = base.at(x as i32, y as i32);
        let coal = line
            * smooth(0.0, 0.5, value(q.0 * 0.35, q.1 * 0.35, 43))
            * smooth(0.3, 0.7, value(q.0 * 0.012, q.1 * 0.012, 44))
            * 0.85;
        let (u, v) = (q.0 / 640.0 - 0.5, q.1 / 480.0 - 0.5);
        let vignette = 1.0 - 0.55 * (u * u + v * v);
        let c = mix(mix(c, fine, 0.5), hex(0x1a1512), coal).saturate(1.18) * vignette;
        c.map(|v| mix(grey(v), grey(smooth(0.02, 0.92, v)), 0.75).x)
    });
    weave(&mut out, 3.3, 0.035);
    out.reduce(w, h)
}
